"""Friends in the desktop client's panel, which asks a real hall by its API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

import httpx
import pytest

from gamehall.answers import ProblemError
from gamehall.client import Client
from gamehall_desktop.declare import NewChallenge, OpenGame, Row, Then
from gamehall_friends import desktop_panels
from rig.features import off
from rig.hall import PASSWORD, Hall

pytestmark = pytest.mark.anyio

(PANEL,) = desktop_panels()


@pytest.fixture
async def people(each_hall: Hall) -> AsyncIterator[list[Client]]:
    async with AsyncExitStack() as stack:
        found = []
        for name in ("ada", "bob", "cyd"):
            transport = httpx.ASGITransport(each_hall.app)
            found.append(await stack.enter_async_context(Client("http://hall", transport=transport)))
            await found[-1].register(name, f"{name}@example.org", PASSWORD, name.title())
        yield found


async def rows(client: Client) -> Sequence[Row]:
    found = await PANEL.load(client)
    assert found is not None
    return found


async def press(client: Client, key: str, label: str) -> Then:
    (action,) = (each for row in await rows(client) if row.key == key for each in row.actions if each.label == label)
    return await action.act(client)


async def add(client: Client, name: str) -> Then:
    assert PANEL.ask is not None
    return await PANEL.ask.act(client, name)


def told(found: Sequence[Row]) -> list[tuple[str, str, list[str]]]:
    return [(row.text, row.note, [action.label for action in row.actions]) for row in found]


async def test_asking_answering_challenging_and_watching(each_hall: Hall, people: list[Client]) -> None:
    ada, bob, cyd = people
    assert await rows(ada) == []
    assert await add(ada, "@bob") == "Bob was asked."
    assert told(await rows(ada)) == [("Bob", "was asked and has not answered", ["Withdraw"])]
    assert told(await rows(bob)) == [("Ada", "asks to be your friend", ["Accept", "Decline"])]
    assert await press(bob, "ada", "Decline") == ""
    assert (await rows(ada), await rows(bob)) == ([], [])

    await add(ada, "bob")
    assert await press(ada, "bob", "Withdraw") == ""
    await add(ada, "bob")
    assert await press(bob, "ada", "Accept") == "You are friends now."
    assert await add(cyd, "ada") == "Ada was asked."
    assert await add(ada, "cyd") == "You and Cyd are friends now."
    assert {row.person for row in await rows(ada)} == {"bob", "cyd"}
    assert await press(ada, "bob", "Challenge") == NewChallenge("bob")

    challenge = await bob.challenge("gomoku", "cyd", clock={"kind": "fischer", "initial": 300})
    game_id = (await cyd.respond(challenge.id, "accept")).game_id
    assert game_id is not None
    host = each_hall.app.state.host
    await host.presence.write_down(host.hall_time())  # as each beat does
    bobs = next(row for row in await rows(ada) if row.key == "bob")
    assert (bobs.note, bobs.actions[0].label) == ("playing Gomoku", "Watch")
    assert await press(ada, "bob", "Watch") == OpenGame(game_id)
    with pytest.raises(ProblemError, match="nobody"):
        await add(ada, "nobody")


async def test_the_panel_is_there_only_while_friends_are_switched_on(people: list[Client], each_hall: Hall) -> None:
    ada = people[0]
    await add(ada, "bob")
    before = told(await rows(ada))
    async with off(each_hall.host):
        assert await PANEL.load(ada) is None
    assert told(await rows(ada)) == before
    assert set(PANEL.events) == {"presence", "friend_request", "friend_answered"}
