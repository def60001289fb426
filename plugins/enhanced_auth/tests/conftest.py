"""A real hall in this process, on each kind of database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from rig.hall import Client, Hall, StartHall


@pytest.fixture
def hall(each_hall: Hall) -> Client:
    return each_hall.stranger()


@pytest.fixture
def start(database_url: str, start_hall: StartHall) -> Callable[..., Awaitable[Client]]:
    """Starts a hall with these settings of the plugin; every hall of a test has the same database."""

    async def started(**section: Any) -> Client:
        return (await start_hall(database_url, plugins={"enhanced_auth": section})).stranger()

    return started


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
