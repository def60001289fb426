"""One live stream, as somebody hears it who has come by a certain way."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx

__all__ = ["EVENTS", "Listener", "listening"]

EVENTS = "/api/v1/events"


class Listener:
    """What has come so far: `heard` has the kinds of events, and `beat` for each sign of life; `ended` says why it has
    ended, `status` and `encoding` are the answer's."""

    def __init__(self) -> None:
        self.heard: Counter[str] = Counter()
        self.status = 0
        self.encoding = ""
        self.ended = ""
        self.seconds = 0.0
        self._news = asyncio.Event()

    async def hears(self, kind: str, seconds: float) -> bool:
        """Whether this comes within so many seconds, or has come already."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not (self.heard[kind] or self.ended):
                    self._news.clear()
                    await self._news.wait()
        return bool(self.heard[kind])

    async def listen(self, client: httpx.AsyncClient, base: str, channel: str) -> None:
        began = time.monotonic()
        try:
            patient = httpx.Timeout(5.0, read=None)
            async with client.stream("GET", base + EVENTS, params={"channel": channel}, timeout=patient) as answer:
                self.status, self.encoding = answer.status_code, answer.headers.get("content-encoding", "")
                async for line in answer.aiter_lines():
                    if line.startswith((":", "event: ")):
                        self.heard["beat" if line.startswith(":") else line.removeprefix("event: ")] += 1
                        self._news.set()
            self.ended = "it was closed"
        except httpx.HTTPError as error:
            self.ended = str(error) or type(error).__name__
        finally:
            self.seconds = time.monotonic() - began
            self._news.set()


@asynccontextmanager
async def listening(client: httpx.AsyncClient, base: str, channel: str) -> AsyncIterator[Listener]:
    """Listens until the block ends."""
    listener = Listener()
    task = asyncio.create_task(listener.listen(client, base, channel))
    try:
        yield listener
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
