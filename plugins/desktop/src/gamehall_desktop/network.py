"""The one thread that talks to the hall: one event loop, one client, and a mailbox for what comes back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Coroutine
from queue import Empty, SimpleQueue
from typing import Any

log = logging.getLogger(__name__)


class Network:
    """Runs coroutines in its thread. What they `post` is for the thread of the window, which waits for `news`."""

    def __init__(self) -> None:
        self.news = threading.Event()
        self._messages: SimpleQueue[Any] = SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._thread = threading.Thread(target=self._run, name="network", daemon=True)
        self._thread.start()

    def post(self, message: Any) -> None:
        self._messages.put(message)
        self.news.set()

    def messages(self) -> list[Any]:
        """What was posted since the last call."""
        taken = []
        with contextlib.suppress(Empty):
            while True:
                taken.append(self._messages.get_nowait())
        return taken

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs a coroutine in the network's thread; called from the window's."""
        self._loop.call_soon_threadsafe(self.spawn, work)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Runs a coroutine beside the one that calls this, in the network's thread."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def close(self, last: Coroutine[Any, Any, None]) -> None:
        """Ends everything that runs, then runs `last`, then the thread."""
        asyncio.run_coroutine_threadsafe(self._close(last), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _close(self, last: Coroutine[Any, Any, None]) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await last

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task of the network failed", exc_info=error)
