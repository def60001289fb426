"""Games as a log: of writers at once one wins, and what was played can always be shown."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter

import msgspec
import pytest
import sqlalchemy as sa

from gamehall.events import game_channel
from gamehall.games import play as make_move
from gamehall.problems import Problem
from gamehall.standing import suspend_games
from gamehall.tables import event, game, game_move
from rig.hall import Hall, StartHall, done, play, problem, start_game

pytestmark = pytest.mark.anyio


async def test_of_many_moves_at_once_one_is_made(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    cells = [f"{column}{row}" for column in "abcd" for row in range(1, 9)]
    for turn in range(3):
        game_id = await start_game(ada, bob, ruleset="gomoku")
        for ply, who in enumerate((ada, bob)):
            sent = (
                who.post(f"/games/{game_id}/moves", json={"move": cell, "ply": ply})
                for cell in cells[16 * ply : 16 * ply + 16]
            )
            answers = await asyncio.gather(*sent)
            counts = Counter(answer.status_code for answer in answers)
            assert counts == {200: 1, 409: 15}, turn
            for answer in answers:
                if answer.status_code == 409:
                    assert problem(answer, 409, "stale-ply")["ply"] == ply + 1
        seen = done(await ada.get(f"/games/{game_id}"))
        assert (seen["ply"], len(seen["moves"])) == (2, 2)


async def test_the_same_move_many_times_at_once_is_made_once(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await start_game(ada, bob)
    sent = (ada.post(f"/games/{game_id}/moves", json={"move": "b2", "ply": 0}) for _ in range(12))
    answers = [done(answer) for answer in await asyncio.gather(*sent)]
    assert all(answer == answers[0] for answer in answers)
    assert done(await ada.get(f"/games/{game_id}"))["moves"] == ["b2"]


async def test_two_workers_on_one_database(database_url: str, start_hall: StartHall) -> None:
    one, two = await start_hall(database_url), await start_hall(database_url)
    ada, bob = await one.users("ada", "bob")
    game_id = await start_game(ada, bob)
    token = ada.headers["authorization"]
    sent = [
        hall.nobody.post(f"/games/{game_id}/moves", json={"move": cell, "ply": 0}, headers={"authorization": token})
        for hall, cells in ((one, ("a1", "a2", "a3", "b1")), (two, ("c1", "c2", "c3", "b3")))
        for cell in cells
    ]
    statuses = Counter(answer.status_code for answer in await asyncio.gather(*sent))
    assert statuses == {200: 1, 409: 7}
    assert len(done(await two.nobody.get(f"/games/{game_id}"))["moves"]) == 1


async def test_a_move_and_a_resignation_at_once_agree(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    for _ in range(5):
        game_id = await start_game(ada, bob)
        moved, resigned = await asyncio.gather(
            ada.post(f"/games/{game_id}/moves", json={"move": "a1"}), bob.post(f"/games/{game_id}/resign")
        )
        assert done(resigned)["result"] == {"winner": 0, "reason": "resigned"}
        seen = done(await ada.get(f"/games/{game_id}"))
        assert (seen["status"], seen["result"]) == ("finished", {"winner": 0, "reason": "resigned"})
        if moved.status_code == 200:
            assert seen["moves"] == ["a1"]
        else:
            problem(moved, 409, "game-over")
            assert seen["moves"] == []


async def test_a_caller_who_hangs_up_does_not_undo_the_move(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await start_game(ada, bob)
    hung_up = asyncio.create_task(ada.post(f"/games/{game_id}/moves", json={"move": "a1", "ply": 0}))
    for _ in range(30):  # some way into the request, wherever that is
        await asyncio.sleep(0)
    hung_up.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await hung_up
    again = done(await ada.post(f"/games/{game_id}/moves", json={"move": "a1", "ply": 0}))
    assert again["ply"] == 1
    assert done(await bob.get(f"/games/{game_id}"))["moves"] == ["a1"]


async def test_the_log_has_the_position_after_each_move(each_hall: Hall) -> None:
    players = await each_hall.users("ada", "bob")
    game_id = await start_game(*players)
    answers = await play(game_id, players, "a1 b1 a2 b2 a3")
    rows = await each_hall.host.read(
        lambda c: c.execute(sa.select(game_move).where(game_move.c.game_id == game_id).order_by(game_move.c.ply)).all()
    )
    assert [(row.ply, row.seat, row.move) for row in rows] == [(a["ply"], a["seat"], a["move"]) for a in answers]
    assert [row.cursor for row in rows] == [answer["cursor"] for answer in answers]
    rules = each_hall.host.rulesets["tic-tac-toe"]
    position = rules.start(rules.Options())
    for row in rows:
        position = rules.play(position, row.move)
        assert msgspec.json.decode(row.position, type=rules.Position) == position


async def test_what_was_played_was_told(each_hall: Hall) -> None:
    players = await each_hall.users("ada", "bob")
    game_id = await start_game(*players)
    answers = await play(game_id, players, "a1 b1 a2 b2 a3")
    people = [done(await who.get("/users/me"))["id"] for who in players]
    rows = await each_hall.host.read(lambda c: c.execute(sa.select(event).order_by(event.c.tx, event.c.id)).all())
    told = [row for row in rows if game_channel(game_id) in row.channels]
    assert [row.kind for row in told] == ["game_started", *["game_move"] * 5, "game_over"]
    for row in told:
        assert {f"user-{person}" for person in people} <= set(msgspec.json.decode(row.channels))
    for row, answer in zip(told[1:6], answers, strict=True):
        data = msgspec.json.decode(row.data)
        shared = ["game_id", "ply", "move", "seat", "to_act", "status", "clock"]
        assert {name: data[name] for name in shared} == {name: answer[name] for name in shared}
        kind = ("cross", "nought")[answer["seat"]]
        assert data["cells"] == [{"cell": answer["move"], "kind": kind, "seat": answer["seat"]}]
    assert msgspec.json.decode(told[-1].data)["result"] == answers[-1]["result"]
    assert answers[-1]["cursor"] == f"{told[-1].tx}-{told[-1].id}", "following from it repeats nothing"


async def test_a_finished_game_is_shown_without_its_ruleset(database_url: str, start_hall: StartHall) -> None:
    hall = await start_hall(database_url)
    players = await hall.users("ada", "bob")
    game_id = await start_game(*players, ruleset="gomoku", board_size=9, opening="swap2")
    moves = ["a1", "b2", "c3", "white", "e5", "d9", "f9", "g9"]
    for move in moves:
        to_act = done(await players[0].get(f"/games/{game_id}"))["to_act"]
        done(await players[to_act].post(f"/games/{game_id}/moves", json={"move": move}))
    done(await players[0].post(f"/games/{game_id}/resign"))
    bare = await start_hall(database_url, safe=True)
    for ply in range(len(moves) + 1):
        with_rules, without = [
            done(await each.nobody.get(f"/games/{game_id}/scene", params={"ply": ply})) for each in (hall, bare)
        ]
        for name in ("width", "height", "lattice", "sides", "inputs"):
            assert with_rules[name] == without[name], (ply, name)
        assert sorted(map(str, with_rules["pieces"])) == sorted(map(str, without["pieces"])), ply
        if ply and moves[ply - 1] != "white":
            for scene in (with_rules, without):
                assert [m["cell"] for m in scene["marks"] if m["kind"] == "last"] == [moves[ply - 1]]
    seen, bare_seen = [done(await each.nobody.get(f"/games/{game_id}")) for each in (hall, bare)]
    assert seen["scene"]["status"] == bare_seen["scene"]["status"]
    for name in ("moves", "result", "seats", "status", "options"):
        assert seen[name] == bare_seen[name]
    assert (await bare.nobody.get(f"/games/{game_id}/record")).json()["moves"][3]["move"] == "white"


async def test_a_game_waits_until_its_ruleset_is_back(start_hall: StartHall) -> None:
    hall = await start_hall()
    players = await hall.users("ada", "bob")
    game_id = await start_game(*players)
    await play(game_id, players, "a1 b1")
    bare = await start_hall(safe=True)
    seen = done(await bare.nobody.get(f"/games/{game_id}"))
    assert (seen["status"], seen["moves"]) == ("active", ["a1", "b1"])
    assert {piece["cell"] for piece in seen["scene"]["pieces"]} == {"a1", "b1"}
    ada = done(await players[0].get("/users/me"))["id"]
    with pytest.raises(Problem, match="not installed"):
        await make_move(bare.host, game_id, ada, "a2")
    assert done(await players[0].post(f"/games/{game_id}/moves", json={"move": "a2"}))["ply"] == 3


async def test_an_operator_can_suspend_every_game_of_a_ruleset(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    suspended = [await start_game(ada, bob) for _ in range(2)]
    other = await start_game(ada, bob, ruleset="gomoku")
    assert await each_hall.host.write(suspend_games, ["tic-tac-toe"], "Back tomorrow.") == 2
    for game_id in suspended:
        answer = await ada.post(f"/games/{game_id}/moves", json={"move": "a1"})
        assert problem(answer, 409, "game-suspended")["detail"] == "Back tomorrow."
        assert done(await bob.get(f"/games/{game_id}"))["scene"]["status"] == "Back tomorrow."
    done(await ada.post(f"/games/{other}/moves", json={"move": "a1"}))
    statuses = await each_hall.host.read(lambda c: list(c.scalars(sa.select(game.c.status).order_by(game.c.id))))
    assert statuses == ["suspended", "suspended", "active"]
