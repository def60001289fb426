"""Programs that run beside a test and end with it."""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_FIRST_PORT, _SYSTEMS_OWN = 10_000, 32_768
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Process:
    """A program in a process group of its own, everything it prints in one file."""

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        *,
        environment: Mapping[str, str] | None = None,
        user: int | None = None,
        pass_fds: Sequence[int] = (),
    ) -> None:
        """`user` is the numeric id to run as. Where the system can, the program ends even if the test run is killed:
        with the thread that began it, so let that be one that stays."""
        self.log_file = log
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=log.parent,
                user=user,
                pass_fds=pass_fds,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        self.pid = self._popen.pid

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def wait_until(self, ready: Callable[[], bool], seconds: float = 120) -> None:
        """Raises RuntimeError with the log when the program ends first, or is not ready in time."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running:
                raise RuntimeError(f"ended with {self._popen.returncode} before it was ready:\n{self.log()}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"not ready after {seconds} s:\n{self.log()}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGTERM, seconds: float = 90) -> int:
        """Asks it to end and waits for it: its exit status. One that does not end is killed, and that is an error."""
        if self.running:
            self._popen.send_signal(how)
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError(f"still running {seconds} s after {how.name}:\n{self.log()}") from None

    def kill(self) -> None:
        """Ends it and every process of its group at once, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()


def free_port() -> int:
    """A port that nobody listens on, and that the system gives to nobody who connects: of those that it chooses by
    itself, one that is free now may be some client's by the time that a server wants it."""
    while True:
        port = _FIRST_PORT + secrets.randbelow(_SYSTEMS_OWN - _FIRST_PORT)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def listens(port: int) -> bool:
    """Whether something answers at this port of the machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _end_with_parent() -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
