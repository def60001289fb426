"""A real server: `gamehall serve` in a process of its own."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Protocol

import pytest

from gamehall import tables
from rig.environments import Environment
from rig.processes import Process, free_port

# Tables that stay as they are when a hall is emptied between tests: what it has written of itself.
KEPT = {each.name for each in (tables.feature, tables.feature_epoch, tables.worker, tables.hall_time)}


class Server(Process):
    """A hall that answers at `url`; `data` is the folder that it keeps its things in."""

    def __init__(self, command: list[str | Path], log: Path, port: int, environment: Mapping[str, str]) -> None:
        super().__init__(command, log, environment=environment)
        self.program = command[0]
        self.environment = environment
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.data = Path(environment["GAMEHALL_DATA_DIR"])

    def command(self, *arguments: str, **given: Any) -> subprocess.CompletedProcess[str]:
        """Runs `gamehall` with these arguments and the server's settings, as its operator would beside it."""
        command = [self.program, *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, **given)

    def workers(self) -> list[int]:
        """Its processes that answer, or are about to."""
        found = []
        for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
            with suppress(OSError):  # it has ended meanwhile
                if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(int(pid))
        return found

    def ready(self) -> bool:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            try:
                connection.request("GET", "/health/ready")
                return connection.getresponse().status == 200
            except (OSError, HTTPException):
                return False


class Serve(Protocol):
    def __call__(
        self,
        *options: str,
        database_url: str | None = None,
        environment: Environment | None = None,
        workers: int = 1,
        port: int | None = None,
        data: Path | None = None,
        settings: Mapping[str, str] | None = None,
        wait: bool = True,
    ) -> Server:
        """Starts `gamehall serve` and returns once it is ready; the test's end stops it.

        Every call of one test shares the folder `data` and so, without `database_url`, one SQLite file: a second call
        after `stop()` is a restart. `settings` are more environment variables, `options` more arguments. With
        `wait=False` it returns at once, for a test of the start itself. Raises RuntimeError with the log when the
        server ends or is not ready in time.
        """


@pytest.fixture
def serve(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serve]:
    with serving(tmp_path, request.node) as start:
        yield start


@pytest.fixture(scope="session")
def usual_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("usual"), request.node) as start:
        yield start()


@pytest.fixture
def server(usual_server: Server, request: pytest.FixtureRequest) -> Iterator[Server]:
    """An empty hall on SQLite with the usual settings, for tests that change none and stop nothing: to start one takes
    seconds, so they share it."""
    _empty(usual_server.data / "gamehall.db")
    before = len(usual_server.log())
    yield usual_server
    request.node.add_report_section("teardown", "server", usual_server.log()[before:])


def _empty(database: Path) -> None:
    """Takes out what people have left, and leaves the accounts that plugins play."""
    with closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            if name not in KEPT and not name.startswith("sqlite_") and not name.endswith("_version"):
                kept = " WHERE played_by IS NULL" if name == tables.user.name else ""
                connection.execute(f"DELETE FROM {name}{kept}")


@contextmanager
def serving(folder: Path, node: pytest.Item | pytest.Collector | None = None) -> Iterator[Serve]:
    """What `serve` gives, for as long as a fixture of another scope wants it; logs go to the report of `node`."""
    servers: list[Server] = []

    def start(
        *options: str,
        database_url: str | None = None,
        environment: Environment | None = None,
        workers: int = 1,
        port: int | None = None,
        data: Path | None = None,
        settings: Mapping[str, str] | None = None,
        wait: bool = True,
    ) -> Server:
        port = port or free_port()
        chosen = without_settings(data or folder / "data") | {
            "GAMEHALL_HOST": "127.0.0.1",
            "GAMEHALL_PORT": str(port),
            "GAMEHALL_WORKERS": str(workers),
            "GAMEHALL_RATE_LIMITS": "off",
        }
        if database_url:
            chosen["GAMEHALL_DATABASE_URL"] = database_url
        command = environment.script("gamehall") if environment else Path(sys.executable).with_name("gamehall")
        log = folder / f"server-{len(servers)}.log"
        server = Server([command, "serve", *options], log, port, chosen | dict(settings or {}))
        servers.append(server)
        if wait:
            server.wait_until(server.ready)
        return server

    try:
        yield start
        for server in servers:
            server.stop()
    finally:
        for server in servers:
            server.kill()
            # pytest shows a section only when the test has failed.
            if isinstance(node, pytest.Item):
                node.add_report_section("teardown", str(server.log_file.name), server.log())


def without_settings(data: Path) -> dict[str, str]:
    """This process's variables without any setting of a hall but its data folder: also for commands beside a server."""
    data.mkdir(parents=True, exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GAMEHALL_")}
    return inherited | {"GAMEHALL_DATA_DIR": str(data)}
