"""Work that one worker at a time does for the whole hall: whoever has the lease."""

from __future__ import annotations

import sqlalchemy as sa

from gamehall.database import serialize_on
from gamehall.tables import lease

__all__ = ["take_lease"]


def take_lease(connection: sa.Connection, work: str, holder: str, hall_time: int, milliseconds: int) -> bool:
    """Whether this holder has the lease of this work from now on for so long; nobody else does then.

    Whoever has it already has it anew. It is not given back: a holder that ends lets it run out.
    """
    serialize_on(connection, f"lease {work}")
    mine = {"holder": holder, "until": hall_time + milliseconds}
    free = sa.or_(lease.c.holder == holder, lease.c.until <= hall_time)
    if connection.execute(lease.update().where(lease.c.work == work, free).values(mine)).rowcount == 1:
        return True
    if connection.execute(sa.select(lease.c.work).where(lease.c.work == work)).first() is not None:
        return False
    connection.execute(lease.insert(), {"work": work, **mine})
    return True
