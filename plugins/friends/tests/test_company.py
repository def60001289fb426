"""Following, invitations, how two players stand, what friends play, and whom one might know."""

from __future__ import annotations

import pytest

from rig.acquaintances import Join, Person, make_friends, names, slug
from rig.hall import Client

pytestmark = pytest.mark.anyio

GAME = {"ruleset": "tic-tac-toe", "seat": 0}
WON, DRAWN = "a1 b1 a2 b2 a3", "a1 b2 c3 a3 c1 b1 b3 c2 a2"


async def play(first: Person, second: Person, moves: str = "") -> str:
    """A game of the two, the first in seat 0; its id."""
    offered = (await first("POST", "/challenges", **GAME)).json()
    game = (await second("POST", f"/challenges/{offered['id']}/respond", action="accept")).json()["game_id"]
    for number, move in enumerate(moves.split()):
        answer = await (first, second)[number % 2]("POST", f"/games/{game}/moves", move=move)
        assert answer.status_code == 200, answer.text
    return str(game)


async def test_whom_one_follows_and_what_they_and_friends_play(hall: Client, join: Join) -> None:
    ada, bob, cyd, dan, eve = [await join(name) for name in ("ada", "bob", "cyd", "dan", "eve")]
    await make_friends(ada, bob, "ada", "bob")
    for _ in range(2):
        assert (await ada("PUT", "/friends/follows/cyd")).status_code == 204
    assert await names(ada, "/friends/follows") == ["cyd"]
    assert await names(cyd, "/friends/follows") == []
    for name, refusal in (("ada", "invalid"), ("nobody", "not-found"), ("computer", "forbidden")):
        assert await slug(ada("PUT", f"/friends/follows/{name}")) == refusal

    theirs, followed = await play(bob, dan, WON), await play(dan, cyd)
    await play(dan, eve)
    await play(ada, bob)
    answer = (await ada("GET", "/friends/activity")).json()
    assert [each["id"] for each in answer["items"]] == [followed, theirs]
    finished = answer["items"][1]
    assert (finished["status"], finished["winner"], finished["reason"]) == ("finished", "bob", "row")
    assert [each["username"] for each in finished["players"]] == ["bob", "dan"]
    (first,) = (part := (await ada("GET", "/friends/activity?limit=1")).json())["items"]
    (second,) = (await ada("GET", f"/friends/activity?limit=1&cursor={part['next']}")).json()["items"]
    assert [first["id"], second["id"]] == [followed, theirs]

    await dan("PUT", "/friends/blocks/ada")
    assert (await ada("GET", "/friends/activity")).json()["items"] == [], "dan plays in both"
    assert (await ada("DELETE", "/friends/follows/cyd")).status_code == 204
    assert await names(ada, "/friends/follows") == []


async def test_how_two_players_stand(join: Join) -> None:
    ada, bob, eve = [await join(name) for name in ("ada", "bob", "eve")]
    won = await play(ada, bob, WON)
    lost = await play(bob, ada, WON)
    again = await play(ada, bob, WON)
    drawn = await play(ada, bob, DRAWN)
    await play(ada, bob)
    await play(ada, eve, WON)
    answer = (await ada("GET", "/friends/head-to-head/BOB")).json()
    assert (answer["username"], answer["won"], answer["drawn"], answer["lost"]) == ("bob", 2, 1, 1)
    assert answer["rulesets"] == [{"ruleset": "tic-tac-toe", "won": 2, "drawn": 1, "lost": 1}]
    assert [(each["id"], each["ended"]) for each in answer["games"]] == [
        (drawn, "drawn"),
        (again, "won"),
        (lost, "lost"),
        (won, "won"),
    ]
    part = (await bob("GET", "/friends/head-to-head/ada?limit=3")).json()
    assert (part["won"], part["lost"], part["next"]) == (1, 2, lost)
    rest = (await bob("GET", f"/friends/head-to-head/ada?limit=3&cursor={part['next']}")).json()
    assert ([each["id"] for each in rest["games"]], rest["next"]) == ([won], None)
    assert await slug(ada("GET", "/friends/head-to-head/nobody")) == "not-found"


async def test_whom_one_has_played_and_might_know(join: Join) -> None:
    ada, *others = [await join(name) for name in ("ada", "bob", "cyd", "dan", "eve")]
    for other in others:
        await play(ada, other)
    await ada("POST", "/challenges", ruleset="tic-tac-toe", opponent="computer")
    assert await names(ada, "/friends/suggestions") == ["eve", "dan", "cyd", "bob"]
    bob, cyd, dan, _ = others
    await make_friends(ada, bob, "ada", "bob")
    await cyd("PUT", "/friends/blocks/ada")
    await dan("POST", "/friends/requests", username="ada")
    assert await names(ada, "/friends/suggestions?limit=2") == ["eve"]


async def test_an_invitation_makes_friends_without_asking(hall: Client, join: Join) -> None:
    ada, bob, cyd, eve = [await join(name) for name in ("ada", "bob", "cyd", "eve")]
    code = (await ada("GET", "/friends/invite")).json()["code"]
    assert (
        code
        == (await ada("GET", "/friends/invite")).json()["code"]
        != (await bob("GET", "/friends/invite")).json()["code"]
    )
    path = f"/friends/invitations/{code}"
    assert (await hall.get(f"/api/v1{path}")).json() == {"username": "ada", "display_name": "Ada"}
    assert (await hall.post(f"/api/v1{path}")).status_code == 401
    await bob("POST", "/friends/requests", username="ada")
    for _ in range(2):
        assert (await bob("POST", path)).json()["status"] == "friends"
    assert (await cyd("POST", path)).json()["status"] == "friends"
    assert await names(ada, "/friends") == ["bob", "cyd"]
    assert await slug(ada("POST", path)) == "invalid"

    await ada("PUT", "/friends/blocks/eve")
    assert (await eve("POST", path)).json()["status"] == "pending", "who is blocked asks in vain"
    assert await names(ada, "/friends/requests") == []
    renewed = (await ada("POST", "/friends/invite/renew")).json()["code"]
    assert renewed != code
    for old in (code, renewed[:-1], code[:26], "x" * 42, "%00"):
        assert await slug(bob("GET", f"/friends/invitations/{old}")) == "not-found"
    assert (await bob("GET", f"/friends/invitations/{renewed}")).json()["username"] == "ada"
