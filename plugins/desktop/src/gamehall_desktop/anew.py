"""Work that is done anew whenever something has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Anew:
    """Calls `work` whenever it is called, but once for all that ask while it runs: one runs, and one waits.

    Each call returns when a run has ended that began after it, and raises what that one raised.
    """

    def __init__(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._asked = 0
        self._answered = 0
        self._turn = asyncio.Lock()

    async def __call__(self) -> None:
        self._asked += 1
        mine = self._asked
        async with self._turn:
            if self._answered < mine:
                asked = self._asked  # all that came before this run begins
                await self._work()
                self._answered = asked
