"""What players propose to each other, and how games end that the rules do not end."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import msgspec
import pytest
import sqlalchemy as sa

from gamehall.tables import event
from rig.hall import Client, Hall, done, play, problem, start_game
from rig.passing import pass_time

pytestmark = pytest.mark.anyio

FISCHER = {"kind": "fischer", "initial": 60, "increment": 2}


async def say(who: Client, game_id: str, kind: str, action: str) -> httpx.Response:
    return await who.post(f"/games/{game_id}/{kind}", json={"action": action})


async def timed_game(first: Client, second: Client, clock: dict[str, Any] = FISCHER) -> str:
    terms = {"ruleset": "gomoku", "seat": 0, "clock": clock}
    challenge = done(await first.post("/challenges", json=terms), 201)
    accepted = done(await second.post(f"/challenges/{challenge['id']}/respond", json={"action": "accept"}))
    return str(accepted["game_id"])


async def told(hall: Hall, kind: str) -> list[dict[str, Any]]:
    """The data of every event of this kind, oldest first."""
    query = sa.select(event.c.data).where(event.c.kind == kind).order_by(event.c.id)
    return [msgspec.json.decode(data) for data in await hall.host.read(lambda c: list(c.scalars(query)))]


# -- Draws


async def test_a_draw_is_agreed(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await start_game(ada, bob)
    assert done(await say(ada, game_id, "draw", "offer"))["offers"] == [{"kind": "draw", "seat": 0}]
    assert done(await bob.get(f"/games/{game_id}"))["offers"] == [{"kind": "draw", "seat": 0}]
    ended = done(await say(bob, game_id, "draw", "accept"))
    assert (ended["status"], ended["result"]) == ("finished", {"winner": None, "reason": "agreed"})
    assert [(each["seat"], each["action"]) for each in await told(each_hall, "draw_offer")] == [
        (0, "offer"),
        (1, "accept"),
    ]
    (over,) = await told(each_hall, "game_over")
    assert over["result"] == {"winner": None, "reason": "agreed"}


async def test_offering_what_the_other_offers_is_to_accept_it(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    game_id = await start_game(ada, bob)
    done(await say(ada, game_id, "draw", "offer"))
    assert done(await say(bob, game_id, "draw", "offer"))["status"] == "finished"


async def test_of_two_offers_at_once_one_accepts_the_other(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    for _ in range(5):
        game_id = await start_game(ada, bob)
        both = await asyncio.gather(say(ada, game_id, "draw", "offer"), say(bob, game_id, "draw", "offer"))
        assert sorted(done(each)["status"] for each in both) == ["active", "finished"]


async def test_an_offer_goes_with_ones_own_move_and_is_declined_by_the_others(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    game_id = await start_game(ada, bob)
    done(await say(ada, game_id, "draw", "offer"))
    done(await ada.post(f"/games/{game_id}/moves", json={"move": "b2"}))
    assert done(await ada.get(f"/games/{game_id}"))["offers"] == [{"kind": "draw", "seat": 0}]
    done(await bob.post(f"/games/{game_id}/moves", json={"move": "a1"}))
    assert done(await ada.get(f"/games/{game_id}"))["offers"] == []
    problem(await say(bob, game_id, "draw", "accept"), 409, "no-offer")


async def test_what_was_declined_can_be_offered_again_after_a_move(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    game_id = await start_game(ada, bob)
    done(await say(ada, game_id, "draw", "offer"))
    assert done(await say(bob, game_id, "draw", "decline"))["offers"] == []
    problem(await say(ada, game_id, "draw", "offer"), 409, "offer-declined")
    assert done(await say(bob, game_id, "draw", "offer"))["offers"] == [{"kind": "draw", "seat": 1}]
    done(await ada.post(f"/games/{game_id}/moves", json={"move": "b2"}))
    done(await say(ada, game_id, "draw", "offer"))


async def test_an_offer_is_made_once_and_can_be_withdrawn(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await start_game(ada, bob)
    for _ in range(2):
        done(await say(ada, game_id, "draw", "offer"))
    assert len(await told(each_hall, "draw_offer")) == 1
    problem(await say(ada, game_id, "draw", "accept"), 409, "no-offer")
    assert done(await say(ada, game_id, "draw", "decline"))["offers"] == []
    problem(await say(bob, game_id, "draw", "accept"), 409, "no-offer")
    done(await say(ada, game_id, "draw", "offer"))


# -- Takebacks


async def test_a_takeback_undoes_the_last_turn_and_restores_the_clocks(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await timed_game(ada, bob)
    first = await play(game_id, [ada, bob], "h8 i9")
    await pass_time(20_000, each_hall)
    done(await ada.post(f"/games/{game_id}/moves", json={"move": "a1"}))
    await pass_time(10_000, each_hall)
    assert done(await say(ada, game_id, "takeback", "offer"))["offers"] == [{"kind": "takeback", "seat": 0}]
    back = done(await say(bob, game_id, "takeback", "accept"))
    assert (back["ply"], back["to_act"], back["offers"]) == (2, 0, [])
    assert back["clock"]["seats"] == first[-1]["clock"]["seats"]
    seen = done(await ada.get(f"/games/{game_id}"))
    assert seen["moves"] == ["h8", "i9"]
    assert len(seen["scene"]["pieces"]) == 2
    assert (await told(each_hall, "takeback_offer"))[-1] == (await told(each_hall, "takeback_offer"))[-1] | {
        "action": "accept",
        "ply": 2,
        "to_act": 0,
    }
    assert done(await ada.post(f"/games/{game_id}/moves", json={"move": "a2", "ply": 2}))["ply"] == 3


async def test_a_turn_is_taken_back_with_all_of_its_moves_and_what_came_after(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await start_game(ada, bob, ruleset="connect6")
    for who, move in ((ada, "j10"), (bob, "a1"), (bob, "a2"), (ada, "k10")):
        done(await who.post(f"/games/{game_id}/moves", json={"move": move}))
    done(await say(bob, game_id, "takeback", "offer"))
    assert done(await say(ada, game_id, "takeback", "accept"))["ply"] == 1
    assert done(await bob.get(f"/games/{game_id}"))["moves"] == ["j10"]


async def test_the_very_first_move_can_be_taken_back_and_sides_with_it(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    game_id = await start_game(ada, bob, ruleset="gomoku", opening="swap")
    for who, move in ((ada, "a1"), (ada, "b1"), (ada, "c3"), (bob, "black")):
        done(await who.post(f"/games/{game_id}/moves", json={"move": move}))
    assert [seat["side"] for seat in done(await ada.get(f"/games/{game_id}"))["seats"]] == ["white", "black"]
    done(await say(bob, game_id, "takeback", "offer"))
    back = done(await say(ada, game_id, "takeback", "accept"))
    assert [seat["side"] for seat in back["seats"]] == ["black", "white"]
    done(await say(ada, game_id, "takeback", "offer"))
    assert done(await say(bob, game_id, "takeback", "accept"))["ply"] == 0
    problem(await say(ada, game_id, "takeback", "offer"), 409, "not-possible")


async def test_any_move_voids_the_question_to_take_back(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    game_id = await start_game(ada, bob)
    done(await ada.post(f"/games/{game_id}/moves", json={"move": "b2"}))
    done(await say(ada, game_id, "takeback", "offer"))
    done(await bob.post(f"/games/{game_id}/moves", json={"move": "a1"}))
    problem(await say(bob, game_id, "takeback", "accept"), 409, "no-offer")


# -- Pauses


async def test_a_pause_both_agree_on_costs_nobody_time(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await timed_game(ada, bob)
    done(await say(bob, game_id, "pause", "offer"))
    paused = done(await say(ada, game_id, "pause", "accept"))
    assert (paused["clock"]["running"], paused["clock"]["flag_in"]) == (None, None)
    assert 0 < paused["clock"]["paused_for"] <= 3_600_000
    await pass_time(1_800_000, each_hall)
    seen = done(await ada.get(f"/games/{game_id}"))
    assert seen["status"] == "active"
    problem(await say(ada, game_id, "pause", "offer"), 409, "not-possible")
    goes_on = done(await say(bob, game_id, "pause", "end"))
    assert goes_on["clock"]["running"] == 0
    problem(await say(bob, game_id, "pause", "end"), 409, "not-possible")
    spent = done(await ada.post(f"/games/{game_id}/moves", json={"move": "h8"}))["spent"]
    assert spent["paused"] >= 1_800_000
    assert spent["elapsed"] < 60_000


async def test_a_move_ends_a_pause_and_so_does_its_longest_time(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    moved, waited = await timed_game(ada, bob), await timed_game(ada, bob)
    for game_id in (moved, waited):
        done(await say(ada, game_id, "pause", "offer"))
        done(await say(bob, game_id, "pause", "accept"))
    done(await ada.post(f"/games/{moved}/moves", json={"move": "h8"}))
    assert done(await ada.get(f"/games/{moved}"))["clock"]["running"] == 1
    await pass_time(3_600_000 + 10_000, each_hall)
    seen = done(await ada.get(f"/games/{waited}"))["clock"]
    assert seen["running"] == 0
    assert seen["seats"][0]["left"] < 60_000


async def test_there_is_nothing_to_pause_without_a_clock(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    problem(await say(ada, await start_game(ada, bob), "pause", "offer"), 409, "not-possible")


# -- Ends


async def test_a_game_can_be_aborted_until_everybody_has_moved(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id, other = await start_game(ada, bob), await start_game(ada, bob)
    await play(game_id, [ada, bob], "b2")
    ended = done(await bob.post(f"/games/{game_id}/abort"))
    assert (ended["status"], ended["result"]) == ("aborted", {"winner": None, "reason": "aborted"})
    await play(other, [ada, bob], "b2 a1")
    problem(await ada.post(f"/games/{other}/abort"), 409, "not-possible")


@pytest.mark.parametrize("path", ["resign", "abort", "draw", "takeback", "pause", "rematch"])
async def test_only_players_do_these_things_and_only_in_games_there_are(hall: Hall, path: str) -> None:
    ada, bob, cyd = await hall.users("ada", "bob", "cyd")
    game_id = await start_game(ada, bob)
    body = {"action": "offer"}
    problem(await cyd.post(f"/games/{game_id}/{path}", json=body), 403, "forbidden")
    problem(await hall.nobody.post(f"/games/{game_id}/{path}", json=body), 401, "unauthenticated")
    problem(await ada.post(f"/games/nothing/{path}", json=body), 404, "not-found")
    done(await ada.post(f"/games/{game_id}/resign"))
    if path != "rematch":
        problem(await ada.post(f"/games/{game_id}/{path}", json=body), 409, "game-over")


@pytest.mark.parametrize("path", ["draw", "takeback", "pause", "rematch"])
async def test_an_unknown_action_is_named(hall: Hall, path: str) -> None:
    ada, bob = await hall.users("ada", "bob")
    body = problem(await say(ada, await start_game(ada, bob), path, "beg"), 422, "invalid")
    assert body["errors"][0]["field"] == "action"


# -- Rematches


async def test_a_rematch_swaps_the_seats_and_keeps_the_terms(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await timed_game(ada, bob)
    problem(await say(ada, game_id, "rematch", "offer"), 409, "not-possible")
    done(await ada.post(f"/games/{game_id}/resign"))
    assert done(await say(ada, game_id, "rematch", "offer"))["offers"] == [{"kind": "rematch", "seat": 0}]
    answers = await asyncio.gather(*(say(bob, game_id, "rematch", "accept") for _ in range(3)))
    (again,) = {done(answer)["rematch"] for answer in answers}
    assert done(await say(ada, game_id, "rematch", "offer"))["rematch"] == again
    new = done(await ada.get(f"/games/{again}"))
    assert [seat["user"]["username"] for seat in new["seats"]] == ["bob", "ada"]
    assert new["clock"]["initial"] == 60
    assert len(done(await ada.get("/games"))["items"]) == 2
    assert [each["action"] for each in await told(each_hall, "rematch_offer")] == ["offer", "accept"]
    old = done(await ada.get(f"/games/{game_id}"))
    assert old["result"] == {"winner": 1, "reason": "resigned"}
    assert old["finished_at"] is not None
    problem(await say(bob, game_id, "rematch", "decline"), 409, "not-possible")


async def test_a_rematch_can_be_declined(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    game_id = await start_game(ada, bob)
    done(await ada.post(f"/games/{game_id}/resign"))
    done(await say(ada, game_id, "rematch", "offer"))
    assert done(await say(bob, game_id, "rematch", "decline"))["offers"] == []
    problem(await say(ada, game_id, "rematch", "offer"), 409, "offer-declined")
    done(await say(bob, game_id, "rematch", "offer"))
    assert done(await say(ada, game_id, "rematch", "accept"))["rematch"]
