"""From a command to what it is for: `gamehall --help`, `gamehall serve` until it is ready, and `make serve`.

A hall is started on an empty folder and on one that is there. Beside each stands how many times the processor time of
the same Python importing Litestar it takes: that is a ratio of one run on one machine, whatever else the machine does.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from socket import socket
from typing import NamedTuple

from bench._measuring import Table
from bench._sizes import sized

_ROOT = Path(__file__).parent.parent
_TIMES = sized(3)
_PATIENCE = 120.0


class Spent(NamedTuple):
    """Seconds until it was done, and of processors by all processes until they had ended."""

    seconds: float
    cpu: float


def main() -> None:
    gamehall = str(Path(sys.executable).with_name("gamehall"))
    importing = _median(lambda: _run([sys.executable, "-c", "import litestar"]))
    table = Table("start", "cpu", "import litestar")
    with tempfile.TemporaryDirectory() as folder:
        kept = _fresh(folder)
        table.add("import litestar", "", importing._asdict(), importing.cpu)
        ready: dict[str, Callable[[], Spent]] = {
            "gamehall --help": lambda: _run([gamehall, "--help"]),
            "serve, first time": lambda: _until_ready([gamehall, "serve"], _fresh(folder)),
            "serve, again": lambda: _until_ready([gamehall, "serve"], kept),
            "make serve, again": lambda: _until_ready(["make", "serve"], kept),
        }
        for what, run in ready.items():
            table.add(what, "", _median(run)._asdict(), importing.cpu)


def _median(run: Callable[[], Spent]) -> Spent:
    run()  # what is read from the disk for the first time is not what is measured
    return sorted(run() for _ in range(_TIMES))[_TIMES // 2]


def _fresh(folder: str) -> Path:
    return Path(tempfile.mkdtemp(dir=folder))


def _run(command: Sequence[str]) -> Spent:
    begun, before = time.monotonic(), _cpu()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return Spent(time.monotonic() - begun, _cpu() - before)


def _until_ready(command: Sequence[str], data: Path) -> Spent:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begun, before = time.monotonic(), _cpu()
    with (data / "log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=_ROOT, env=_settings(data, port), stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/health/ready", server, begun + _PATIENCE)
            seconds = time.monotonic() - begun
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()
    return Spent(seconds, _cpu() - before)


def _settings(data: Path, port: int) -> Mapping[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GAMEHALL_", "MAKE"))}
    return inherited | {"GAMEHALL_DATA_DIR": str(data), "GAMEHALL_PORT": str(port)}


def _wait_for(url: str, server: subprocess.Popen[bytes], deadline: float) -> None:
    while time.monotonic() < deadline:
        with suppress(OSError, urllib.error.URLError), urllib.request.urlopen(url, timeout=_PATIENCE) as page:  # noqa: S310
            page.read()
            return
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}")
        time.sleep(0.01)
    raise RuntimeError("it was not ready in time")


def _cpu() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
