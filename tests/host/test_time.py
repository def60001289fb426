"""The hall's time, and what it does to games: flags fall by themselves, once, and never because the hall was away."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa

from gamehall.database import open_database
from gamehall.events import game_channel
from gamehall.halltime import HallTime, stored_time
from gamehall.standing import resume_games, suspend_games
from gamehall.tables import event, game
from rig.hall import Client, Hall, StartHall, done, play, problem
from rig.passing import pass_time

pytestmark = pytest.mark.anyio

FISCHER = {"kind": "fischer", "initial": 60, "increment": 2}


async def timed_game(first: Client, second: Client, clock: dict[str, Any], ruleset: str = "tic-tac-toe") -> str:
    terms = {"ruleset": ruleset, "seat": 0, "clock": clock}
    challenge = done(await first.post("/challenges", json=terms), 201)
    assert challenge["clock"] == clock
    accepted = done(await second.post(f"/challenges/{challenge['id']}/respond", json={"action": "accept"}))
    return str(accepted["game_id"])


async def over(hall: Hall, game_id: str) -> None:
    """Waits until the game has ended."""
    with hall.host.feed.subscribe([game_channel(game_id)]) as news:
        while done(await hall.nobody.get(f"/games/{game_id}"))["status"] == "active":
            await news.take(30)


def left(state: dict[str, Any]) -> list[int]:
    return [seat["left"] for seat in state["clock"]["seats"]]


# -- Flags


async def test_a_flag_falls_without_anybody_asking(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await timed_game(ada, bob, FISCHER)
    done(await ada.post(f"/games/{game_id}/moves", json={"move": "b2"}))
    await pass_time(61_000, each_hall)
    await over(each_hall, game_id)
    seen = done(await ada.get(f"/games/{game_id}"))
    assert (seen["status"], seen["result"]) == ("finished", {"winner": 0, "reason": "time"})
    assert left(seen)[1] == 0
    assert seen["clock"]["running"] is None


async def test_under_two_workers_it_falls_once(database_url: str, start_hall: StartHall) -> None:
    halls = [await start_hall(database_url), await start_hall(database_url)]
    ada, bob = await halls[0].users("ada", "bob")
    games = [await timed_game(ada, bob, FISCHER) for _ in range(5)]
    await pass_time(61_000, *halls)
    for game_id in games:
        await over(halls[0], game_id)
        await over(halls[1], game_id)
    ends = await halls[0].host.read(lambda c: c.scalar(sa.select(sa.func.count()).where(event.c.kind == "game_over")))
    assert ends == len(games)


async def test_a_move_that_comes_too_late_is_told_that_the_game_is_over(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await timed_game(ada, bob, FISCHER)
    await pass_time(60_600, each_hall)
    body = problem(await ada.post(f"/games/{game_id}/moves", json={"move": "b2"}), 409, "game-over")
    assert body["result"] == {"winner": 1, "reason": "time"}


async def test_a_suspended_game_costs_nobody_time(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await timed_game(ada, bob, FISCHER)
    await each_hall.host.write(suspend_games, ["tic-tac-toe"], "Back soon.")
    await pass_time(3_600_000, each_hall)
    await each_hall.host.write(resume_games, ["tic-tac-toe"], "Back soon.")
    seen = done(await ada.get(f"/games/{game_id}"))
    assert seen["status"] == "active"
    assert left(seen)[0] > 50_000
    done(await ada.post(f"/games/{game_id}/moves", json={"move": "b2"}))


# -- Receipts


async def test_a_move_has_a_receipt_in_its_answer_its_event_and_the_game(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await timed_game(ada, bob, FISCHER)
    await pass_time(5_000, each_hall)
    moved = done(await ada.post(f"/games/{game_id}/moves", json={"move": "b2", "ply": 0}))
    spent = moved["spent"]
    assert 5_000 <= spent["elapsed"] < 20_000
    assert spent == spent | {"lag": 500, "charged": spent["elapsed"] - 500, "paused": 0, "added": 2_000}
    assert left(moved) == [62_000 - spent["charged"], 60_000]
    seen = done(await bob.get(f"/games/{game_id}"))
    assert seen["spent"] == [spent]
    newest = sa.select(event.c.data).where(event.c.kind == "game_move").order_by(event.c.id.desc()).limit(1)
    told = await each_hall.host.read(lambda c: str(c.scalar(newest)))
    assert f'"elapsed":{spent["elapsed"]}' in told
    await pass_time(5_000, each_hall)
    assert done(await ada.post(f"/games/{game_id}/moves", json={"move": "b2", "ply": 0})) == moved


async def test_two_stones_are_one_turn_on_the_clock(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await timed_game(ada, bob, FISCHER, "connect6")
    answers = await play(game_id, [ada, bob], "j10 a1")
    again = done(await bob.post(f"/games/{game_id}/moves", json={"move": "a2"}))
    assert [each["spent"]["added"] for each in (*answers, again)] == [2_000, 0, 2_000]


async def test_games_without_a_clock_know_how_long_moves_took(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await timed_game(ada, bob, {"kind": "none"})
    await pass_time(86_400_000, each_hall)
    assert done(await ada.post(f"/games/{game_id}/moves", json={"move": "b2"}))["spent"]["elapsed"] >= 86_400_000


# -- The hall's time


class Watch:
    """A monotonic clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@contextlib.asynccontextmanager
async def counting(hall: Hall, watch: Watch) -> AsyncIterator[HallTime]:
    database = open_database(hall.host.settings.database_url)
    try:
        time = HallTime(database, watch)
        await time.take_up()
        yield time
    finally:
        await database.close()
        await hall.host.time.beat()  # the others at this hall come up to what was counted here


async def test_time_goes_on_from_where_it_was_written_down(start_hall: StartHall, database_url: str) -> None:
    hall, watch = await start_hall(database_url), Watch()
    async with counting(hall, watch) as time:
        await pass_time(50_000, hall)
        await time.beat()
        assert time.now() >= 50_000
        assert await hall.host.read(stored_time) >= 50_000


async def test_a_worker_that_stood_still_counts_three_seconds_at_most(each_hall: Hall) -> None:
    watch = Watch()
    async with counting(each_hall, watch) as time:
        before = time.now()
        watch.seconds += 3_600
        assert time.now() - before <= 3_000
        await time.beat()
        assert time.now() - before < 60_000


async def test_time_never_goes_back(each_hall: Hall) -> None:
    watch = Watch()
    async with counting(each_hall, watch) as time:
        seen = [time.now()]
        for step in (0.0, 0.4, 7.0, 0.0, 2.9, 0.1):
            watch.seconds += step
            seen.append(time.now())
            await time.beat()
            seen.append(time.now())
        assert seen == sorted(seen)


async def test_the_hall_that_was_down_charges_nobody(database_url: str, start_hall: StartHall) -> None:
    hall = await start_hall(database_url)
    ada, bob = await hall.users("ada", "bob")
    game_id = await timed_game(ada, bob, FISCHER)
    await hall.host.time.beat()
    falls = await hall.host.read(lambda c: c.scalar(sa.select(game.c.flag_at).where(game.c.id == game_id)))
    assert falls is not None
    # It comes back an hour later by any clock on the wall: its own count goes on from the stored one, after a moment.
    watch = Watch()
    watch.seconds += 3_600
    async with counting(hall, watch) as time:
        assert falls - time.now() > 50_000
        began = time.now()
        watch.seconds += 4.9
        assert time.now() == began
        watch.seconds += 1.0
        assert time.now() == began + 900


async def test_workers_count_alike(each_hall: Hall) -> None:
    one, other = Watch(), Watch()
    async with counting(each_hall, one) as first, counting(each_hall, other) as second:
        for _ in range(10):
            one.seconds += 1.1
            other.seconds += 0.9
            await asyncio.gather(first.beat(), second.beat())
        await second.beat()
        await first.beat()
        assert abs(first.now() - second.now()) < 1_000
