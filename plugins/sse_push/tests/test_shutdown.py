"""A server that is told to stop ends its streams at once, instead of waiting for clients that never leave."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from httpx_sse import EventSource

from gamehall import migrate
from gamehall.plugins import load_plugins
from gamehall.settings import Settings
from rig.processes import free_port
from rig.server import Serve, Server, without_settings

pytestmark = pytest.mark.anyio


@pytest.fixture
def uvicorn(tmp_path: Path) -> Iterator[Server]:
    """The hall behind the other server that it supports."""
    data, port = tmp_path / "data", free_port()
    settings = Settings(data_dir=str(data), database_url=f"sqlite+aiosqlite:///{data / 'gamehall.db'}")
    environment = without_settings(data) | {"GAMEHALL_DATABASE_URL": settings.database_url}
    migrate.upgrade_all(settings.database_url, load_plugins(settings))
    command: list[str | Path] = [sys.executable, "-m", "uvicorn", "--factory", "gamehall.app:create_app"]
    server = Server([*command, "--port", str(port)], tmp_path / "uvicorn.log", port, environment)
    try:
        server.wait_until(server.ready)
        yield server
    finally:
        server.kill()


@pytest.mark.parametrize(("workers", "number"), [(1, signal.SIGINT), (2, signal.SIGTERM)])
async def test_streams_end_with_the_hall(serve: Serve, workers: int, number: signal.Signals) -> None:
    server = serve(workers=workers)
    await check_that_streams_end(server, number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_streams_end_with_uvicorn(uvicorn: Server, number: signal.Signals) -> None:
    await check_that_streams_end(uvicorn, number)


async def check_that_streams_end(server: Server, number: signal.Signals) -> None:
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=server.url, timeout=60, trust_env=False))
        streams = []
        for _ in range(20):
            request = http.stream("GET", "/api/v1/events", params={"channel": "lobby"})
            streams.append(EventSource(await stack.enter_async_context(request)).aiter_sse())
        hellos = [await anext(stream) for stream in streams]
        os.kill(server.pid, number)
        for hello, stream in zip(hellos, streams, strict=True):
            (restart,) = [event async for event in stream]
            assert (restart.event, restart.retry, restart.id) == ("restart", 1_000, hello.id)
    server.stop()
    assert "Traceback" not in server.log()
