"""One process that answers requests, as the one that minds it wants it to."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection as Pipe
from typing import Any

import uvicorn

from gamehall import stopping
from gamehall.connections import IDLE_SECONDS, Connection
from gamehall.problems import Problem
from gamehall.settings import SettingsError

__all__ = ["ANNOUNCE", "BACKLOG", "END_SECONDS", "LEAVE", "LEAVE_SECONDS", "Make", "work"]

log = logging.getLogger(__name__)

# SIGURG is sent by nobody here and heard by nobody who does not listen; SIGUSR1 has a process say where it stands.
ANNOUNCE, LEAVE = signal.SIGURG, signal.SIGUSR2
BACKLOG = 4_096  # who waits to be let in
LEAVE_SECONDS = IDLE_SECONDS + 5.0  # a connection that nothing comes from is closed by then
END_SECONDS = 15  # for what is being answered when the end begins
_LOOK_SECONDS = 0.2
_LET_GO = "ASGI callable returned without completing response."

Make = Callable[[bool], Any]


def work(make: Make, relieving: bool, listening: socket.socket, tell: Pipe) -> None:
    """Answers what comes by this socket until it is told to stop. Says by the pipe that it answers, and, once it is
    told to leave, that it lets nobody in any more."""
    signal.set_wakeup_fd(-1)  # which is the parent's where this process is a fork of it
    try:
        app = make(relieving)
    except (SettingsError, Problem) as error:  # it says all that there is to say
        log.error("this worker cannot begin: %s", getattr(error, "detail", "") or error)
        sys.exit(1)
    # Whoever takes nothing of an answer is told of already, where that is noticed.
    logging.getLogger("uvicorn.error").addFilter(lambda record: record.msg != _LET_GO)
    config = uvicorn.Config(
        app,
        interface="asgi3",
        http=Connection,
        ws="none",
        lifespan="on",
        loop="auto",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=END_SECONDS,
    )
    _Server(config, tell).run([listening])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, tell: Pipe) -> None:
        super().__init__(config)
        self._tell = tell
        self._leaving: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The server's own way sends the signal to this process once more at the end, which is no orderly one."""
        loop = asyncio.get_running_loop()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, self._stop)
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(ANNOUNCE, stopping.announce)
        loop.add_signal_handler(LEAVE, self._begin_to_leave)
        if (parent := multiprocessing.parent_process()) is not None:
            loop.add_reader(parent.sentinel, self._end_after, parent.sentinel)
        self._tell.send_bytes(b"it answers")

    def _stop(self) -> None:
        self.should_exit = True

    def _end_after(self, parent: int) -> None:
        """The parent has been killed by itself, as the system does when memory is short: nobody would ever stop this
        worker, and it would keep the port from the next hall. Siblings hear of it one after the other, since each that
        began later holds the ends of those before."""
        asyncio.get_running_loop().remove_reader(parent)
        log.error("the process that minds the workers is gone; this worker stops")
        os.kill(os.getpid(), signal.SIGTERM)  # which others here hear, too

    def _begin_to_leave(self) -> None:
        self._leaving = asyncio.get_running_loop().create_task(self._leave(), name="leaving")

    async def _leave(self) -> None:
        """Another has taken over: this one lets nobody in any more, says so, and stops when everybody has gone. Whoever
        was let in and has not asked yet is answered still."""
        stopping.begin()
        for each in self.servers:
            each.close()
        with contextlib.suppress(OSError):  # the parent has gone, or waits no longer
            self._tell.send_bytes(b"it lets nobody in")
        until = time.monotonic() + LEAVE_SECONDS
        while self.server_state.connections and time.monotonic() < until:  # noqa: ASYNC110 - nothing tells of an end
            await asyncio.sleep(_LOOK_SECONDS)
        self._stop()
