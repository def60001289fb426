"""Friends switched off and on while people use them: what is gone meanwhile, and what is there again."""

from __future__ import annotations

from typing import Any

import pytest

from rig.acquaintances import Join, Person, make_friends
from rig.features import off
from rig.hall import Client

pytestmark = pytest.mark.anyio

CALLS = (
    ("GET", "/friends"),
    ("DELETE", "/friends/bob"),
    ("GET", "/friends/requests"),
    ("PUT", "/friends/blocks/bob"),
    ("PUT", "/friends/follows/bob"),
    ("GET", "/friends/settings"),
    ("GET", "/friends/suggestions"),
    ("GET", "/friends/activity"),
    ("GET", "/friends/head-to-head/bob"),
    ("GET", "/friends/invite"),
)
LISTS = ("", "/requests?box=sent", "/blocks", "/follows", "/settings", "/invite", "/head-to-head/eve")


async def everything(person: Person) -> list[Any]:
    answers = [(await person("GET", f"/friends{path}")).json() for path in LISTS]
    for friend in answers[0]["items"]:
        del friend["presence"]
    return answers


async def test_what_a_switch_changes(hall: Client, join: Join) -> None:
    host = hall.app.state.host
    ada, bob, cyd, eve = [await join(name) for name in ("ada", "bob", "cyd", "eve")]
    await make_friends(ada, bob, "ada", "bob")
    await ada("POST", "/friends/requests", username="cyd")
    await ada("PUT", "/friends/blocks/eve")
    await ada("PUT", "/friends/follows/cyd")
    await ada("PATCH", "/friends/settings", challenges="nobody", watching="nobody")
    offered = (await ada("POST", "/challenges", ruleset="tic-tac-toe")).json()["id"]
    game = (await bob("POST", f"/challenges/{offered}/respond", action="accept")).json()["game_id"]
    opened = (await ada("POST", "/challenges", ruleset="tic-tac-toe")).json()["id"]
    before = await everything(ada)

    async def outside() -> tuple[int, int, list[str]]:
        """Whether cyd may challenge ada and watch her, and whose open challenges eve meets."""
        challenged = await cyd("POST", "/challenges", ruleset="gomoku", opponent="ada")
        watched = await cyd("GET", f"/games/{game}")
        met = [each["id"] for each in (await eve("GET", "/challenges?box=open")).json()["items"]]
        return challenged.status_code, watched.status_code, met

    assert await outside() == (403, 404, [])
    async with off(host):
        for method, path in CALLS:
            answer = await ada(method, path)
            unknown = await ada(method, path.replace("/friends", "/strangers"))
            assert (answer.status_code, answer.content) == (unknown.status_code, unknown.content), path
        assert "/api/v1/friends" not in (await hall.get("/api/openapi.json")).json()["paths"]
        assert await outside() == (201, 200, [opened])
        assert (await eve("POST", f"/challenges/{opened}/respond", action="accept")).status_code == 200
    assert await outside() == (403, 404, [])
    assert await everything(ada) == before
