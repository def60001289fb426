"""Time, as it passes for a test: no test waits for a clock."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from gamehall.tables import UtcTime, hall_time
from rig.hall import Hall


async def pass_time(milliseconds: int, *halls: Hall) -> None:
    """Lets the hall's time go forward for these workers, as if another one had counted so much more."""

    def forward(connection: sa.Connection, elapsed: int) -> None:
        connection.execute(hall_time.update().values(elapsed=elapsed))

    ahead = max(hall.host.hall_time() for hall in halls) + milliseconds
    await halls[0].host.write(forward, ahead)
    for hall in halls:
        await hall.host.time.beat()


async def grow_old(hall: Hall, table: sa.Table, by: timedelta) -> None:
    """Lets everything that this table has put down by the wall clock have happened so much earlier."""

    def earlier(connection: sa.Connection) -> None:
        times = [column for column in table.c if isinstance(column.type, UtcTime)]
        for row in connection.execute(sa.select(table)).mappings():
            same = sa.and_(*(key == row[key.name] for key in table.primary_key))
            before = {each.name: row[each.name] - by for each in times if row[each.name] is not None}
            connection.execute(table.update().where(same).values(before))

    await hall.host.write(earlier)
