"""A real hall in this process, on each kind of database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from gamehall import migrate
from gamehall.app import HallApp, create_app
from gamehall.plugins import load_plugins
from gamehall.settings import Settings

Client = AsyncTestClient[HallApp]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def start(database_url: str, tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Client]]]:
    """Starts a hall with these settings of the plugin; every hall of a test has the same database."""
    async with AsyncExitStack() as stack:

        async def started(**section: Any) -> Client:
            settings = Settings(
                database_url=database_url,
                data_dir=str(tmp_path / "data"),
                strict=True,
                rate_limits=False,
                plugins={"enhanced_auth": section},
            )
            migrate.upgrade_all(database_url, load_plugins(settings))
            return await stack.enter_async_context(AsyncTestClient(create_app(settings)))

        yield started


@pytest.fixture
async def hall(start: Callable[..., Awaitable[Client]]) -> Client:
    return await start()


@pytest.fixture
def register(hall: Client) -> Callable[..., Awaitable[Mapping[str, Any]]]:
    """Makes an account on a device and gives the answer."""

    async def registered(username: str, **more: Any) -> Mapping[str, Any]:
        account = {"username": username, "email": f"{username}@example.org", "password": "correct horse battery"}
        answer = await hall.post("/api/v1/auth/register", json=account | more)
        assert answer.status_code == 201, answer.text
        body: Mapping[str, Any] = answer.json()
        return body

    return registered
