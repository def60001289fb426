"""The processes that answer requests: begun, relieved by others one after another, begun anew when one falls.

The server's own way is to stop a worker some seconds after its successor was begun, ready or not, to end itself when
a worker falls twice in a row, and to let each worker listen for itself, so that whoever waits to be let in is sent away
with it. Here all listen on one socket that stays, a worker goes when its successor has said that it answers, and lets
everybody finish before.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import os
import signal
import socket
import stat
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Protocol

from granian import _signals as granian_signals
from granian.net import SocketHolder  # type: ignore[attr-defined]  # it says neither that it exports nor takes this
from granian.server.mp import MPServer

from gamehall import stopping
from gamehall.problems import Problem
from gamehall.settings import SettingsError

__all__ = ["Answering", "Workers"]

log = logging.getLogger(__name__)

_LEAVE_SECONDS = 35.0  # a connection that nothing comes from is closed after 30
_BEGIN_SECONDS = 120.0  # for a start, on a small machine that has much to do
_HEED_SECONDS = 10.0  # for a worker whose loop is busy to let nobody in any more
_LOOK_SECONDS = 0.2
_STEADY_SECONDS = 60.0  # a worker that has lived for so long has not fallen in a row
_LONGEST_PAUSE = 30.0
_Worker = Any  # granian's WorkerProcess, none of whose methods has a type
# SIGURG is sent by nobody here and heard by nobody who does not listen; SIGUSR1 has a process say where it stands.
_ANNOUNCE, _LEAVE = signal.SIGURG, signal.SIGUSR2


class Answering(Protocol):
    """What a worker runs."""

    on_startup: list[Any]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


class Workers(MPServer):
    """Runs `make` in each worker. SIGHUP relieves all workers by new ones, with the code and settings of now; a new one
    that does not come to answer leaves those before it at work.

    `drain_seconds` are between being told to stop and stopping; `send_seconds` are for a client that takes nothing.
    """

    def __init__(
        self, make: Callable[[bool], Answering], *, drain_seconds: float, send_seconds: float, **options: Any
    ) -> None:
        # Only a name: `make` makes the application, wherever the command was called.
        super().__init__("gamehall", respawn_failed_workers=True, **options)
        self._make = make
        self._drain_seconds = drain_seconds
        self._send_seconds = send_seconds
        self._never_began = False
        self._relieving = False
        self._leaving: list[tuple[_Worker, float]] = []
        self._voices: dict[_Worker, Connection] = {}
        self._falls = [0] * self.workers
        self._due: dict[int, float] = {}

    # What the server asks of itself, done otherwise.

    def _init_shared_socket(self) -> None:
        self._sso = _listen(self.bind_addr, self.bind_port, self.backlog)
        _let_go_of_the_silent(self._sso, self._send_seconds)
        self._ssp, self._shd = None, SocketHolder(self._sso.fileno(), False, self.backlog)  # type: ignore[call-arg,assignment]

    def _spawn_workers(self, spawn_target: Any, target_loader: Any) -> None:
        self.wrks += [self._begin(idx, spawn_target) for idx in range(self.workers)]
        fallen = [idx for idx, each in enumerate(self.wrks) if not self._answers(each)]
        killed = [idx for idx in fallen if not self.interrupt_signal and _was_killed(self.wrks[idx])]
        for idx in killed:
            self._fell(idx, in_a_row=0)
        if fallen == killed:
            _tell_service_manager("READY=1")
        elif not self.interrupt_signal:
            log.error("a worker ended before it answered; the reason is above")
            self._never_began = True
            self.interrupt_children.append(0)  # so the exit status says it too

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        while not (self.interrupt_signal or self._never_began):
            self.main_loop_interrupt.wait(1.0)
            self.main_loop_interrupt.clear()
            if self.reload_signal and not self.interrupt_signal:
                self.reload_signal = False
                self._relieve_all(spawn_target)
            self._begin_fallen_anew(spawn_target)
            self._see_off()
        if not self._never_began and self._drain_seconds:
            _signal(self.wrks, _ANNOUNCE)
            self.main_loop_interrupt.clear()
            self.main_loop_interrupt.wait(self._drain_seconds)  # whoever says it again means now

    def _stop_workers(self) -> None:
        self.wrks += [each for each, _ in self._leaving]
        self._leaving.clear()
        super()._stop_workers()  # type: ignore[no-untyped-call]
        if self.interrupt_signal:  # Ctrl-C tells the workers too, and those who hear it first have not fallen
            self.interrupt_children.clear()

    # Relief.

    def _relieve_all(self, spawn_target: Any) -> None:
        log.info("relieving %d workers", self.workers)
        # This process has read the code of before, so it cannot hand it on: the new ones read it for themselves.
        multiprocessing.set_start_method("spawn", force=True)
        self._relieving = True
        relieved = []
        for idx in range(self.workers):
            begun = self._begin(idx, spawn_target)
            if not self._answers(begun):
                begun.kill()
                log.error(
                    "worker %d was not relieved: the new one did not come to answer, for the reason above. Those from "
                    "before go on; mend it and send SIGHUP again",
                    idx + 1,
                )
                return
            before: _Worker = self.wrks[idx]
            self.wrks[idx] = begun
            self._due.pop(idx, None)
            before.interrupt_by_parent = True
            _signal([before], _LEAVE)
            self._leaving.append((before, time.monotonic() + _LEAVE_SECONDS + (self.workers_kill_timeout or 0)))
            if before.is_alive():  # it may have fallen, and be waited for no longer
                relieved.append(before)
        for each in relieved:  # whoever comes after the line in the log comes to the new ones
            self._says_something(each, _HEED_SECONDS)
        log.info("all workers were relieved")

    def _begin(self, idx: int, target: Any) -> _Worker:
        told, tell = multiprocessing.Pipe(duplex=False)
        begun = self._spawn_worker(idx, target, partial(_begun, self._make, self._relieving, tell))
        begun.interrupt_by_parent = True  # until it answers, its end is looked after where it was begun
        begun.start()  # type: ignore[no-untyped-call]
        tell.close()  # the worker has it now, so the end of the worker is its end
        self._voices[begun] = told
        return begun

    def _answers(self, begun: _Worker) -> bool:
        """Waits until the worker answers requests; then its end is noticed. False when it does not come to that."""
        if not self._says_something(begun, _BEGIN_SECONDS):
            return False
        begun.interrupt_by_parent = False
        return bool(begun.is_alive())

    def _says_something(self, worker: _Worker, seconds: float) -> bool:
        """Waits for the worker's next word: that it answers, then that it lets nobody in any more."""
        until = time.monotonic() + seconds
        told = self._voices[worker]
        while not wait([told], _LOOK_SECONDS):
            if self.interrupt_signal or time.monotonic() > until:
                return False
        try:
            told.recv_bytes()
        except EOFError:
            return False
        return True

    def _see_off(self) -> None:
        """Kills whoever was relieved and does not go, and forgets who is gone."""
        for each, until in self._leaving:
            if each.is_alive() and time.monotonic() > until:
                log.warning("killing a worker that was relieved and did not end")
                each.kill()
        self._leaving = [(each, until) for each, until in self._leaving if each.is_alive()]
        for each in [each for each in self._voices if not each.is_alive()]:
            self._voices.pop(each).close()

    # Workers that fall.

    def _begin_fallen_anew(self, spawn_target: Any) -> None:
        """Others go on meanwhile, so there is no end to it; but each time in a row comes after a longer pause."""
        fallen = set()
        while self.interrupt_children:  # which threads add to meanwhile
            fallen.add(self.interrupt_children.pop())
        for idx in fallen:
            if self.wrks[idx].is_alive():  # it was relieved just then
                continue
            steady = time.monotonic() - self.wrks[idx].birth > _STEADY_SECONDS
            self._fell(idx, in_a_row=0 if steady else self._falls[idx])
        for idx in [each for each, at in self._due.items() if at <= time.monotonic()]:
            del self._due[idx]
            begun = self._begin(idx, spawn_target)
            if self._answers(begun):
                self.wrks[idx] = begun
                continue
            begun.kill()
            if not self.interrupt_signal:
                self._fell(idx, in_a_row=self._falls[idx])

    def _fell(self, idx: int, *, in_a_row: int) -> None:
        pause = min(2.0 ** (in_a_row - 1), _LONGEST_PAUSE) if in_a_row else 0.0
        self._falls[idx] = in_a_row + 1
        self._due[idx] = time.monotonic() + pause
        log.error("worker %d ended by itself; another begins in %.0f s", idx + 1, pause)


def _signal(workers: list[_Worker], number: signal.Signals) -> None:
    for each in workers:
        if each.is_alive():
            os.kill(each.inner.pid, number)


def _was_killed(worker: _Worker) -> bool:
    """Whether the system or somebody has ended it: that is no fault of the hall's settings or code."""
    worker.inner.join(1)
    return bool(worker.inner.exitcode == -signal.SIGKILL)


def _listen(host: str, port: int, backlog: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.create_server(address[:2], family=family, backlog=backlog)
    except OSError as error:
        reason = error.strerror or error
        raise SettingsError(f"cannot listen on {host}, port {port} ({reason}): is a hall running there?") from error
    listening.setblocking(False)
    listening.set_inheritable(True)
    return listening


def _let_go_of_the_silent(listening: socket.socket, seconds: float) -> None:
    """Has the system close connections whose other side takes nothing for so long.

    The server keeps what it could not send for as long as the connection lives, and has no limit for that. Connections
    are made like what they come by.
    """
    if (option := getattr(socket, "TCP_USER_TIMEOUT", None)) is not None:  # Linux has it
        listening.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1_000))


def _tell_service_manager(state: str) -> None:
    """Tells systemd, where that has started the hall (`Type=notify`)."""
    if address := os.environ.get("NOTIFY_SOCKET"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller:
            teller.connect(f"\0{address[1:]}" if address.startswith("@") else address)
            teller.sendall(state.encode())


# In the worker's process.


def _begun(make: Callable[[bool], Answering], relieving: bool, tell: Connection) -> Answering:
    """The application, which says when it answers and then hears what the workers' parent wants of it."""
    _stop_once()
    try:
        app = make(relieving)
    except (SettingsError, Problem) as error:  # it says all that there is to say
        log.error("this worker cannot begin: %s", getattr(error, "detail", "") or error)
        sys.exit(1)

    def answer() -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(_ANNOUNCE, stopping.announce)
        loop.add_signal_handler(_LEAVE, lambda: loop.create_task(_leave(tell), name="leaving"))
        if (parent := multiprocessing.parent_process()) is not None:
            loop.add_reader(parent.sentinel, _end_after, parent.sentinel, loop)
        tell.send_bytes(b"it answers")

    app.on_startup.append(answer)
    return app


def _end_after(parent: int, loop: asyncio.AbstractEventLoop) -> None:
    """The parent has been killed by itself, as the system does when memory is short: nobody would ever stop this
    worker, and it would keep the port from the next hall. Siblings hear of it one after the other, since each that
    began later holds the ends of those before."""
    loop.remove_reader(parent)
    log.error("the process that minds the workers is gone; this worker stops")
    os.kill(os.getpid(), signal.SIGTERM)


def _stop_once() -> None:
    """Has a worker that was told to stop hear nothing when it is told again, by its parent or an impatient Ctrl-C: the
    server would wait there for good, and keep the interpreter, until the first has ended it."""
    listen = granian_signals.set_loop_signals

    def listen_once(loop: asyncio.AbstractEventLoop) -> Any:
        ending, told = listen(loop), False  # type: ignore[no-untyped-call]

        def stop() -> None:
            nonlocal told
            if not told:
                told = True
                ending.set()

        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, stop)
        return ending

    granian_signals.set_loop_signals = listen_once


async def _leave(tell: Connection) -> None:
    """Another has taken over: this one lets nobody in any more, says so, and stops when everybody has gone."""
    stopping.begin()
    port = _let_nobody_in() if sys.platform == "linux" else None
    with contextlib.suppress(OSError):  # the parent has gone, or waits no longer
        tell.send_bytes(b"it lets nobody in")
    if port is not None:  # elsewhere nothing says who is connected
        until = time.monotonic() + _LEAVE_SECONDS
        while _is_talking(port) and time.monotonic() < until:  # noqa: ASYNC110 - nothing tells that somebody has gone
            await asyncio.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def _let_nobody_in() -> int:
    """Puts a socket that nobody knows in the place of the one that all workers listen on; the latter's port.

    The server cannot be told to let nobody in while it still answers. To close the socket would be no help: somebody
    who was let in in the last moment and has not asked yet would be sent away.
    """
    port = 0
    with socket.socket(socket.AF_UNIX) as unknown:
        unknown.bind("")  # by a name that the system makes up
        unknown.listen(1)
        unknown.setblocking(False)
        for descriptor, found in _sockets():
            if found.family in (socket.AF_INET, socket.AF_INET6) and found.getsockopt(
                socket.SOL_SOCKET, socket.SO_ACCEPTCONN
            ):
                port = found.getsockname()[1]
                os.dup2(unknown.fileno(), descriptor)
    return port


def _is_talking(port: int) -> bool:
    """Whether anybody is connected to this port."""
    for _, found in _sockets():
        if found.family in (socket.AF_INET, socket.AF_INET6) and found.getsockname()[1] == port:
            return True
    return False


def _sockets() -> Iterator[tuple[int, socket.socket]]:
    """Every socket of this process, by its descriptor; each only until the next is taken."""
    for descriptor in [int(path.name) for path in Path("/proc/self/fd").iterdir()]:
        with _socket_at(descriptor) as found:
            if found is not None:
                yield descriptor, found


@contextlib.contextmanager
def _socket_at(descriptor: int) -> Iterator[socket.socket | None]:
    try:
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            yield None
            return
        copy = os.dup(descriptor)
    except OSError:  # closed since it was listed
        yield None
        return
    with socket.socket(fileno=copy) as found:
        yield found
