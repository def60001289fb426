"""Plugins' listeners, which run after what they listen to was committed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from gamehall.declare import Listener
from gamehall.events import Event
from gamehall.tasks import beside, calling
from gamehall.tracing import whole

if TYPE_CHECKING:
    from gamehall.hall import Hall

__all__ = ["hearing"]

_SECONDS = 10.0


@contextlib.asynccontextmanager
async def hearing(hall: Hall, plugin: str, listener: Listener) -> AsyncIterator[None]:
    """Feeds one listener from a queue of its own, so that a slow one delays nobody else."""
    waiting: asyncio.Queue[Event] = asyncio.Queue(maxsize=10_000)

    def hear(event: Event) -> None:
        if event.kind != listener.kind or not hall.is_on(plugin):
            return
        try:
            waiting.put_nowait(event)
        except asyncio.QueueFull as error:
            hall.fault(plugin, f"the listener for {listener.kind}", error)

    async def run() -> None:
        while True:
            event = await waiting.get()
            try:
                with whole(f"listener {plugin} {listener.kind}"):
                    async with calling(plugin, _SECONDS):
                        await listener.run(event)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's fault delays nobody else
                hall.fault(plugin, f"the listener for {listener.kind}", error)

    hall.feed.listen(hear)
    async with beside(run(), f"{plugin}:{listener.kind}"):
        yield
