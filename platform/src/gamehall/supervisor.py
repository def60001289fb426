"""The processes that answer requests: begun, relieved by others one after another, begun anew when one falls.

All listen on one socket that stays. A worker goes when its successor has said that it answers, and lets everybody
finish before.
"""

from __future__ import annotations

import contextlib
import logging
import math
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from types import FrameType

from gamehall.serving import ANNOUNCE, BACKLOG, END_SECONDS, LEAVE, LEAVE_SECONDS, Make, work
from gamehall.settings import SettingsError

__all__ = ["Workers", "listen"]

log = logging.getLogger(__name__)

_BEGIN_SECONDS = 120.0  # for a start, on a small machine that has much to do
_HEED_SECONDS = 10.0  # for a worker whose loop is busy to let nobody in any more
_LOOK_SECONDS = 0.2
_STEADY_SECONDS = 5.0  # a worker that has answered for so long has not fallen in a row
_LONGEST_PAUSE = 30.0
_LAST_SECONDS = END_SECONDS + 5.0  # for a worker to end; then it is killed


def listen(host: str, port: int, send_seconds: float) -> socket.socket:
    """The socket that all workers listen on; `send_seconds` are for a client that takes nothing. Raises SettingsError
    where that cannot be."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        reason = error.strerror or error
        raise SettingsError(f"cannot listen on {host}, port {port} ({reason}): is a hall running there?") from error
    listening.setblocking(False)
    # Has the system close connections whose other side takes nothing for so long: what waits for it would be kept for
    # as long as the connection lives. Connections are made like what they come by.
    if (option := getattr(socket, "TCP_USER_TIMEOUT", None)) is not None:  # Linux has it
        listening.setsockopt(socket.IPPROTO_TCP, option, int(send_seconds * 1_000))
    return listening


@dataclass(eq=False)
class _Worker:
    """A process, and where it says what it does."""

    process: BaseProcess
    told: Pipe
    answers_since: float = math.inf

    @property
    def is_alive(self) -> bool:
        return self.process.is_alive()

    def signal(self, number: signal.Signals) -> None:
        if self.is_alive:
            os.kill(self.process.pid or 0, number)

    def kill(self) -> None:
        self.process.kill()
        self.process.join()

    def was_killed(self) -> bool:
        """Whether the system or somebody has ended it: that is no fault of the hall's settings or code."""
        self.process.join(1)
        return self.process.exitcode == -signal.SIGKILL


class Workers:
    """So many processes that each run what `make` makes, and answer what comes by the socket.

    SIGHUP relieves all of them by new ones, with the code and settings of now; a new one that does not come to answer
    leaves those before it at work. `drain_seconds` are between being told to stop and stopping.
    """

    def __init__(self, make: Make, listening: socket.socket, *, number: int, drain_seconds: float) -> None:
        self._make = make
        self._listening = listening
        self._number = number
        self._drain_seconds = drain_seconds
        self._workers: dict[int, _Worker] = {}
        self._leaving: list[tuple[_Worker, float]] = []
        self._falls = [0] * number
        self._due: dict[int, float] = {}
        self._relieving = False
        self._is_stopped = False
        self._is_reloaded = False
        self._heard, self._wake = socket.socketpair()

    def run(self) -> bool:
        """Until SIGTERM or SIGINT; false where a worker did not come to answer at the start."""
        with self._signals():
            try:
                if not self._begin_all():
                    return False
                while not self._is_stopped:
                    self._wait(1.0)
                    if self._is_reloaded and not self._is_stopped:
                        self._is_reloaded = False
                        self._relieve_all()
                    self._begin_fallen_anew()
                    self._see_off()
                if self._drain_seconds:
                    for each in self._workers.values():
                        each.signal(ANNOUNCE)
                    self._wait(self._drain_seconds)  # whoever says it again means now
                return True
            finally:
                self._end_all()

    # Signals.

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Noted while the block lasts, each of which ends what is waited for."""
        for each in (self._heard, self._wake):
            each.setblocking(False)
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._note) for number in numbers}
        waker = signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(waker)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _note(self, number: int, _at: FrameType | None) -> None:
        if number == signal.SIGHUP:
            self._is_reloaded = True
        else:
            self._is_stopped = True

    def _wait(self, seconds: float) -> None:
        """Until a signal comes or a worker ends."""
        wait([self._heard, *(each.process.sentinel for each in self._workers.values())], seconds)
        with contextlib.suppress(BlockingIOError):
            self._heard.recv(4_096)

    # Beginning.

    def _begin_all(self) -> bool:
        for idx in range(self._number):
            self._workers[idx] = self._begin()
        for idx, each in list(self._workers.items()):
            if self._answers(each) or self._is_stopped:
                continue
            if not each.was_killed():
                log.error("a worker ended before it answered; the reason is above")
                return False
            self._fell(idx, in_a_row=0)
        if not self._is_stopped:
            _tell_service_manager("READY=1")
        return True

    def _begin(self) -> _Worker:
        # This process has read the code of before, so who relieves others reads it for themselves.
        fork = sys.platform == "linux" and not self._relieving
        make = multiprocessing.get_context("fork") if fork else multiprocessing.get_context("spawn")
        told, tell = multiprocessing.Pipe(duplex=False)
        arguments = (self._make, self._relieving, self._listening, tell)
        process = make.Process(target=work, args=arguments, name="gamehall-worker")
        process.start()
        tell.close()  # the worker has it now, so the end of the worker is its end
        return _Worker(process, told)

    def _answers(self, begun: _Worker) -> bool:
        """Waits until the worker answers requests. False when it does not come to that."""
        if answers := self._says_something(begun, _BEGIN_SECONDS) and begun.is_alive:
            begun.answers_since = time.monotonic()
        return answers

    def _says_something(self, worker: _Worker, seconds: float) -> bool:
        """Waits for the worker's next word: that it answers, then that it lets nobody in any more."""
        until = time.monotonic() + seconds
        while not wait([worker.told], _LOOK_SECONDS):
            if self._is_stopped or time.monotonic() > until:
                return False
        try:
            worker.told.recv_bytes()
        except EOFError:
            return False
        return True

    # Relief.

    def _relieve_all(self) -> None:
        log.info("relieving %d workers", self._number)
        self._relieving = True
        relieved = []
        for idx in range(self._number):
            begun = self._begin()
            if not self._answers(begun):
                begun.kill()
                log.error(
                    "worker %d was not relieved: the new one did not come to answer, for the reason above. Those from "
                    "before go on; mend it and send SIGHUP again",
                    idx + 1,
                )
                return
            before = self._workers.get(idx)
            self._workers[idx] = begun
            self._due.pop(idx, None)
            if before is not None:
                before.signal(LEAVE)
                self._leaving.append((before, time.monotonic() + LEAVE_SECONDS + _LAST_SECONDS))
                relieved.append(before)
        for each in relieved:  # whoever comes after the line in the log comes to the new ones
            self._says_something(each, _HEED_SECONDS)
        log.info("all workers were relieved")

    def _see_off(self) -> None:
        """Kills whoever was relieved and does not go, and forgets who is gone."""
        for each, until in self._leaving:
            if each.is_alive and time.monotonic() > until:
                log.warning("killing a worker that was relieved and did not end")
                each.kill()
        self._leaving = [(each, until) for each, until in self._leaving if each.is_alive]

    # Workers that fall.

    def _begin_fallen_anew(self) -> None:
        """Others go on meanwhile, so there is no end to it; but each time in a row comes after a longer pause."""
        for idx, each in list(self._workers.items()):
            if not each.is_alive and not self._is_stopped:
                steady = time.monotonic() - each.answers_since > _STEADY_SECONDS
                self._fell(idx, in_a_row=0 if steady else self._falls[idx])
        for idx in [each for each, at in self._due.items() if at <= time.monotonic()]:
            del self._due[idx]
            begun = self._begin()
            self._workers[idx] = begun
            if not self._answers(begun):
                begun.kill()
                if not self._is_stopped:
                    self._fell(idx, in_a_row=self._falls[idx])

    def _fell(self, idx: int, *, in_a_row: int) -> None:
        del self._workers[idx]
        pause = min(2.0 ** (in_a_row - 1), _LONGEST_PAUSE) if in_a_row else 0.0
        self._falls[idx] = in_a_row + 1
        self._due[idx] = time.monotonic() + pause
        log.error("worker %d ended by itself; another begins in %.0f s", idx + 1, pause)

    # The end.

    def _end_all(self) -> None:
        going = [*self._workers.values(), *(each for each, _ in self._leaving)]
        for each in going:
            each.signal(signal.SIGTERM)
        until = time.monotonic() + _LAST_SECONDS
        for each in going:
            each.process.join(max(0.0, until - time.monotonic()))
            if each.is_alive:
                log.warning("killing a worker that was told to stop and did not end")
                each.kill()


def _tell_service_manager(state: str) -> None:
    """Tells systemd, where that has started the hall (`Type=notify`)."""
    if address := os.environ.get("NOTIFY_SOCKET"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller:
            teller.connect(f"\0{address[1:]}" if address.startswith("@") else address)
            teller.sendall(state.encode())
