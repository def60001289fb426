"""The hall's time, as it passes for a test: no test waits for a clock."""

from __future__ import annotations

import sqlalchemy as sa

from gamehall.tables import hall_time
from rig.hall import Hall


async def pass_time(milliseconds: int, *halls: Hall) -> None:
    """Lets the hall's time go forward for these workers, as if another one had counted so much more."""

    def forward(connection: sa.Connection, elapsed: int) -> None:
        connection.execute(hall_time.update().values(elapsed=elapsed))

    ahead = max(hall.host.hall_time() for hall in halls) + milliseconds
    await halls[0].host.write(forward, ahead)
    for hall in halls:
        await hall.host.time.beat()
