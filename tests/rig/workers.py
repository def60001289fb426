"""Two workers on one database, for tests that run no event loop of their own, such as state machines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gamehall.settings import Settings
from rig.hall import Hall, running

__all__ = ["Workers"]


class Workers:
    """Both `halls` are at work between `open` and `close`; `runner` runs whatever is asked of them."""

    def __init__(self, url: str, folder: Path) -> None:
        self.runner = asyncio.Runner()
        self.halls: list[Hall] = []
        self._settings = Settings(
            database_url=url, data_dir=str(folder), rate_limits=False, allowed_hosts=("hall",), workers=2
        )
        self._done = asyncio.Event()

    def open(self) -> None:
        async def started() -> None:
            ready = asyncio.Event()
            self._serving = asyncio.create_task(self._serve(ready))
            await asyncio.wait([self._serving, asyncio.create_task(ready.wait())], return_when="FIRST_COMPLETED")

        self.runner.run(started())

    def close(self) -> None:
        async def ended() -> None:
            self._done.set()
            await self._serving

        self.runner.run(ended())
        self.runner.close()

    async def _serve(self, ready: asyncio.Event) -> None:
        async with running(self._settings) as one, running(self._settings) as other:
            self.halls = [one, other]
            await self.prepare()
            ready.set()
            await self._done.wait()

    async def prepare(self) -> None:
        """What is done once, before anything is asked."""

    def read(self, fn: Callable[..., Any], *args: Any) -> Any:
        return self.runner.run(self.halls[0].host.read(fn, *args))
