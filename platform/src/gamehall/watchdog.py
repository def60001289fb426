"""The end of a worker whose event loop stands still: it answers nobody, and looks alive to whoever watches processes.

The stacks of all its threads go to the log first, and the server starts another one. The work is done by a thread of
the interpreter that needs nothing of it, so that it happens even where a single call keeps everything from going on.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
from collections.abc import AsyncIterator

from gamehall.tasks import beside

__all__ = ["ending_when_stuck"]


@contextlib.asynccontextmanager
async def ending_when_stuck(seconds: float) -> AsyncIterator[None]:
    """Ends this process when its loop does not go on for so many seconds while the block lasts; never with 0.

    Time in which the machine sleeps does not count; time in which the process is stopped does.
    """
    if not seconds:
        yield
        return
    try:
        async with beside(_stay_alive(seconds), "watchdog"):
            yield
    finally:
        faulthandler.cancel_dump_traceback_later()


async def _stay_alive(seconds: float) -> None:
    while True:
        faulthandler.dump_traceback_later(seconds, exit=True)
        await asyncio.sleep(min(1.0, seconds / 4))
