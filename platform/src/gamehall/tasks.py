"""Work that goes on beside something else."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, TypeVar

from gamehall.origins import at_work

__all__ = ["Sharing", "again_and_again", "beside", "calling"]

log = logging.getLogger(__name__)

T = TypeVar("T")

_ASK_AGAIN_SECONDS = 1.0  # time to close connections in peace: asking again interrupts that too


@contextlib.asynccontextmanager
async def beside(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """Runs a coroutine for as long as the block lasts, and waits for its end; `name` is the task's, for debuggers."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        # One request to end can get lost: a task group in which something fails just then raises that instead, and
        # work that mends failures by itself goes on as if it had never been asked.
        while not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=_ASK_AGAIN_SECONDS)
        with contextlib.suppress(asyncio.CancelledError):
            task.result()


def calling(plugin: str, seconds: float) -> AbstractAsyncContextManager[None]:
    """What is awaited in this block is a plugin's work, for which it has so many seconds. Raises TimeoutError."""
    return _Calling(plugin, seconds)


class _Calling:
    """By hand, like `at_work`."""

    __slots__ = ("_limit", "_work")

    def __init__(self, plugin: str, seconds: float) -> None:
        self._work = at_work(plugin)
        self._limit = asyncio.timeout(seconds)

    async def __aenter__(self) -> None:
        self._work.__enter__()
        await self._limit.__aenter__()

    async def __aexit__(self, *raised: Any) -> None:
        self._work.__exit__(*raised)
        await self._limit.__aexit__(*raised)


async def again_and_again(work: Callable[[], Awaitable[None]], seconds: float, name: str) -> None:
    """Does some work now and about so many seconds after each time; what fails is said in the log and tried again.

    The pauses are spread, so that workers do not all look at the same moment.
    """
    spread = random.Random()  # noqa: S311 - nothing to guess here; its own, as the work goes on beside everything
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - the database is away, or another worker was faster: look again
            log.warning("%s failed (%s); trying again", name, type(error).__name__)
        await asyncio.sleep(seconds * spread.uniform(0.5, 1.5))


class Sharing(Generic[T]):
    """Questions that many ask at the same time, each asked for all of them at once, and one such question at a time.

    Whoever comes while it is being asked waits until it is asked again: what they know of may have happened meanwhile.
    """

    def __init__(self) -> None:
        self._next: dict[Hashable, asyncio.Task[T]] = {}
        self._now: dict[Hashable, asyncio.Task[T]] = {}

    async def of(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to the question of this key. What it raises is raised for all who share it."""
        if (task := self._next.get(key)) is None:
            task = self._next[key] = asyncio.ensure_future(self._ask(key, ask))
        return await asyncio.shield(task)  # one who leaves does not take it from the others

    async def _ask(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        if (before := self._now.get(key)) is not None:
            await asyncio.wait([before])
        self._now[key] = self._next.pop(key)
        try:
            return await ask()
        finally:
            del self._now[key]
