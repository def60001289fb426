"""The line to the hall: whether it can be reached, and what waits for that."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

_ON_ITS_WAY = 5.0  # seconds that whoever signs out waits for a move to arrive
_TICK, _SLEPT = 2.0, 8.0  # seconds between two looks at the clock, and what more than that must be sleep


class Line:
    """Shared by the stream, which finds out how the line is, and by what is to be sent as soon as it is good again."""

    def __init__(self) -> None:
        self.good = False
        self.reopen: Callable[[], None] | None = None  # set by the stream, while there is one
        self._back = asyncio.Event()
        self._sending: set[asyncio.Task[Any]] = set()

    def closed(self) -> None:
        """There is no stream any more, and so nobody knows."""
        self.good, self.reopen = False, None

    def found(self, *, good: bool) -> None:
        """What the stream has found out."""
        self.good = good
        if good:
            self._back.set()
            self._back = asyncio.Event()

    def try_now(self) -> None:
        """Has the stream opened anew at once, instead of later: it goes on where it was.

        For a button, a computer that has slept, and a call that was not answered, which says that the line may be dead
        though nobody has closed it.
        """
        if self.reopen is not None:
            self.reopen()

    async def back(self, seconds: float) -> None:
        """Returns when the hall is found to be there (again), after so many seconds at the latest."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._back.wait()

    @contextlib.contextmanager
    def sending(self) -> Iterator[None]:
        """While the task that calls this has something of the user's that must reach the hall."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - it is called in a coroutine
        self._sending.add(task)
        try:
            yield
        finally:
            self._sending.discard(task)

    async def finish(self) -> None:
        """Waits a while for what is on its way, and gives up what has not arrived then; at once while nothing can."""
        sending = self._sending - {asyncio.current_task()}
        if sending:
            _, waiting = await asyncio.wait(sending, timeout=_ON_ITS_WAY if self.good else 0)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)


def slept(before: float, now: float) -> bool:
    """Whether the computer has slept between two looks at the wall clock, in seconds.

    Clocks that only count may stand still in that time; whoever sets the clock forward is taken for a sleeper, which
    does no harm.
    """
    return now - before > _TICK + _SLEPT


async def awakenings() -> AsyncIterator[None]:
    """Yields soon after each time that the computer has slept."""
    before = time.time()
    while True:
        await asyncio.sleep(_TICK)
        now = time.time()
        if slept(before, now):
            yield
        before = now
