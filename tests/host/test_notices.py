"""Mails about games that wait: to whom, when, once for each turn, and never for what has ended meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import httpx
import pytest
import sqlalchemy as sa

from gamehall.mail import claim, compose
from gamehall.notices import any_due, write_notices
from gamehall.standing import suspend_game
from gamehall.tables import game, mail, user
from rig.hall import Client, Hall, StartHall, done

pytestmark = pytest.mark.anyio

HOUR = 3_600_000
NONE, DAYS = {"kind": "none"}, {"kind": "correspondence", "days": 3, "vacation": 2}
LIVE = {"kind": "fischer", "initial": 86_400}


async def start(first: Client, second: Client, clock: dict[str, Any] = DAYS, ruleset: str = "tic-tac-toe") -> str:
    """A game with a clock, the first to move; its id."""
    terms = {"ruleset": ruleset, "seat": 0, "clock": clock}
    challenge = done(await first.post("/challenges", json=terms), 201)
    answer = await second.post(f"/challenges/{challenge['id']}/respond", json={"action": "accept"})
    return str(done(answer)["game_id"])


async def tell(hall: Hall, hours: float) -> int:
    """What a worker does so many hours from now; how many mails it has posted."""
    hall_time = hall.host.hall_time() + int(hours * HOUR)
    due = await hall.host.read(any_due, hall_time, 12)
    posted = await hall.host.write(write_notices, hall_time, 12, "https://hall.example", hall.host.rulesets)
    assert due == (posted > 0)
    return posted


async def mails(hall: Hall) -> list[tuple[str, str, str]]:
    """(to whom, subject, body) of every mail, in the order in which they were posted."""
    query = sa.select(user.c.username, mail.c.subject, mail.c.body).join(user, user.c.id == mail.c.user_id)
    rows = await hall.host.read(lambda c: c.execute(query.order_by(mail.c.id)).all())
    return [(row.username, row.subject, row.body) for row in rows]


async def test_a_turn_is_told_of_once_and_the_next_one_again(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await start(ada, bob)
    assert await tell(each_hall, 11.9) == 0
    assert await tell(each_hall, 12.1) == 1
    assert await tell(each_hall, 13) == await tell(each_hall, 70) == 0
    ((to, subject, body),) = await mails(each_hall)
    assert (to, subject) == ("ada", "Your turn: Tic-tac-toe against bob")
    assert "Hello ada," in body
    assert "your turn for 12 hours 6 minutes; 4 days 11 hours left" in body
    assert f"https://hall.example/games/{game_id}" in body.splitlines()
    done(await ada.post(f"/games/{game_id}/moves", json={"move": "b2", "ply": 0}))
    assert await tell(each_hall, 12.1) == 1
    done(await bob.post(f"/games/{game_id}/moves", json={"move": "a1", "ply": 1}))
    assert await tell(each_hall, 12.1) == 1
    assert [to for to, _, _ in await mails(each_hall)] == ["ada", "bob", "ada"]


async def test_several_games_are_one_mail(each_hall: Hall) -> None:
    ada, bob, cleo = await each_hall.users("ada", "bob", "cleo")
    old, young = await start(ada, bob), await start(ada, cleo, ruleset="gomoku")
    fresh, others = await start(ada, cleo), await start(cleo, ada)
    hall_time = each_hall.host.hall_time()
    for game_id, hours in ((young, 5), (fresh, 7)):  # later than the others by so much
        moved = {"turn_at": hall_time + hours * HOUR}
        await each_hall.host.write(
            lambda c, wanted, values: c.execute(game.update().where(game.c.id == wanted), values), game_id, moved
        )
    assert await tell(each_hall, 12.1) == 2
    (first, second) = sorted(await mails(each_hall))
    assert first[:2] == ("ada", "Your turn in 2 games")
    lines = first[2].splitlines()
    assert lines.index(f"https://hall.example/games/{old}") < lines.index(f"https://hall.example/games/{young}")
    assert "Gomoku against cleo" in lines
    assert fresh not in first[2]
    assert second[:2] == ("cleo", "Your turn: Tic-tac-toe against ada")
    assert others in second[2]
    assert await tell(each_hall, 18) == 0, "what went along was told of"
    assert await tell(each_hall, 19.1) == 1


async def test_games_without_a_clock_wait_twice_as_long_and_live_ones_are_silent(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    await start(ada, bob, LIVE)
    assert await tell(each_hall, 23.9) == 0
    game_id = await start(ada, bob, NONE)
    assert await tell(each_hall, 23.9) == 0
    assert await tell(each_hall, 24.1) == 1
    ((_, subject, body),) = await mails(each_hall)
    assert subject == "Your turn: Tic-tac-toe against bob"
    assert "your turn for 1 day; no clock runs" in body
    assert game_id in body


async def test_nobody_is_told_who_does_not_want_it_or_cannot_be(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await start(ada, bob)
    set_to = user.update().where(user.c.username == "ada")
    for changes in ({"mail_notices": False}, {"is_guest": True}, {"is_active": False}, {"email": ""}):
        was = await each_hall.host.read(lambda c: c.execute(sa.select(user).where(user.c.username == "ada")).one())
        await each_hall.host.write(lambda c, values: c.execute(set_to, values), changes)
        assert await tell(each_hall, 12.1) == 0, changes
        before = {name: was._mapping[name] for name in changes}
        await each_hall.host.write(lambda c, values: c.execute(set_to, values), before)
    assert done(await ada.patch("/users/me", json={"mail_notices": False}))["mail_notices"] is False
    assert await tell(each_hall, 12.1) == 0
    assert done(await ada.patch("/users/me", json={"mail_notices": True})) == done(await ada.get("/users/me"))
    assert await tell(each_hall, 12.1) == 1
    assert (await mails(each_hall))[0][2].count(game_id) == 1


async def test_what_does_not_go_on_is_not_told_of(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    resigned, suspended, paused, running = [await start(ada, bob) for _ in range(4)]
    done(await bob.post(f"/games/{resigned}/resign"))
    await each_hall.host.write(suspend_game, suspended, "The rules failed.")
    for who, action in ((bob, "offer"), (ada, "accept")):
        done(await who.post(f"/games/{paused}/pause", json={"action": action}))
    assert await tell(each_hall, 12.1) == 1
    ((_, _, body),) = await mails(each_hall)
    assert running in body
    assert not any(other in body for other in (resigned, suspended, paused))
    assert await tell(each_hall, 7 * 24 + 1) == 1, "the pause is over then"
    assert paused in (await mails(each_hall))[1][2]


async def test_many_workers_tell_of_a_turn_once(database_url: str, start_hall: StartHall) -> None:
    one, two = await start_hall(database_url), await start_hall(database_url)
    ada, bob = await one.users("ada", "bob")
    games = [await start(ada, bob) for _ in range(5)]
    for turn in range(3):
        hall_time = max(each.host.hall_time() for each in (one, two)) + 13 * HOUR
        work = [each.host.write(write_notices, hall_time, 12, "", each.host.rulesets) for each in (one, two) * 8]
        assert sum(await asyncio.gather(*work)) == 1, turn
        for game_id in games:
            done(await (ada, bob)[turn % 2].post(f"/games/{game_id}/moves", json={"move": ("a1", "b1", "c1")[turn]}))
    assert [(to, subject) for to, subject, _ in await mails(one)] == [
        (who, "Your turn in 5 games") for who in ("ada", "bob", "ada")
    ]


async def test_a_mail_and_a_move_at_once_agree(each_hall: Hall) -> None:
    """Either the turn was told of and then ended, or it had ended; the next one is told of all the same."""
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await start(ada, bob)
    posted = 0
    for ply, move in enumerate(["a1", "b1", "b2", "a2", "c1", "a3"]):
        hall_time = each_hall.host.hall_time() + 13 * HOUR
        move_made = (ada, bob)[ply % 2].post(f"/games/{game_id}/moves", json={"move": move, "ply": ply})
        told = [each_hall.host.write(write_notices, hall_time, 12, "", {}) for _ in range(3)]
        answer, *posts = await asyncio.gather(move_made, *told)
        assert done(cast(httpx.Response, answer))["ply"] == ply + 1
        posted += sum(cast(list[int], posts))
        posted += await tell(each_hall, 13)
        turns = [to for to, _, _ in await mails(each_hall)]
        assert len(turns) == posted
        assert turns[-1] == ("bob", "ada")[ply % 2]
    assert posted <= 2 * 6, "none was told of twice"


async def test_a_mail_speaks_the_language_of_its_receiver(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    await start(ada, bob)
    await start(bob, ada)
    german = user.update().where(user.c.username == "ada").values(language="de")
    await each_hall.host.write(lambda c: c.execute(german).rowcount)
    assert await tell(each_hall, 12.1) == 2
    (_, own, body), (_, other, _) = await mails(each_hall)
    assert (own, other) == ("Du bist am Zug: Tic-Tac-Toe gegen bob", "Your turn: Tic-tac-toe against ada")
    assert "du bist am Zug (seit: 12 Stunden 6 Minuten); es bleiben 4 Tage 11 Stunden" in body
    sent = await each_hall.host.write(claim, each_hall.host.hall_time() + 13 * HOUR)
    assert sent is not None
    assert "So bekommst du keine mehr:" in compose(sent, each_hall.host.settings, b"").get_content()
