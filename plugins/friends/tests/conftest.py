"""People in a real hall in this process, on each kind of database."""

from __future__ import annotations

from typing import Any

import pytest

from rig.acquaintances import Join, Person
from rig.hall import Client, Hall


@pytest.fixture
def hall(each_hall: Hall) -> Client:
    return each_hall.stranger()


@pytest.fixture
def join(hall: Client) -> Join:
    """Makes an account and gives a function that makes its requests: (method, path, body) -> the answer."""

    async def joined(username: str) -> Person:
        account = {"username": username, "email": f"{username}@example.org", "password": "correct horse battery"}
        made = await hall.post("/api/v1/auth/register", json=account | {"display_name": username.title()})
        headers = {"Authorization": f"Token {made.json()['token']}"}

        async def asks(method: str, path: str, **body: Any) -> Any:
            return await hall.request(method, f"/api/v1{path}", headers=headers, json=body or None)

        return asks

    return joined
