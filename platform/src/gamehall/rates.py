"""How often somebody may do something, counted in one place for all workers.

By the generic cell rate algorithm: of each subject one moment is stored, at which all of its budget is there again.
A budget comes back evenly, and the whole decision is one statement, so that nobody gets more by asking in parallel.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gamehall.database import Database
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.tables import rate

__all__ = ["Rate", "Rates"]

_ = catalogue(__name__)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many times in so many seconds, for each subject; the first of them may come at once."""

    name: str
    times: int
    seconds: int

    @property
    def step(self) -> int:
        """After how many milliseconds one more is there."""
        return max(1, self.seconds * 1_000 // self.times)


class Rates:
    """The limits of a hall; with `on` false nothing is counted."""

    def __init__(self, database: Database, hall_time: Callable[[], int], *, on: bool) -> None:
        self._database = database
        self._hall_time = hall_time
        self._on = on

    async def take(self, limit: Rate, *subjects: str) -> None:
        """Counts once for each of these subjects, such as an account's id and an address.

        Raises Problem `too-many-requests` when one of them has done it too often, with the seconds until it may again.
        """
        if not self._on:
            return
        for subject in subjects:
            wait = await self._database.write(_take, limit, subject, self._hall_time())
            if wait is not None:
                seconds = math.ceil(wait / 1_000)
                raise Problem(
                    "too-many-requests",
                    _.ngettext(
                        "This was tried too often. Try again in {count} second.",
                        "This was tried too often. Try again in {count} seconds.",
                        seconds,
                    ),
                    headers={"Retry-After": str(seconds)},
                )


def _take(connection: sa.Connection, limit: Rate, subject: str, hall_time: int) -> int | None:
    """Counts once; None, or in how many milliseconds it can be tried again."""
    insert = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(rate)
    key, whole = f"{limit.name}:{subject}"[:200], limit.step * limit.times
    later = sa.case((rate.c.full_at > hall_time, rate.c.full_at), else_=hall_time) + limit.step
    counted = connection.execute(
        insert.values(key=key, full_at=hall_time + limit.step)
        .on_conflict_do_update(index_elements=[rate.c.key], set_={"full_at": later}, where=later <= hall_time + whole)
        .returning(rate.c.full_at)
    ).first()
    if counted is not None:
        return None
    full_at = connection.scalar(sa.select(rate.c.full_at).where(rate.c.key == key)) or hall_time
    return max(1, int(full_at) + limit.step - hall_time - whole)
