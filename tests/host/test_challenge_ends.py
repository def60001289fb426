"""How challenges end without an answer, and how many there can be: expiry, its races, and limits."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from gamehall.accounts import user_by_name
from gamehall.challenges import KEPT_FOR, OPEN_FOR, accept, expire
from gamehall.games import open_game
from gamehall.lobby import expire_challenges
from gamehall.problems import Problem
from gamehall.tables import challenge, event
from rig.hall import Client, Hall, StartHall, done, problem

pytestmark = pytest.mark.anyio

GAME: dict[str, Any] = {"ruleset": "tic-tac-toe"}
BLITZ = {"kind": "fischer", "initial": 180}
DAYS = {"kind": "correspondence", "days": 3}


async def post(who: Client, **terms: Any) -> dict[str, Any]:
    return done(await who.post("/challenges", json=GAME | terms), 201)


async def status(who: Client, challenge_id: str) -> str:
    return str(done(await who.get(f"/challenges/{challenge_id}"))["status"])


async def end_time(hall: Hall, challenge_id: str) -> None:
    """Lets the challenge's time be over now, with nobody having looked."""
    over = challenge.update().where(challenge.c.id == challenge_id).values(expires_at=hall.host.hall_time())
    await hall.host.write(lambda connection: connection.execute(over))


@pytest.mark.parametrize(
    ("terms", "span"),
    [
        ({}, OPEN_FOR),
        ({"clock": BLITZ}, OPEN_FOR),
        ({"pair": True}, OPEN_FOR),
        ({"clock": DAYS}, KEPT_FOR),
        ({"opponent": "bob"}, KEPT_FOR),
        ({"link": True}, KEPT_FOR),
    ],
)
async def test_how_long_a_challenge_waits(hall: Hall, terms: dict[str, Any], span: int) -> None:
    ada, _ = await hall.users("ada", "bob")
    before = hall.host.hall_time()
    new = await post(ada, **terms)
    waits = datetime.fromisoformat(new["expires_at"]) - datetime.fromisoformat(new["created_at"])
    assert waits == timedelta(milliseconds=span)
    stored = await hall.host.read(lambda connection: connection.scalar(sa.select(challenge.c.expires_at)))
    assert stored is not None
    assert before + span <= stored <= hall.host.hall_time() + span


async def test_a_challenge_whose_time_is_over_is_closed_and_told(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    over, to_bob, fresh = await post(ada), await post(ada, opponent="bob"), await post(ada)
    for each in (over, to_bob):
        await end_time(each_hall, each["id"])
    await expire_challenges(each_hall.host)
    assert [await status(ada, each["id"]) for each in (over, to_bob, fresh)] == ["expired", "expired", "pending"]
    assert done(await ada.get(f"/challenges/{over['id']}"))["expires_at"] is None
    rows = await each_hall.host.read(lambda c: c.execute(sa.select(event).order_by(event.c.tx, event.c.id)).all())
    told = [(row.kind, msgspec.json.decode(row.data)) for row in rows if b"expired" in row.data.encode()]
    ended = {"challenge_id": over["id"], "status": "expired", "game_id": None}
    assert ("challenge_answered", ended) in told
    assert ("challenge_closed", ended) in told
    assert [kind for kind, data in told if data["challenge_id"] == to_bob["id"]] == ["challenge_answered"]
    assert [each["id"] for each in done(await bob.get("/challenges", params={"box": "open"}))["items"]] == [fresh["id"]]


async def test_nobody_can_answer_after_the_time_is_over(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    new = await post(ada, opponent="bob")
    await end_time(each_hall, new["id"])
    for who, action in ((bob, "accept"), (bob, "decline"), (ada, "cancel")):
        answer = await who.post(f"/challenges/{new['id']}/respond", json={"action": action})
        assert "expired" in problem(answer, 409, "challenge-closed")["detail"]


async def test_nobody_is_paired_with_a_challenge_whose_time_is_over(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    new = await post(ada, pair=True)
    await end_time(each_hall, new["id"])
    assert (await post(bob, pair=True))["status"] == "pending"
    again = await post(ada, pair=True, clock=BLITZ)
    await end_time(each_hall, again["id"])
    assert (await post(ada, pair=True, clock=BLITZ))["id"] != again["id"]


async def test_a_challenge_is_accepted_or_expires_but_not_both(each_hall: Hall) -> None:
    ada, _ = await each_hall.users("ada", "bob")
    host = each_hall.host
    bob_id = (await host.read(user_by_name, "bob")).id
    opening = open_game(host.rulesets["tic-tac-toe"], {})
    ends = set()
    for order in [(0, 1), (1, 0)] * 5:
        new = (await post(ada))["id"]
        when = host.hall_time()
        answers: list[Coroutine[Any, Any, Any]] = [
            host.write(accept, new, bob_id, opening, when, None),
            host.write(expire, new, when + OPEN_FOR + 1),
        ]
        raced = await asyncio.gather(*(answers[n] for n in order), return_exceptions=True)
        accepted, expired = (raced[order.index(n)] for n in (0, 1))
        seen = await status(ada, new)
        if isinstance(accepted, Problem):
            assert (accepted.slug, seen, expired) == ("challenge-closed", "expired", True)
        else:
            assert (seen, expired) == ("accepted", False)
        ends.add(seen)
    assert ends == {"accepted", "expired"}, "both have been first"


async def test_a_challenge_expires_once_however_many_look(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    new = await post(ada)
    when = each_hall.host.hall_time() + OPEN_FOR + 1
    assert sum(await asyncio.gather(*(each_hall.host.write(expire, new["id"], when) for _ in range(4)))) == 1


async def test_a_challenge_is_accepted_or_withdrawn_but_not_both(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    for _ in range(5):
        new = await post(ada)
        path = f"/challenges/{new['id']}/respond"
        accepted, cancelled = await asyncio.gather(
            bob.post(path, json={"action": "accept"}), ada.post(path, json={"action": "cancel"})
        )
        assert sorted((accepted.status_code, cancelled.status_code)) == [200, 409]
        assert await status(ada, new["id"]) == ("accepted" if accepted.status_code == 200 else "cancelled")


def too_many(answer: Any) -> str:
    body = problem(answer, 429, "too-many-requests")
    assert int(answer.headers["retry-after"]) > 0
    return str(body["detail"])


async def test_only_so_many_challenges_of_one_user_wait(start_hall: StartHall) -> None:
    hall = await start_hall(rate_limits=True, max_challenges=3)
    ada, bob = await hall.users("ada", "bob")
    made = [await post(ada, **terms) for terms in ({}, {"opponent": "bob"}, {"link": True})]
    for terms in ({}, {"opponent": "bob"}, {"link": True}, {"pair": True}):
        assert "Withdraw one" in too_many(await ada.post("/challenges", json=GAME | terms))
    done(await ada.post(f"/challenges/{made[0]['id']}/respond", json={"action": "cancel"}))
    await post(ada)
    await post(bob)


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_many_challenges_at_once_do_not_get_round_the_limit(
    start_hall: StartHall, request: pytest.FixtureRequest, database: str
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgres" else None
    hall = await start_hall(url, rate_limits=True, max_challenges=4)
    ada = await hall.user("ada")
    answers = await asyncio.gather(*(ada.post("/challenges", json=GAME) for _ in range(12)))
    assert sorted(each.status_code for each in answers) == [201] * 4 + [429] * 8


async def test_only_so_many_games_with_a_running_clock(start_hall: StartHall) -> None:
    hall = await start_hall(rate_limits=True, max_live_games=2)
    ada, bob, cyd = await hall.users("ada", "bob", "cyd")
    games = []
    for _ in range(2):
        new = await post(ada, clock=BLITZ)
        accepted = done(await bob.post(f"/challenges/{new['id']}/respond", json={"action": "accept"}))
        games.append(accepted["game_id"])
    assert "End one" in too_many(await ada.post("/challenges", json=GAME | {"clock": BLITZ}))
    for clock in (DAYS, {"kind": "none"}):
        await post(ada, clock=clock)
    of_cyd = await post(cyd, clock=BLITZ)
    path = f"/challenges/{of_cyd['id']}/respond"
    assert "End one" in too_many(await bob.post(path, json={"action": "accept"}))
    done(await ada.post(f"/games/{games[0]}/abort"))
    done(await bob.post(path, json={"action": "accept"}))


async def test_a_challenger_who_has_no_room_left_is_left_alone(start_hall: StartHall) -> None:
    hall = await start_hall(rate_limits=True, max_live_games=1)
    ada, bob, cyd = await hall.users("ada", "bob", "cyd")
    first, second = await post(ada, clock=BLITZ), await post(ada, clock=BLITZ)
    done(await bob.post(f"/challenges/{first['id']}/respond", json={"action": "accept"}))
    answer = await cyd.post(f"/challenges/{second['id']}/respond", json={"action": "accept"})
    assert "Try again" in problem(answer, 409, "not-possible")["detail"]
    assert (await post(cyd, clock=BLITZ, pair=True))["status"] == "pending"


async def test_only_so_many_games_in_all(start_hall: StartHall) -> None:
    hall = await start_hall(rate_limits=True, max_games=1)
    ada, bob = await hall.users("ada", "bob")
    new = await post(ada, clock=DAYS)
    done(await bob.post(f"/challenges/{new['id']}/respond", json={"action": "accept"}))
    too_many(await ada.post("/challenges", json=GAME))
