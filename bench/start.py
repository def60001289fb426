"""From a command to the first page: `gamehall serve` on an empty folder and on one that is there, and `make serve`.

Beside each time stands how many times longer it is than the same Python importing Litestar: that is a ratio of one run
on one machine, whatever else the machine does.
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

_ROOT = Path(__file__).parent.parent
_TIMES = 3
_PATIENCE = 120.0


class Spent(NamedTuple):
    """Seconds until it was done, and of processors by all processes until they had ended."""

    seconds: float
    cpu: float


def main() -> None:
    gamehall = str(Path(sys.executable).with_name("gamehall"))
    importing = _median(lambda: _run([sys.executable, "-c", "import litestar"]))
    _tell("import litestar", importing, importing)
    with tempfile.TemporaryDirectory() as folder:
        _tell(
            "gamehall serve, first start", _median(lambda: _first_page([gamehall, "serve"], _fresh(folder))), importing
        )
        kept = _fresh(folder)
        _first_page([gamehall, "serve"], kept)
        _tell("gamehall serve, again", _median(lambda: _first_page([gamehall, "serve"], kept)), importing)
        _tell("make serve, again", _median(lambda: _first_page(["make", "serve"], kept)), importing)


def _tell(what: str, spent: Spent, importing: Spent) -> None:
    ratio = spent.seconds / importing.seconds
    print(f"{what:<30}{spent.seconds:7.2f} s{spent.cpu:7.2f} s of CPU{ratio:7.1f} × importing Litestar", flush=True)


def _median(run: Callable[[], Spent]) -> Spent:
    return sorted(run() for _ in range(_TIMES))[_TIMES // 2]


def _fresh(folder: str) -> Path:
    return Path(tempfile.mkdtemp(dir=folder))


def _run(command: Sequence[str]) -> Spent:
    begun, before = time.monotonic(), _cpu()
    subprocess.run(command, check=True)
    return Spent(time.monotonic() - begun, _cpu() - before)


def _first_page(command: Sequence[str], data: Path) -> Spent:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begun, before = time.monotonic(), _cpu()
    with (data / "log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=_ROOT, env=_settings(data, port), stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait_for_page(f"http://127.0.0.1:{port}/", server, begun + _PATIENCE)
            seconds = time.monotonic() - begun
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()
    return Spent(seconds, _cpu() - before)


def _settings(data: Path, port: int) -> Mapping[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GAMEHALL_", "MAKE"))}
    return inherited | {"GAMEHALL_DATA_DIR": str(data), "GAMEHALL_PORT": str(port)}


def _wait_for_page(url: str, server: subprocess.Popen[bytes], deadline: float) -> None:
    while time.monotonic() < deadline:
        with suppress(OSError, urllib.error.URLError), urllib.request.urlopen(url, timeout=_PATIENCE) as page:  # noqa: S310
            page.read()
            return
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}")
        time.sleep(0.01)
    raise RuntimeError("there was no page in time")


def _cpu() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
