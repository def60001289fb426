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

_PATIENCE = 3.0  # seconds that what runs has to end, and what comes last as well


class Network:
    """Runs coroutines in its thread. What they `post` is for the thread of the window, which waits for `news`."""

    def __init__(self) -> None:
        self.news = threading.Event()
        self._messages: SimpleQueue[Any] = SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closing = False
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
        """Runs a coroutine in the network's thread, none after `close`; called from the window's."""
        if self._closing:
            work.close()
        else:
            self._loop.call_soon_threadsafe(self.spawn, work)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Runs a coroutine beside the one that calls this, in the network's thread; not a step of it after `close`."""
        task = self._loop.create_task(work)
        if self._closing:
            task.cancel()
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def close(self, last: Coroutine[Any, Any, None], patience: float = _PATIENCE) -> None:
        """Ends everything that runs, then runs `last`, then ends the thread; called from the window's thread, once.

        Each of the two has so many seconds: what does not end by then goes with the process.
        """
        self._closing = True
        done = asyncio.run_coroutine_threadsafe(self._close(last, patience), self._loop)
        try:
            done.result(3 * patience)
        except TimeoutError:
            log.error("the network's thread hangs")
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(patience)

    async def _close(self, last: Coroutine[Any, Any, None], patience: float) -> None:
        await self._end(self._tasks, patience)
        ending = self._loop.create_task(last)
        await asyncio.wait({ending}, timeout=patience)
        await self._end({ending}, patience / 2)
        if ending.done() and not ending.cancelled() and (error := ending.exception()) is not None:
            log.error("what the network does last failed", exc_info=error)

    @staticmethod
    async def _end(tasks: set[asyncio.Task[Any]], patience: float) -> None:
        """Cancels the tasks, and waits for their end a while."""
        for task in (running := set(tasks)):
            task.cancel()
        if running:
            _, stubborn = await asyncio.wait(running, timeout=patience)
            for task in stubborn:
                log.error("a task of the network does not end: %r", task)

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task of the network failed", exc_info=error)
