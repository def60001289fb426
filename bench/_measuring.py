"""The servers that are measured, what they use, and the tables that say it.

Each is pinned to one core together with its database, and the driver to another, so that they do not take each other's
time. Processor time is of all processes of a server, its database's included: it hardly depends on what else the
machine does, while times of answers do.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bench._history import keep
from bench._processes import children, connection_to, databases, hall, parent_of, seconds_of

from rig.processes import Process, free_port

BARE = "bare"
_SERVERS_CORE, _DRIVERS_CORE = {0}, {1}


@dataclass(frozen=True)
class Measured:
    """A server at this port; `roots` are the processes whose trees it consists of, its own first."""

    name: str
    port: int
    roots: tuple[int, ...]

    @property
    def processes(self) -> list[int]:
        return _tree(self.roots)

    @property
    def used(self) -> float:
        """Seconds of processor time since the start, of the processes that run."""
        return sum(map(seconds_of, self.processes))

    @property
    def resident(self) -> int:
        """Bytes of memory of the server itself: its database's processes count what they share again and again."""
        return sum(map(_resident, _tree(self.roots[:1])))


class Meter:
    """What a server uses from here on."""

    def __init__(self, server: Measured) -> None:
        self._server = server
        self._began, self._before = perf_counter(), server.used
        self._own = _own_seconds()

    def stop(self) -> tuple[float, float, float]:
        """(seconds, the server's processor seconds, and how much of a core the driver took)."""
        took = perf_counter() - self._began
        return took, self._server.used - self._before, (_own_seconds() - self._own) / took


def _tree(roots: Sequence[int]) -> list[int]:
    """These processes and all that they have started."""
    found = list(roots)
    for pid in found:  # it grows meanwhile
        found += children(pid)
    return found


def _own_seconds() -> float:
    times = os.times()
    return times.user + times.system


def _resident(pid: int) -> int:
    with suppress(OSError):  # it has just ended
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


@contextmanager
def servers(settings: str = "") -> Iterator[Mapping[str, Measured]]:
    """A hall on each database, with these settings, and the bare server, each by itself on the servers' core."""
    with ExitStack() as stack:
        urls = stack.enter_context(databases())
        found = {name: stack.enter_context(measured(name, url, settings)) for name, url in urls.items()}
        yield found | {BARE: stack.enter_context(_bare())}


@contextmanager
def measured(name: str, url: str, settings: str = "") -> Iterator[Measured]:
    """A hall on this database."""
    with hall(url, settings) as running:
        roots = [running.server.pid]
        if url.startswith("postgresql"):
            with connection_to(url) as connection:
                row = connection.execute("SELECT pg_backend_pid()").fetchone()
                assert row is not None
                roots.append(parent_of(int(row[0])))
        with _apart(Measured(name, running.server.port, tuple(roots))) as server:
            yield server


@contextmanager
def _apart(server: Measured) -> Iterator[Measured]:
    """The server on one core, and this process on another."""
    pin(server.processes, _SERVERS_CORE)
    pin([os.getpid()], _DRIVERS_CORE)
    try:
        yield server
    finally:
        pin([os.getpid()], set(range(os.cpu_count() or 1)))


@contextmanager
def _bare() -> Iterator[Measured]:
    """The bare server, served as a hall is."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        options = ["--port", str(port), "--ws", "none", "--no-access-log", "--no-server-header", "--log-level", "error"]
        command = [sys.executable, "-m", "uvicorn", *options, "bench._bare:app"]
        root = str(Path(__file__).parent.parent)
        process = Process(command, Path(folder) / "log", environment=os.environ | {"PYTHONPATH": root})
        try:
            process.wait_until(lambda: _listens(port))
            with _apart(Measured(BARE, port, (process.pid,))) as server:
                yield server
        finally:
            process.kill()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def pin(pids: Sequence[int], cores: set[int]) -> None:
    """Lets the threads of these processes, and what they start, run on these cores; all on one where there is one."""
    if not cores <= set(range(os.cpu_count() or 1)):
        return
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").glob("*"):
            with suppress(OSError):  # it has just ended
                os.sched_setaffinity(int(thread.name), cores)


def milliseconds(times: Sequence[float], part: float) -> float:
    """The time, given in seconds, below which this part of them lies."""
    return sorted(times)[min(len(times) - 1, int(len(times) * part))] * 1e3 if times else float("nan")


class Table:
    """Figures of one scenario by case and by who did it, each beside the bare server's of the same run."""

    def __init__(self, scenario: str, compared: str, beside: str = BARE) -> None:
        """`compared` is the figure whose ratio is told; `beside` says to what."""
        self._scenario = scenario
        self._compared = compared
        self._beside = beside
        self._bare: dict[str, float] = {}
        self._named: list[str] = []

    def add(self, case: str, who: str, figures: Mapping[str, float], measure: float | None = None) -> None:
        """One row. It is compared with `measure`, else with what the bare server did in this case."""
        if self._named != list(figures):
            self._named = list(figures)
            names = "".join(f"{name:>14}" for name in self._named)
            print(f"{self._scenario:20} {'':12}{names}{f'÷ {self._beside}':>18}")
        if who == BARE:
            self._bare[case] = figures[self._compared]
        elif measure is None:
            measure = self._bare.get(case)
        ratio = figures[self._compared] / measure if measure else None
        told = "".join(f"{value:>14,.3f}" for value in figures.values())
        print(f"{case:20} {who:12}{told}{f'{ratio:.2f}' if ratio else '':>18}", flush=True)
        for name, value in figures.items():
            keep(f"{self._scenario}.{case}.{who}.{name}", value)
        if ratio:
            keep(f"{self._scenario}.{case}.{who}.ratio", ratio)
