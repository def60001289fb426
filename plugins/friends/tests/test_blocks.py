"""Blocks: what they end, whom they keep apart, and that whoever is blocked cannot tell."""

from __future__ import annotations

import asyncio

import pytest

from rig.acquaintances import Join, Person, ask, events, make_friends, names, slug
from rig.hall import Client

pytestmark = pytest.mark.anyio

GAME = {"ruleset": "tic-tac-toe"}


async def sees(person: Person, username: str) -> list[object]:
    """All that somebody finds out by trying everything on somebody, in what can be compared."""
    asked = await ask(person, username)
    again = await ask(person, username)
    (sent,) = [
        each
        for each in (await person("GET", "/friends/requests?box=sent")).json()["items"]
        if each["username"] == username
    ]
    cancelled = await person("POST", f"/friends/requests/{asked.json()['id']}/respond", action="cancel")
    profile = await person("GET", f"/users/{username}")
    followed = await person("PUT", f"/friends/follows/{username}")
    challenged = await person("POST", "/challenges", **GAME, opponent=username)
    answers = (asked, again, cancelled, profile, followed, challenged)
    seen: list[object] = [sent["status"], sent["requested_by"], [each.status_code for each in answers]]
    seen += [again.json()["detail"], challenged.json()["detail"]]
    return [str(each).replace(username, "X").replace(username.title(), "X") for each in seen]


async def test_who_is_blocked_sees_what_everybody_sees_of_somebody_who_wants_to_be_left_alone(
    hall: Client, join: Join
) -> None:
    ada, cyd, bob = await join("ada"), await join("cyd"), await join("bob")
    await ada("PUT", "/friends/blocks/bob")
    await cyd("PATCH", "/friends/settings", challenges="friends")
    assert await sees(bob, "ada") == await sees(bob, "cyd")
    assert await names(ada, "/friends/requests") == [], "nobody has asked that she knows of"

    request = (await ask(bob, "ada")).json()
    told = [event for event in await events(hall) if event[0] == "friend_request"]
    assert len(told) == 1, "only cyd was told that bob asked"
    answer = await ada("POST", f"/friends/requests/{request['id']}/respond", action="accept")
    assert answer.status_code == 404
    assert (await ada("DELETE", "/friends/blocks/bob")).status_code == 204
    assert (await ada("DELETE", "/friends/blocks/bob")).status_code == 204
    assert await names(ada, "/friends/requests") == ["bob"], "now it is a request like any other"
    assert (await ask(ada, "bob")).json()["status"] == "friends"


async def test_a_block_ends_everything_between_two(hall: Client, join: Join) -> None:
    ada, bob, eve = await join("ada"), await join("bob"), await join("eve")
    await make_friends(ada, bob, "ada", "bob")
    await ask(eve, "ada")
    await ada("PUT", "/friends/follows/bob")
    sent = (await ada("POST", "/challenges", **GAME, opponent="bob")).json()["id"]
    received = (await bob("POST", "/challenges", **GAME, opponent="ada")).json()["id"]
    for name in ("bob", "eve", "bob"):
        assert (await ada("PUT", f"/friends/blocks/{name}")).status_code == 204
    assert await names(ada, "/friends/blocks") == ["bob", "eve"]
    assert await names(bob, "/friends/blocks") == await names(ada, "/friends/follows") == []
    assert await names(ada, "/friends") == await names(bob, "/friends") == await names(ada, "/friends/requests") == []
    assert [data["status"] for _, _, data in (await events(hall))[-2:]] == ["ended", "declined"]
    statuses = [(await bob("GET", f"/challenges/{each}")).json()["status"] for each in (sent, received)]
    assert statuses == ["cancelled", "declined"]
    for refused in (await ask(ada, "bob"), await ada("PUT", "/friends/follows/bob")):
        assert (refused.status_code, refused.json()["detail"]) == (409, "You have blocked Bob. Take that back first.")
    assert await slug(ada("POST", "/challenges", **GAME, opponent="bob")) == "forbidden"


async def test_two_who_are_apart_do_not_meet_in_lists_and_are_not_paired(join: Join) -> None:
    ada, bob, eve = await join("ada"), await join("bob"), await join("eve")
    await ada("PUT", "/friends/blocks/bob")
    offered = (await ada("POST", "/challenges", **GAME)).json()["id"]
    link = (await ada("POST", "/challenges", **GAME, link=True)).json()["invite_url"].rpartition("/")[2]

    async def met(person: Person) -> list[str]:
        return [each["id"] for each in (await person("GET", "/challenges?box=open")).json()["items"]]

    assert await met(eve) == [offered]
    assert await met(bob) == []
    for path in (f"/challenges/{offered}/respond", f"/invitations/{link}"):
        assert (await bob("POST", path, action="accept")).status_code == 404
    assert [(await each("GET", f"/challenges/{offered}")).status_code for each in (bob, eve)] == [404, 200]
    paired = (await bob("POST", "/challenges", **GAME, pair=True)).json()
    assert (paired["status"], paired["challenger"]["username"]) == ("pending", "bob")
    assert await met(ada) == [offered], "she does not meet him either"
    assert await met(eve) == [paired["id"], offered]

    game = (await eve("POST", f"/challenges/{offered}/respond", action="accept")).json()["game_id"]
    assert [each["id"] for each in (await eve("GET", "/games?status=active")).json()["items"]] == [game]
    assert (await bob("GET", "/games?status=active")).json()["items"] == []
    assert (await bob("GET", f"/games/{game}")).status_code == 200, "a game that everybody may watch he may"


async def test_a_block_and_a_request_at_the_same_time_leave_no_friendship(join: Join) -> None:
    ada, bob = await join("ada"), await join("bob")
    for _ in range(4):
        await ask(ada, "bob")
        answers = await asyncio.gather(ask(bob, "ada"), bob("PUT", "/friends/blocks/ada"), ask(ada, "bob"))
        assert answers[1].status_code == 204
        assert {answer.status_code for answer in answers} <= {201, 204, 403, 409}
        assert await names(ada, "/friends") == await names(bob, "/friends/requests") == []
        await bob("DELETE", "/friends/blocks/ada")
        for item in (await ada("GET", "/friends/requests?box=sent")).json()["items"]:
            await ada("POST", f"/friends/requests/{item['id']}/respond", action="cancel")
