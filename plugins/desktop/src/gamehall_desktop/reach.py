"""A hall that does not answer is asked again, more and more rarely, until it does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import httpx

from .halls import HallAwayError, HallError
from .state.account import Offline, Online

_FIRST, _LONGEST = 4.0, 60.0  # seconds


class Reach:
    """Whether the hall in use answers. Everything here runs in the network's thread."""

    def __init__(
        self, post: Callable[[object], None], spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
    ) -> None:
        self._post = post
        self._spawn = spawn
        self._asking: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()

    def lost(self, why: str, ask: Callable[[], Awaitable[object]]) -> None:
        """The hall does not answer. `ask` is repeated until it raises nothing of the kind."""
        if self._asking is None:
            self._asking = self._spawn(self._until_it_answers(why, ask))

    def found(self) -> None:
        """The hall answers, or is not asked for any more."""
        if self._asking is not None:
            if self._asking is not asyncio.current_task():
                self._asking.cancel()
            self._asking = None
            self._post(Online())

    async def now(self) -> None:
        """Asks at once."""
        self._hurry.set()

    async def _until_it_answers(self, why: str, ask: Callable[[], Awaitable[object]]) -> None:
        pause = _FIRST
        while True:
            self._hurry.clear()
            self._post(Offline(why, time.monotonic() + pause))
            try:
                async with asyncio.timeout(pause):
                    await self._hurry.wait()
            except TimeoutError:
                pause = min(2 * pause, _LONGEST)
            else:
                pause = _FIRST
            try:
                await ask()
            except (httpx.TransportError, HallError, HallAwayError) as error:
                why = str(error) if isinstance(error, HallError | HallAwayError) else why
            else:
                break
        self.found()
