"""The hall's time: a steady count of milliseconds that never goes back and stands still while the hall is down.

It is stored, so it goes on after a restart where it stopped. Between two writes each worker counts on by its own
monotonic clock, but only for so long: a process that was stopped, or a database that was away, costs no player any
time. Workers take over whatever is ahead of them, so all of them count alike. No wall clock takes part.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import sqlalchemy as sa

from gamehall.database import Database
from gamehall.tables import game, hall_time
from gamehall.tasks import beside

__all__ = ["HallTime", "stored_time"]

log = logging.getLogger(__name__)

_BEAT_SECONDS = 1.0
_FIRST_BEATS, _FIRST_BEAT_SECONDS = 20, 0.1  # a worker that joins others comes up to them within two seconds
_UNWRITTEN_MS = 3_000
_RETURN_SECONDS = 5.0  # after a start, until players are connected again


def stored_time(connection: sa.Connection) -> int:
    """The hall's time as it was last written, at most some seconds ago; for whoever is no worker of a running hall."""
    return int(connection.scalar(sa.select(hall_time.c.elapsed)) or 0)


def _write(connection: sa.Connection, mine: int) -> int:
    """Stores this worker's count unless another is ahead; the greater of the two."""
    ahead = sa.case((hall_time.c.elapsed > mine, hall_time.c.elapsed), else_=mine)
    return int(connection.execute(hall_time.update().values(elapsed=ahead).returning(hall_time.c.elapsed)).scalar_one())


def _clocks_run(connection: sa.Connection) -> bool:
    running = sa.select(game.c.id).where(game.c.status == "active", game.c.flag_at.is_not(None)).limit(1)
    return connection.execute(running).first() is not None


class HallTime:
    """This worker's count of the hall's time, while `running` lasts."""

    def __init__(self, database: Database, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._monotonic = monotonic
        self._written = 0
        self._since = monotonic()
        self._after_beat: list[Callable[[int], Awaitable[None]]] = []

    def now(self) -> int:
        """The hall's time in milliseconds."""
        return self._written + max(0, min(_UNWRITTEN_MS, int((self._monotonic() - self._since) * 1_000)))

    def after_beat(self, work: Callable[[int], Awaitable[None]]) -> None:
        """Has this done after each beat, with the time of it; for what a worker writes down now and then."""
        self._after_beat.append(work)

    async def beat(self) -> None:
        """Writes the count down and takes over what others have counted."""
        mine = self.now()
        counted = await self._database.write(_write, mine)
        here = self._monotonic()
        if counted > mine:  # others are at work, so players need not return
            self._written, self._since = max(counted, self.now()), here
        elif here > self._since:
            self._written, self._since = self.now(), here

    async def take_up(self) -> None:
        """Begins to count from the stored time; where clocks were left running, after a moment."""
        self._written = await self._database.read(stored_time)
        returning = await self._database.read(_clocks_run)
        self._since = self._monotonic() + (_RETURN_SECONDS if returning else 0.0)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Counts until the block ends."""
        await self.take_up()
        async with beside(self._beat_on(), "hall time"):
            yield

    async def _beat_on(self) -> None:
        beats = 0
        spread = random.Random()  # noqa: S311 - nothing to guess here; its own, as the beat goes on beside everything
        while True:
            try:
                await self.beat()
                for work in self._after_beat:
                    await work(self.now())
            except Exception as error:  # noqa: BLE001 - the database is away: time stands still until it is back
                log.warning("the hall's time could not be written down (%s); trying again", type(error).__name__)
            beats += 1
            pause = _FIRST_BEAT_SECONDS if beats < _FIRST_BEATS else _BEAT_SECONDS
            # Spread, so that workers do not always read just before another one writes.
            await asyncio.sleep(pause * spread.uniform(0.5, 1.5))
