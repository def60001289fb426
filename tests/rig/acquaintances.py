"""People of a hall in this process who get to know each other, by its API."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa

from gamehall.tables import event
from rig.hall import Client

Person = Callable[..., Awaitable[Any]]
Join = Callable[[str], Awaitable[Person]]


async def names(person: Person, path: str) -> list[str]:
    answer = await person("GET", path)
    assert answer.status_code == 200, answer.text
    return [item["username"] for item in answer.json()["items"]]


async def slug(answer: Awaitable[Any]) -> str:
    body = (await answer).json()
    return str(body["type"]).rpartition("/")[2]


async def ask(person: Person, username: str) -> Any:
    return await person("POST", "/friends/requests", username=username)


async def make_friends(one: Person, other: Person, one_name: str, other_name: str) -> None:
    await ask(one, other_name)
    assert (await ask(other, one_name)).json()["status"] == "friends"


async def events(hall: Client) -> list[tuple[str, int, dict[str, Any]]]:
    """Kind, number of channels and data of what friends were told, in its order."""
    query = sa.select(event).where(event.c.kind.startswith("friend_")).order_by(event.c.id)
    rows = await hall.app.state.host.read(lambda connection: connection.execute(query).all())
    return [(row.kind, len(json.loads(row.channels)), json.loads(row.data)) for row in rows]
