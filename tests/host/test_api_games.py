"""Games, by the API: found, looked at, played, resigned and taken home."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest

from gamehall.game import Scene
from rig.hall import Client, Hall, done, play, problem, start_game

pytestmark = pytest.mark.anyio

# From the empty board, crosses first.
WON_BY_CROSS = "a1 b1 a2 b2 a3"
DRAWN = "b2 a1 c1 a3 a2 c2 b3 b1 c3"


async def move(who: Client, game_id: str, **wanted: Any) -> dict[str, Any]:
    return done(await who.post(f"/games/{game_id}/moves", json=wanted))


async def refused(who: Client, game_id: str, status: int, slug: str, **wanted: Any) -> dict[str, Any]:
    return problem(await who.post(f"/games/{game_id}/moves", json=wanted), status, slug)


def pieces(scene: dict[str, Any]) -> dict[str, str]:
    return {piece["cell"]: piece["kind"] for piece in scene["pieces"]}


async def test_a_game_as_everybody_sees_it(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await start_game(ada, bob, ruleset="gomoku", board_size=9)
    first = await move(ada, game_id, move="e5")
    assert first.pop("cursor")
    spent = first.pop("spent")
    assert first == {
        "game_id": game_id,
        "ply": 1,
        "move": "e5",
        "seat": 0,
        "status": "active",
        "to_act": 1,
        "result": None,
        "clock": {"kind": "none"},
    }
    seen = done(await each_hall.nobody.get(f"/games/{game_id}"))
    scene, started = seen.pop("scene"), datetime.fromisoformat(seen.pop("created_at"))
    assert started.utcoffset() is not None
    assert seen.pop("cursor")
    assert seen == {
        "id": game_id,
        "ruleset": "gomoku",
        "ruleset_version": 1,
        "options": {"board_size": 9, "opening": "none"},
        "status": "active",
        "seats": [
            {"seat": 0, "side": "black", "user": {"username": "ada", "display_name": "ada"}},
            {"seat": 1, "side": "white", "user": {"username": "bob", "display_name": "bob"}},
        ],
        "to_act": 1,
        "ply": 1,
        "revision": 1,
        "moves": ["e5"],
        "movers": [0],
        "spent": [spent],
        "clock": {"kind": "none"},
        "offers": [],
        "declined": [],
        "rematch": None,
        "result": None,
        "note": "",
        "finished_at": None,
        "spectators": 0,
        "claim": None,
    }
    msgspec.convert(scene, Scene)
    assert (scene["width"], scene["height"], scene["inputs"]) == (9, 9, [])
    assert pieces(scene) == {"e5": "black"}
    (summary,) = done(await ada.get("/games"))["items"]
    assert summary.items() <= done(await ada.get(f"/games/{game_id}")).items()


async def test_only_who_has_to_decide_is_offered_inputs(hall: Hall) -> None:
    ada, bob, cyd = await hall.users("ada", "bob", "cyd")
    game_id = await start_game(ada, bob)
    for to_act in (0, 1):
        for seat, who in enumerate((ada, bob, cyd, hall.nobody)):
            scene = done(await who.get(f"/games/{game_id}"))["scene"]
            assert bool(scene["inputs"]) == bool(scene["prompt"]) == (seat == to_act)
            assert done(await who.get(f"/games/{game_id}/scene")) == scene
        if to_act == 0:
            await move(ada, game_id, move="b2")


async def test_a_forbidden_point_is_refused_with_its_reason_and_marked_for_whoever_asks(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    game_id = await start_game(ada, bob, ruleset="renju")
    await play(game_id, [ada, bob], "d4 a15 d6 c15 e6 e15 c5 g15")
    refusal = await refused(ada, game_id, 422, "illegal-move", move="b6")
    assert (refusal["code"], refusal["cells"]) == ("forbidden-double-three", ["b6", "d6", "e6", "c5", "d4"])
    assert refusal["detail"] == "b6 would make two open threes at once (b6 d6 e6 and b6 c5 d4), which is forbidden."

    async def marked(who: Client, **query: Any) -> list[str]:
        scene = done(await who.get(f"/games/{game_id}/scene", params=query))
        return [mark["cell"] for mark in scene["marks"] if mark["kind"] == "forbidden"]

    assert await marked(ada) == ["b6"], "who is to move needs them"
    assert await marked(bob) == await marked(hall.nobody) == []
    assert await marked(bob, forbidden="true") == await marked(hall.nobody, forbidden="true") == ["b6"]
    assert await marked(bob, forbidden="true", ply=4) == []
    assert (await hall.nobody.get(f"/games/{game_id}/scene", params={"forbidden": "maybe"})).status_code == 422
    why = {"cell": "b6", **{name: refusal[name] for name in ("code", "detail", "cells")}}
    assert done(await hall.nobody.get(f"/games/{game_id}/forbidden"))["items"] == [why]
    assert not done(await hall.nobody.get(f"/games/{game_id}/forbidden", params={"ply": 4}))["items"]


async def test_moves_by_name_and_by_place(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await start_game(ada, bob, ruleset="gomoku")
    assert (await move(ada, game_id, row=7, col=7))["move"] == "h8"
    assert (await move(bob, game_id, row=0, col=0))["move"] == "a15"
    assert (await move(ada, game_id, row=14, col=0))["move"] == "a1"
    assert (await move(bob, game_id, move="o15"))["move"] == "o15"
    assert (await move(ada, game_id, row=6, col=8))["move"] == "i9"
    assert done(await ada.get(f"/games/{game_id}"))["moves"] == ["h8", "a15", "a1", "o15", "i9"]


async def test_a_game_is_won_by_its_rules(each_hall: Hall) -> None:
    players = await each_hall.users("ada", "bob")
    game_id = await start_game(*players)
    last = (await play(game_id, players, WON_BY_CROSS))[-1]
    assert (last["status"], last["to_act"]) == ("finished", None)
    assert last["result"]["winner"] == 0
    assert last["result"]["reason"]
    seen = done(await each_hall.nobody.get(f"/games/{game_id}"))
    assert (seen["status"], seen["to_act"], seen["result"]) == ("finished", None, last["result"])
    assert seen["finished_at"] >= seen["created_at"]
    assert {mark["cell"] for mark in seen["scene"]["marks"] if mark["kind"] == "line"} == {"a1", "a2", "a3"}
    for who in players:
        await refused(who, game_id, 409, "game-over", move="c3")
        problem(await who.post(f"/games/{game_id}/resign"), 409, "game-over")


async def test_a_full_board_is_a_draw(each_hall: Hall) -> None:
    players = await each_hall.users("ada", "bob")
    game_id = await start_game(*players)
    last = (await play(game_id, players, DRAWN))[-1]
    assert last["result"] == {"winner": None, "reason": "board-full"}
    seen = done(await each_hall.nobody.get(f"/games/{game_id}"))
    assert seen["result"] == last["result"]
    assert len(seen["scene"]["pieces"]) == 9


async def test_a_move_can_be_repeated_safely(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await start_game(ada, bob)
    first = await move(ada, game_id, move="a1", ply=0)
    assert await move(ada, game_id, move="a1", ply=0) == first
    second = await move(bob, game_id, row=1, col=1, ply=1)
    for _ in range(2):
        assert await move(ada, game_id, move="a1", ply=0) == first, "also after the answer to it"
        assert await move(ada, game_id, row=2, col=0, ply=0) == first, "whichever way it is named"
        assert await move(bob, game_id, move="b2", ply=1) == second
    for who, wanted in [
        (ada, {"move": "a2", "ply": 0}),
        (bob, {"move": "a1", "ply": 0}),
        (ada, {"move": "b2", "ply": 1}),
        (ada, {"move": "a2", "ply": 3}),
        (bob, {"move": "a2", "ply": 2**31 - 1}),
    ]:
        stale = await refused(who, game_id, 409, "stale-ply", **wanted)
        assert (stale["ply"], stale["to_act"]) == (2, 0), "the truth comes with it"
    assert done(await ada.get(f"/games/{game_id}"))["moves"] == ["a1", "b2"]


async def test_the_move_that_ended_the_game_can_be_repeated_too(each_hall: Hall) -> None:
    players = await each_hall.users("ada", "bob")
    game_id = await start_game(*players)
    last = (await play(game_id, players, WON_BY_CROSS))[-1]
    assert await move(players[0], game_id, move="a3", ply=4) == last
    await refused(players[0], game_id, 409, "game-over", move="c3", ply=5)
    await refused(players[0], game_id, 409, "stale-ply", move="c3", ply=4)


async def test_moves_that_are_not_allowed(each_hall: Hall) -> None:
    ada, bob, cyd = await each_hall.users("ada", "bob", "cyd")
    game_id = await start_game(ada, bob)
    await refused(bob, game_id, 409, "not-your-turn", move="a1")
    await refused(cyd, game_id, 403, "forbidden", move="a1")
    await refused(each_hall.nobody, game_id, 401, "unauthenticated", move="a1")
    await move(ada, game_id, move="b2")
    await refused(ada, game_id, 409, "not-your-turn", move="a1", ply=1)
    taken = await refused(bob, game_id, 422, "illegal-move", move="b2", ply=1)
    assert (taken["code"], taken["cells"]) == ("occupied", ["b2"])
    assert "b2" in taken["detail"]
    assert (await refused(bob, game_id, 422, "illegal-move", row=1, col=1))["code"] == "occupied"
    for outside in ({"move": "d1"}, {"row": 3, "col": 0}, {"row": 0, "col": 999}, {"move": "zzz999"}):
        assert (await refused(bob, game_id, 422, "illegal-move", **outside))["code"] == "out-of-board"
    for strange in ("resign", "B1", "b１", "b1 ", "\u0000", "é", "x" * 100, "1", "a01"):
        refusal = await refused(bob, game_id, 422, "illegal-move", move=strange)
        assert refusal["code"]
        assert refusal["cells"] == []
    assert done(await ada.get(f"/games/{game_id}"))["moves"] == ["b2"]


async def test_a_move_is_said_in_one_way_and_in_the_right_types(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    game_id = await start_game(ada, bob)
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "move"),
        ({"move": "a1", "row": 0, "col": 0}, "move"),
        ({"row": 0}, "move"),
        ({"col": 0}, "move"),
        ({"move": ""}, "move"),
        ({"move": 7}, "move"),
        ({"move": "x" * 101}, "move"),
        ({"row": "0", "col": 0}, "row"),
        ({"row": True, "col": 0}, "row"),
        ({"row": 0.5, "col": 0}, "row"),
        ({"row": -1, "col": 0}, "row"),
        ({"row": 0, "col": 10**30}, "col"),
        ({"move": "a1", "ply": "0"}, "ply"),
        ({"move": "a1", "ply": -1}, "ply"),
        ({"move": "a1", "ply": 2**63}, "ply"),
        ({"move": "a1", "ply": False}, "ply"),
    ]
    for wanted, field in cases:
        body = await refused(ada, game_id, 422, "invalid", **wanted)
        assert [error["field"] for error in body["errors"]] == [field], wanted
    assert done(await ada.get(f"/games/{game_id}"))["ply"] == 0


async def test_resigning(each_hall: Hall) -> None:
    ada, bob, cyd = await each_hall.users("ada", "bob", "cyd")
    game_id = await start_game(ada, bob)
    await move(ada, game_id, move="a1")
    problem(await cyd.post(f"/games/{game_id}/resign"), 403, "forbidden")
    problem(await each_hall.nobody.post(f"/games/{game_id}/resign"), 401, "unauthenticated")
    ended = done(await ada.post(f"/games/{game_id}/resign"))  # it need not be one's turn
    assert (ended["id"], ended["status"], ended["to_act"], ended["ply"]) == (game_id, "finished", None, 1)
    assert ended["result"] == {"winner": 1, "reason": "resigned"}
    seen = done(await each_hall.nobody.get(f"/games/{game_id}"))
    assert seen["result"] == ended["result"]
    assert "resigned" in seen["scene"]["status"]
    assert pieces(seen["scene"]) == {"a1": "cross"}
    await refused(bob, game_id, 409, "game-over", move="b1")
    for who in (ada, bob):
        problem(await who.post(f"/games/{game_id}/resign"), 409, "game-over")


async def test_the_scene_at_every_ply(each_hall: Hall) -> None:
    players = await each_hall.users("ada", "bob")
    game_id = await start_game(*players)
    await play(game_id, players, WON_BY_CROSS)
    moves = WON_BY_CROSS.split()
    for ply in range(len(moves) + 1):
        scene = done(await players[0].get(f"/games/{game_id}/scene", params={"ply": ply}))
        assert sorted(pieces(scene)) == sorted(moves[:ply])
        assert scene["inputs"] == []
        assert [m["cell"] for m in scene["marks"] if m["kind"] == "last"] == moves[:ply][-1:]
    now = done(await players[0].get(f"/games/{game_id}"))["scene"]
    assert done(await players[0].get(f"/games/{game_id}/scene", params={"ply": 5})) == now
    for ply in (-1, 6, 2**31):
        problem(await players[0].get(f"/games/{game_id}/scene", params={"ply": ply}), 404, "not-found")
    for text in ("x", "1.5", "٣", "0x1", "true", str(2**63), str(10**40)):
        body = problem(await players[0].get(f"/games/{game_id}/scene", params={"ply": text}), 422, "invalid")
        assert body["errors"][0]["field"] == "ply"


async def test_games_are_found_by_player_status_and_ruleset(each_hall: Hall) -> None:
    ada, bob, cyd = await each_hall.users("ada", "bob", "cyd")
    one = await start_game(ada, bob)
    two = await start_game(bob, cyd, ruleset="gomoku")
    three = await start_game(cyd, ada)
    done(await cyd.post(f"/games/{three}/resign"))

    async def found(**query: Any) -> list[str]:
        return [each["id"] for each in done(await each_hall.nobody.get("/games", params=query))["items"]]

    assert await found() == [three, two, one]
    assert await found(player="ADA") == [three, one]
    assert await found(player="bob", status="active") == [two, one]
    assert await found(status="finished") == [three]
    assert await found(status="aborted") == []
    assert await found(ruleset="tic-tac-toe") == [three, one]
    assert await found(ruleset="tic-tac-toe", status="active", player="ada") == [one]
    assert await found(ruleset="chess") == []
    problem(await each_hall.nobody.get("/games", params={"player": "nobody"}), 404, "not-found")
    problem(await each_hall.nobody.get("/games", params={"player": "\u0000"}), 404, "not-found")
    for field, value in [("status", "won"), ("limit", "x"), ("cursor", "x"), ("cursor", "\u0000")]:
        body = problem(await each_hall.nobody.get("/games", params={field: value}), 422, "invalid")
        assert [error["field"] for error in body["errors"]] == [field]


async def test_games_come_in_pages(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    made = [await start_game(ada, bob) for _ in range(4)]
    found: list[str] = []
    query: dict[str, Any] = {"player": "ada", "limit": 3}
    while True:
        page = done(await bob.get("/games", params=query))
        found += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        made.append(await start_game(ada, bob))  # what is newer than the first page disturbs nothing
        query["cursor"] = page["next"]
    assert found == made[3::-1]


async def test_there_is_no_unknown_game(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    for game_id in ("x", "0" * 26, "%00", "A" * 26, "é" * 26):
        for path in ("", "/scene", "/record"):
            problem(await ada.get(f"/games/{game_id}{path}"), 404, "not-found")
        problem(await ada.post(f"/games/{game_id}/moves", json={"move": "a1"}), 404, "not-found")
        problem(await ada.post(f"/games/{game_id}/resign"), 404, "not-found")


async def test_records_are_downloads(each_hall: Hall) -> None:
    players = await each_hall.users("ada", "bob")
    done(await players[0].patch("/users/me", json={"display_name": "Ada <b>"}))
    game_id = await start_game(*players)
    await play(game_id, players, WON_BY_CROSS)
    for query, media_type, suffix in [({}, "application/json", "json"), ({"format": "text"}, "text/plain", "txt")]:
        answer = await each_hall.nobody.get(f"/games/{game_id}/record", params=query)
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == media_type
        name = f"tic-tac-toe-{game_id}.{suffix}"
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    text = answer.text
    assert "Ada <b>" in text
    assert "5. a3" in text
    assert "wins" in text
    record = (await players[0].get(f"/games/{game_id}/record", params={"format": "json"})).json()
    assert record["id"] == game_id
    assert (record["ruleset"], record["ruleset_version"], record["options"]) == ("tic-tac-toe", 1, {})
    assert [(each["seat"], each["move"]) for each in record["moves"]] == [
        (n % 2, name) for n, name in enumerate(WON_BY_CROSS.split())
    ]
    assert [each["name"] for each in record["players"]] == ["Ada <b>", "bob"]
    assert record["result"]["winner"] == 0


async def test_a_record_of_a_game_that_goes_on(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    game_id = await start_game(ada, bob)
    assert done(await ada.get(f"/games/{game_id}/record"))["result"] is None
    assert "Not finished" in (await ada.get(f"/games/{game_id}/record", params={"format": "text"})).text
    for unknown in ("pgn", "", "JSON", "\u0000", "x" * 1000):
        problem(await ada.get(f"/games/{game_id}/record", params={"format": unknown}), 404, "unknown-format")
