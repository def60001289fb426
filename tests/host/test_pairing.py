"""Being paired with whoever wants the same: who fits, who does not, and many who come at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from gamehall.accounts import update_user, user_by_name
from rig.hall import Client, Hall, InstallPlugin, StartHall, done, problem

pytestmark = pytest.mark.anyio

GAME: dict[str, Any] = {"ruleset": "tic-tac-toe"}
BLITZ = {"kind": "fischer", "initial": 180, "increment": 2}


async def post(who: Client, **terms: Any) -> dict[str, Any]:
    return done(await who.post("/challenges", json=GAME | terms), 201)


async def pair(who: Client, **terms: Any) -> dict[str, Any]:
    return await post(who, pair=True, **terms)


async def players(who: Client, game_id: str) -> list[str]:
    return [seat["user"]["username"] for seat in done(await who.get(f"/games/{game_id}"))["seats"]]


async def test_the_second_finds_the_first(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    waiting = await pair(ada, clock=BLITZ)
    assert (waiting["status"], waiting["pair"], waiting["game_id"]) == ("pending", True, None)
    found = await pair(bob, clock=BLITZ)
    assert (found["id"], found["status"]) == (waiting["id"], "accepted")
    assert (found["challenger"]["username"], found["opponent"]["username"]) == ("ada", "bob")
    assert set(await players(bob, found["game_id"])) == {"ada", "bob"}
    assert done(await bob.get(f"/games/{found['game_id']}"))["clock"]["initial"] == 180
    for who in (ada, bob):
        for box in ("open", "sent"):
            assert done(await who.get("/challenges", params={"box": box}))["items"] == []


async def test_whoever_has_waited_longest_is_found(each_hall: Hall) -> None:
    ada, bob, cyd = await each_hall.users("ada", "bob", "cyd")
    first = await post(ada)
    await post(bob)
    assert (await pair(cyd))["id"] == first["id"]


async def test_one_of_the_two_must_want_it(each_hall: Hall) -> None:
    ada, bob, cyd, dan = await each_hall.users("ada", "bob", "cyd", "dan")
    assert (await post(ada))["status"] == (await post(bob))["status"] == "pending"
    assert (await pair(cyd))["challenger"]["username"] == "ada"
    assert (await pair(dan))["challenger"]["username"] == "bob"
    waiting = await pair(ada)
    assert (await post(bob))["id"] == waiting["id"]


@pytest.mark.parametrize(
    ("waiting", "asked"),
    [
        ({"clock": BLITZ}, {}),
        ({"clock": BLITZ}, {"clock": BLITZ | {"increment": 3}}),
        ({"ruleset": "gomoku"}, {"ruleset": "gomoku", "options": {"board_size": 19}}),
        ({"ruleset": "gomoku"}, {"ruleset": "renju"}),
        ({"seat": 0}, {"seat": 0}),
        ({"seat": 0}, {}),
        ({}, {"seat": 1}),
    ],
)
async def test_what_differs_does_not_fit(hall: Hall, waiting: dict[str, Any], asked: dict[str, Any]) -> None:
    ada, bob = await hall.users("ada", "bob")
    await pair(ada, **waiting)
    assert (await pair(bob, **asked))["status"] == "pending"


async def test_what_is_said_in_other_words_fits(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    await pair(ada, ruleset="gomoku")
    same = {"ruleset": "gomoku", "options": {"board_size": 15}, "clock": {"kind": "none"}}
    assert (await pair(bob, **same))["status"] == "accepted"


async def test_opposite_wishes_for_a_seat_are_granted(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    await pair(ada, seat=1)
    assert await players(ada, (await pair(bob, seat=0))["game_id"]) == ["bob", "ada"]


async def test_challenges_to_somebody_or_by_link_are_not_for_pairing(hall: Hall) -> None:
    ada, bob, cyd = await hall.users("ada", "bob", "cyd")
    await post(ada, opponent="cyd")
    await post(ada, link=True)
    assert (await pair(bob))["status"] == "pending"
    for terms in ({"opponent": "bob"}, {"link": True}):
        answer = await cyd.post("/challenges", json=GAME | terms | {"pair": True})
        assert problem(answer, 422, "invalid")["errors"][0]["field"] == "pair"


async def test_asking_again_while_one_waits_changes_nothing(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    first = await pair(ada)
    again = await asyncio.gather(*(pair(ada) for _ in range(5)))
    assert {each["id"] for each in again} == {first["id"]}
    assert (await pair(ada, clock=BLITZ))["id"] != first["id"]
    assert (await pair(bob))["id"] == first["id"]


async def test_who_was_shut_out_is_not_found(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    await pair(ada)
    ada_id = (await hall.host.read(user_by_name, "ada")).id
    await hall.host.write(update_user, ada_id, {"is_active": False})
    assert (await pair(bob))["status"] == "pending"


POLICY = """
from gamehall import hookimpl
from gamehall.accounts import find_user
from gamehall.declare import Policy, Verdict


@hookimpl
def gamehall_policies(host):
    async def may_play(asker, other):
        names = tuple([(await host.read(find_user, each)).username for each in (asker, other)])
        return Verdict(names not in {("ada", "bob"), ("cyd", "bob")}, "No.")

    return [Policy("play", may_play)]
"""


async def test_who_may_not_play_each_other_are_not_paired(start_hall: StartHall, install_plugin: InstallPlugin) -> None:
    install_plugin("picky", POLICY)
    hall = await start_hall()
    ada, bob, cyd, dan = await hall.users("ada", "bob", "cyd", "dan")
    await pair(ada)
    assert (await pair(bob))["status"] == "pending", "ada may not play bob"
    await pair(dan, ruleset="gomoku")
    found = await pair(cyd)
    assert found["challenger"]["username"] == "ada", "bob is skipped"
    assert (await pair(dan))["challenger"]["username"] == "bob"


async def test_of_many_who_come_at_once_everybody_plays_once(each_hall: Hall) -> None:
    names = [f"user{number}" for number in range(16)]
    people = dict(zip(names, await each_hall.users(*names), strict=True))
    for _ in range(3):
        answers = await asyncio.gather(*(pair(each, clock=BLITZ) for each in people.values()))
        games = Counter(each["game_id"] for each in answers if each["status"] == "accepted")
        assert len(games) == len(people) // 2
        seated = [name for game_id in games for name in await players(people[names[0]], game_id)]
        assert sorted(seated) == sorted(names)
        assert done(await people[names[0]].get("/challenges", params={"box": "open"}))["items"] == []


async def test_one_who_is_left_over_waits(each_hall: Hall) -> None:
    people = await each_hall.users(*(f"user{number}" for number in range(7)))
    answers = await asyncio.gather(*(pair(each) for each in people))
    left = [each for each in answers if each["status"] == "pending"]
    assert len(left) == 4, "three were found, and one waits on"
    found = {each["id"] for each in answers if each["status"] == "accepted"}
    (open_one,) = done(await people[0].get("/challenges", params={"box": "open"}))["items"]
    assert {each["id"] for each in left} == found | {open_one["id"]}


async def test_a_challenge_is_paired_or_accepted_but_not_both(each_hall: Hall) -> None:
    ada, bob, cyd = await each_hall.users("ada", "bob", "cyd")
    for _ in range(5):
        waiting = await post(ada, clock=BLITZ)
        paired, accepted = await asyncio.gather(
            pair(bob, clock=BLITZ), cyd.post(f"/challenges/{waiting['id']}/respond", json={"action": "accept"})
        )
        seen = done(await ada.get(f"/challenges/{waiting['id']}"))
        assert seen["status"] == "accepted"
        if accepted.status_code == 200:
            assert accepted.json()["game_id"] == seen["game_id"]
            assert paired["status"] == "pending"
            assert done(await bob.post(f"/challenges/{paired['id']}/respond", json={"action": "cancel"}))
        else:
            problem(accepted, 409, "challenge-closed")
            assert (paired["id"], paired["game_id"]) == (waiting["id"], seen["game_id"])
