"""A line to a server that can be bad in every way: a TCP proxy in a thread of its own."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Protocol

import pytest

Work = Callable[[], Coroutine[Any, Any, None]]


class FaultProxy:
    """Passes on what comes to `url` until it is told otherwise; `heal` ends every fault but those of dead connections.

    Each call returns when it has taken effect.
    """

    def __init__(self, port: int) -> None:
        """`port` is the server's, on this machine."""
        self._target = port
        self._delay, self._piece = 0.0, 0
        self._losing_answers = False
        self._connections: set[_Connection] = set()
        self._accepted = 0
        self._listening: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault proxy", daemon=True)
        self._thread.start()
        self.port = 0
        self._passing = asyncio.Event()
        self._run(self._heal)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def accepted(self) -> int:
        """How many connections have come so far."""
        return self._accepted

    def cut(self) -> None:
        """Resets every connection and lets no other in: the server is gone."""
        self._run(self._cut)

    def cut_one(self) -> None:
        """Resets one connection, by chance; new ones are good."""

        async def reset() -> None:
            if self._connections:
                random.choice(list(self._connections)).reset()

        self._run(reset)

    def half_open(self) -> None:
        """Lets every connection that there is go dead without a word, for good: nobody is told, nothing is passed on.
        New ones are good."""

        async def deaden() -> None:
            for connection in self._connections:
                connection.dead = True

        self._run(deaden)

    def stall(self) -> None:
        """Passes nothing on, on old connections and new ones, until `heal`; then all of it."""

        async def hold() -> None:
            self._passing.clear()

        self._run(hold)

    def lose_answers(self) -> None:
        """Passes requests on, those that were held too, and resets a connection when the server says something: it has
        been done, nobody knows."""

        async def lose() -> None:
            self._losing_answers = True
            self._passing.set()

        self._run(lose)

    def slow(self, *, delay: float = 0.0, piece: int = 0) -> None:
        """Holds whatever comes for so many seconds, and passes it on in pieces of so many bytes, each with that delay:
        a trickle. 0 is at once, and whole."""

        async def slow_down() -> None:
            self._delay, self._piece = delay, piece

        self._run(slow_down)

    def heal(self) -> None:
        self._run(self._heal)

    def close(self) -> None:
        self._run(self._cut)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Work) -> None:
        asyncio.run_coroutine_threadsafe(work(), self._loop).result(20)

    async def _heal(self) -> None:
        self._losing_answers = False
        self._delay, self._piece = 0.0, 0
        self._passing.set()
        if self._listening is None:
            self._listening = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
            self.port = self._listening.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        for _step in range(3):  # what has just been accepted is a connection a moment later
            await asyncio.sleep(0)
        tasks = {connection.task for connection in self._connections}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._accepted += 1
        connection = _Connection(writer)
        self._connections.add(connection)
        try:
            with suppress(OSError, asyncio.CancelledError):  # one of the two has gone, or it was cut
                back, there = await asyncio.open_connection("127.0.0.1", self._target)
                connection.writers.append(there)
                await asyncio.gather(
                    self._pump(connection, reader, there), self._pump(connection, back, writer, answers=True)
                )
        finally:
            connection.reset()
            self._connections.discard(connection)

    async def _pump(
        self,
        connection: _Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        answers: bool = False,
    ) -> None:
        while content := await reader.read(65_536):
            if answers and self._losing_answers:
                connection.reset()
                return
            size = self._piece or len(content)
            for start in range(0, len(content), size):
                if self._delay:
                    await asyncio.sleep(self._delay)
                await self._passing.wait()
                if not connection.dead:
                    writer.write(content[start : start + size])
                    await writer.drain()
        if not connection.dead and writer.can_write_eof():
            writer.write_eof()


class _Connection:
    def __init__(self, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.task: asyncio.Task[object] = task
        self.writers = [writer]
        self.dead = False

    def reset(self) -> None:
        for writer in self.writers:
            writer.transport.abort()


class Addressed(Protocol):
    """What answers at an address: a server, or a line to one."""

    @property
    def url(self) -> str: ...

    @property
    def port(self) -> int: ...


@contextmanager
def bad_line(server: Addressed) -> Iterator[FaultProxy]:
    proxy = FaultProxy(server.port)
    try:
        yield proxy
    finally:
        proxy.close()


@pytest.fixture
def line_to() -> Iterator[Callable[[Addressed], FaultProxy]]:
    """Gives a line to a server; the test's end closes it."""
    with ExitStack() as stack:
        yield lambda server: stack.enter_context(bad_line(server))
