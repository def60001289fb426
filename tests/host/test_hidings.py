"""Users who do not meet in lists, and games that not everybody may watch, by plugins that say so."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from gamehall.accounts import user_by_name
from gamehall.gamelog import list_games, watchable
from rig.hall import Client, Hall, InstallPlugin, StartHall, done, problem, start_game
from rig.streaming import Stream, StreamingTransport

pytestmark = pytest.mark.anyio

GAME = {"ruleset": "tic-tac-toe", "seat": 0}
FEUD = """
from gamehall import hookimpl
from gamehall.accounts import user_by_name
from gamehall.declare import Hiding, Policy, Verdict
from gamehall.gamelog import load_game


@hookimpl
def gamehall_hidings(host):
    async def apart(user_ids):
        one, other = [(await host.read(user_by_name, name)).id for name in ("ada", "bob")]
        return {each: {mate} for each, mate in ((one, other), (other, one)) if each in user_ids}

    async def fails(user_ids):
        raise LookupError("on purpose")

    return [Hiding(apart), Hiding(fails)]


@hookimpl
def gamehall_policies(host):
    async def watch(viewer, game_id):
        found = await host.read(load_game, game_id)
        return Verdict("eve" not in {each.username for each in found.seats}, "Eve plays alone.")

    return [Policy("watch", watch)]
"""


@pytest.fixture
async def feuding(start_hall: StartHall, install_plugin: InstallPlugin) -> Hall:
    install_plugin("feud", FEUD)
    return await start_hall()


async def ids(who: Client, path: str) -> list[str]:
    return [each["id"] for each in done(await who.get(path))["items"]]


async def test_who_does_not_meet_is_left_out_of_lists_and_not_paired(feuding: Hall) -> None:
    ada, bob, cyd = await feuding.users("ada", "bob", "cyd")
    offered = done(await ada.post("/challenges", json=GAME), 201)["id"]
    received = done(await ada.post("/challenges", json=GAME | {"opponent": "bob"}), 201)["id"]
    assert (await ids(bob, "/challenges?box=open"), await ids(bob, "/challenges")) == ([], [])
    assert await ids(cyd, "/challenges?box=open") == [offered]
    assert await ids(ada, "/challenges?box=sent") == [received, offered]
    for each in (offered, received):
        problem(await bob.post(f"/challenges/{each}/respond", json={"action": "accept"}), 404, "not-found")
    paired = done(await bob.post("/challenges", json={"ruleset": "tic-tac-toe", "seat": 1, "pair": True}), 201)
    assert (paired["status"], paired["challenger"]["username"]) == ("pending", "bob")
    game = done(await cyd.post(f"/challenges/{offered}/respond", json={"action": "accept"}))["game_id"]
    assert await ids(bob, "/games?status=active") == []
    assert await ids(cyd, "/games?status=active") == await ids(bob, "/games?player=ada") == [game]
    assert done(await bob.get(f"/games/{game}"))["id"] == game
    assert feuding.host.plugins.all["feud"].failures > 0, "the one that fails hides nobody"


async def kinds_until(stream: Stream, challenge_id: str) -> list[str]:
    """The kinds of the events that are told, the one about this challenge being the last."""
    kinds: list[str] = []
    told = ""
    while told != challenge_id:
        event = await stream.next()
        kinds.append(event.event)
        told = event.json().get("challenge_id", "")
    return kinds


async def test_the_lobby_tells_nothing_of_whom_one_does_not_meet(feuding: Hall) -> None:
    ada, bob, cyd = await feuding.users("ada", "bob", "cyd")
    transport = StreamingTransport(feuding.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hall/api/v1") as http, AsyncExitStack() as stack:

        async def lobby(headers: dict[str, str]) -> Stream:
            request = http.build_request("GET", "/events?channel=lobby", headers=headers)
            stream = Stream(await http.send(request, stream=True))
            stack.push_async_callback(stream.close)
            assert (await stream.next()).event == "hello"
            return stream

        streams = [await lobby(signed) for signed in ({"authorization": bob.headers["authorization"]}, {})]
        made = [done(await each.post("/challenges", json=GAME), 201)["id"] for each in (ada, cyd)]
        heard = [(await stream.next()).json()["challenge_id"] for stream in streams]
        assert heard == [made[1], made[0]]
        game = done(await cyd.post(f"/challenges/{made[0]}/respond", json={"action": "accept"}))["game_id"]
        done(await ada.post(f"/games/{game}/abort"))
        other = done(await cyd.post("/challenges", json=GAME), 201)["id"]
        games = {"game_started", "game_over"}
        assert [games & set(await kinds_until(stream, other)) for stream in streams] == [set(), games]


async def test_the_lobby_shows_strangers_only_what_they_may_watch(feuding: Hall) -> None:
    ada, _, cyd, eve = await feuding.users("ada", "bob", "cyd", "eve")
    seen, hidden = await start_game(ada, cyd), await start_game(eve, cyd)
    games = await feuding.host.read(list_games)
    eve_id = (await feuding.host.read(user_by_name, "eve")).id

    async def watched(viewer: str | None) -> list[str]:
        return [each.id for each in await watchable(feuding.host, games, viewer)]

    assert (await watched(None), await watched(eve_id)) == ([seen], [hidden, seen])
    page: Any = await feuding.stranger().get("/", headers={"accept": "text/html"})
    assert (seen in page.text, hidden in page.text) == (True, False)
