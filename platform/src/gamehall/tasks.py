"""Work that goes on beside something else."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

from gamehall.origins import at_work

__all__ = ["again_and_again", "beside", "calling"]

log = logging.getLogger(__name__)

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


@contextlib.asynccontextmanager
async def calling(plugin: str, seconds: float) -> AsyncIterator[None]:
    """What is awaited in this block is a plugin's work, for which it has so many seconds. Raises TimeoutError."""
    with at_work(plugin):
        async with asyncio.timeout(seconds):
            yield


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
