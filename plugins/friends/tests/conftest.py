"""A real hall in this process, on each kind of database, and people in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
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
async def hall(database_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    settings = Settings(database_url=database_url, data_dir=str(tmp_path / "data"), strict=True, rate_limits=False)
    migrate.upgrade_all(database_url, load_plugins(settings))
    async with AsyncTestClient(create_app(settings)) as client:
        yield client


@pytest.fixture
def join(hall: Client) -> Callable[[str], Awaitable[Callable[..., Awaitable[Any]]]]:
    """Makes an account and gives a function that makes its requests: (method, path, body) -> the answer."""

    async def joined(username: str) -> Callable[..., Awaitable[Any]]:
        account = {"username": username, "email": f"{username}@example.org", "password": "correct horse battery"}
        made = await hall.post("/api/v1/auth/register", json=account | {"display_name": username.title()})
        headers = {"Authorization": f"Token {made.json()['token']}"}

        async def asks(method: str, path: str, **body: Any) -> Any:
            return await hall.request(method, f"/api/v1{path}", headers=headers, json=body or None)

        return asks

    return joined
