"""What people choose: who may challenge them, watch their games, and see whether they are there."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from gamehall.accounts import user_by_name
from gamehall.events import user_channel
from gamehall.feed import Subscription
from gamehall_friends.tables import metadata
from rig.acquaintances import Join, Person, make_friends, names, slug
from rig.hall import PASSWORD, Client

pytestmark = pytest.mark.anyio

GAME = {"ruleset": "tic-tac-toe", "seat": 0}


async def test_choices_are_kept_and_checked(join: Join) -> None:
    ada = await join("ada")
    usual = {"challenges": "everyone", "watching": "everyone", "presence": "friends"}
    assert (await ada("GET", "/friends/settings")).json() == usual
    assert (await ada("PATCH", "/friends/settings", watching="friends")).json() == usual | {"watching": "friends"}
    for wrong in ({"challenges": "some"}, {"presence": "everyone"}, {"watching": 1}):
        assert await slug(ada("PATCH", "/friends/settings", **wrong)) == "invalid"
    changed = (await ada("PATCH", "/friends/settings", challenges="nobody")).json()
    assert (
        changed
        == (await ada("GET", "/friends/settings")).json()
        == usual | {"watching": "friends", "challenges": "nobody"}
    )


async def test_who_may_challenge(join: Join) -> None:
    ada, bob, eve = [await join(name) for name in ("ada", "bob", "eve")]
    await make_friends(ada, bob, "ada", "bob")

    async def challenges() -> list[int]:
        return [(await each("POST", "/challenges", **GAME, opponent="ada")).status_code for each in (bob, eve)]

    assert await challenges() == [201, 201]
    await ada("PATCH", "/friends/settings", challenges="friends")
    assert await challenges() == [201, 403]
    refused = await eve("POST", "/challenges", **GAME, opponent="ada")
    assert refused.json()["detail"] == "Ada takes no challenges from you at the moment."
    await ada("PATCH", "/friends/settings", challenges="nobody")
    assert await challenges() == [403, 403]

    offered = (await ada("POST", "/challenges", **GAME)).json()["id"]
    game = (await eve("POST", f"/challenges/{offered}/respond", action="accept")).json()["game_id"]
    await eve("POST", f"/games/{game}/resign")
    assert await slug(eve("POST", f"/games/{game}/rematch", action="offer")) == "forbidden"
    assert (await ada("POST", f"/games/{game}/rematch", action="offer")).status_code == 200
    assert (await eve("POST", f"/games/{game}/rematch", action="accept")).status_code == 200, "she was asked"


async def test_who_may_watch(hall: Client, join: Join) -> None:
    ada, bob, eve = [await join(name) for name in ("ada", "bob", "eve")]
    await make_friends(ada, bob, "ada", "bob")
    offered = (await ada("POST", "/challenges", **GAME, opponent="eve")).json()["id"]
    game = (await eve("POST", f"/challenges/{offered}/respond", action="accept")).json()["game_id"]
    path = f"/games/{game}"

    async def watches() -> list[int]:
        stranger = await hall.get(f"/api/v1{path}")
        return [*[(await each("GET", path)).status_code for each in (ada, eve, bob)], stranger.status_code]

    assert await watches() == [200, 200, 200, 200]
    await ada("PATCH", "/friends/settings", watching="friends")
    assert await watches() == [200, 200, 200, 404]
    page = await hall.get("/", headers={"accept": "text/html"})
    assert game not in page.text, "the lobby shows no picture of it"
    assert [each["id"] for each in (await bob("GET", "/friends/activity")).json()["items"]] == [game]
    await eve("PATCH", "/friends/settings", watching="nobody")
    assert await watches() == [200, 200, 404, 404]
    assert (await bob("GET", "/friends/activity")).json()["items"] == []


async def test_friends_see_each_other_come_play_and_go(hall: Client, join: Join) -> None:
    host = hall.app.state.host
    ada, bob = await join("ada"), await join("bob")
    bob_id = (await host.read(user_by_name, "bob")).id
    await make_friends(ada, bob, "ada", "bob")
    async with asyncio.timeout(120):
        while await presence(ada) != {"status": "online"}:  # until it is written down that bob is there to be told
            pass
    with host.feed.subscribe([user_channel(bob_id)]) as news:
        game = (await ada("POST", "/challenges", **GAME, opponent="computer")).json()["game_id"]
        playing = {"status": "playing", "game_id": game, "ruleset": "tic-tac-toe"}
        assert await told(news, "playing") == {"username": "ada", **playing}
        assert await presence(bob) == playing
        await ada("POST", f"/games/{game}/resign")
        assert await told(news, "online") == {"username": "ada", "status": "online"}
        assert await presence(bob) == {"status": "online"}
        await ada("PATCH", "/friends/settings", presence="nobody")
        assert await told(news, "offline") == {"username": "ada", "status": "offline"}
        assert await presence(bob) == {"status": "offline"}, "as of somebody who was never there"
    assert (await presence(ada))["status"] == "online", "who hides still sees others"


async def presence(person: Person) -> dict[str, str]:
    """How the only friend of somebody is there."""
    (friend,) = (await person("GET", "/friends")).json()["items"]
    found: dict[str, str] = friend["presence"]
    return found


async def told(news: Subscription, status: str) -> dict[str, str]:
    """The next that is told of a friend with this status."""
    async with asyncio.timeout(120):
        while True:
            for each in await news.take(20):
                if each.kind == "presence" and each.values()["status"] == status:
                    return each.values()


async def test_nothing_is_kept_of_who_was_deleted(hall: Client, join: Join) -> None:
    host = hall.app.state.host
    ada, bob, eve = [await join(name) for name in ("ada", "bob", "eve")]
    ada_id = (await host.read(user_by_name, "ada")).id
    await make_friends(ada, bob, "ada", "bob")
    await ada("PUT", "/friends/follows/bob")
    await ada("PATCH", "/friends/settings", watching="friends")
    await eve("PUT", "/friends/blocks/ada")
    assert (await ada("DELETE", "/users/me", password=PASSWORD)).status_code == 204
    assert await names(eve, "/friends/blocks") == await names(bob, "/friends") == []
    kept = [table.name for table in metadata.sorted_tables if ada_id in str(await host.read(rows_of, table))]
    assert kept == []


def rows_of(connection: sa.Connection, table: sa.Table) -> list[object]:
    return [tuple(row) for row in connection.execute(sa.select(table))]
