"""A game whose other player has left: the one who waits sees a countdown, and may end it after that."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from gamehall.tables import event
from rig.hall import Client, Hall, StartHall, done, problem
from rig.passing import pass_time

pytestmark = pytest.mark.anyio

SECOND, HOUR = 1_000, 3_600_000
LIVE = {"kind": "fischer", "initial": 10_800, "increment": 0}
LASTS = 15 * SECOND  # whoever was seen by a stream is there for so long, for it may be about to be open again


async def game_of(first: Client, second: Client, clock: dict[str, Any] = LIVE) -> str:
    terms = {"ruleset": "tic-tac-toe", "seat": 0, "clock": clock}
    challenge = done(await first.post("/challenges", json=terms), 201)
    return str(done(await second.post(f"/challenges/{challenge['id']}/respond", json={"action": "accept"}))["game_id"])


async def pass_by(hall: Hall, milliseconds: int) -> None:
    """Time passes, in which nobody does anything but what their open streams do."""
    presence = hall.host.presence
    await presence.write_down(hall.host.hall_time())
    await pass_time(milliseconds, hall)
    await presence.write_down(hall.host.hall_time())


async def leave(hall: Hall, who: Client) -> None:
    """Ends a stream that this user has followed."""
    user_id = done(await who.get("/users/me"))["id"]
    with hall.host.presence.following(user_id, []):
        await hall.host.presence.write_down(hall.host.hall_time())
    await hall.host.presence.write_down(hall.host.hall_time())


async def claim_shown(hall: Hall, game_id: str) -> dict[str, int] | None:
    shown: dict[str, int] | None = done(await hall.nobody.get(f"/games/{game_id}"))["claim"]
    return shown


async def countdown(hall: Hall, game_id: str, seat: int) -> int:
    shown = await claim_shown(hall, game_id)
    assert shown is not None
    assert shown["seat"] == seat
    return shown["in"]


async def test_a_game_is_won_from_a_player_who_has_left(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await game_of(ada, bob)
    await leave(each_hall, ada)
    assert await claim_shown(each_hall, game_id) is None
    assert "in" not in problem(await bob.post(f"/games/{game_id}/claim"), 409, "not-possible")
    await pass_by(each_hall, LASTS)
    left = await countdown(each_hall, game_id, 1)
    assert 40 * SECOND < left <= 60 * SECOND - LASTS
    assert 0 < problem(await bob.post(f"/games/{game_id}/claim"), 409, "not-possible")["in"] <= left
    await pass_by(each_hall, left)
    assert await countdown(each_hall, game_id, 1) == 0
    ended = done(await bob.post(f"/games/{game_id}/claim"))
    assert (ended["status"], ended["result"]) == ("finished", {"winner": 1, "reason": "left"})
    assert await claim_shown(each_hall, game_id) is None
    kinds = sa.select(event.c.kind).where(event.c.data.contains(game_id)).order_by(event.c.id.desc())
    assert await each_hall.host.read(lambda c: c.scalar(kinds)) == "game_over"
    problem(await bob.post(f"/games/{game_id}/claim"), 409, "game-over")


async def test_a_game_is_claimed_as_drawn(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    game_id = await game_of(ada, bob)
    await leave(hall, ada)
    await pass_by(hall, 60 * SECOND)
    body = problem(await bob.post(f"/games/{game_id}/claim", json={"result": "loss"}), 422, "invalid")
    assert [each["field"] for each in body["errors"]] == ["result"]
    ended = done(await bob.post(f"/games/{game_id}/claim", json={"result": "draw"}))
    assert ended["result"] == {"winner": None, "reason": "left"}


@pytest.mark.parametrize(
    ("clock", "by_stream", "span"),
    [
        (LIVE, True, 60 * SECOND),
        (LIVE, False, 600 * SECOND),
        ({"kind": "none"}, True, 72 * HOUR),
        ({"kind": "none"}, False, 72 * HOUR),
    ],
)
async def test_how_long_one_waits(hall: Hall, clock: dict[str, Any], by_stream: bool, span: int) -> None:
    ada, bob = await hall.users("ada", "bob")
    game_id = await game_of(ada, bob, clock)
    if by_stream:
        await leave(hall, ada)
        await pass_by(hall, LASTS)
    else:
        await pass_by(hall, 55 * SECOND)
        assert await claim_shown(hall, game_id) is None  # somebody at a page without JavaScript may be thinking
        await pass_by(hall, 5 * SECOND)
    left = await countdown(hall, game_id, 1)
    assert span - 90 * SECOND < left < span
    await pass_by(hall, left - 5 * SECOND)
    problem(await bob.post(f"/games/{game_id}/claim"), 409, "not-possible")
    await pass_by(hall, 5 * SECOND)
    done(await bob.post(f"/games/{game_id}/claim"))


async def test_the_operator_sets_how_long(start_hall: StartHall) -> None:
    hall = await start_hall(claim_after_seconds=20, claim_unseen_after_seconds=100, claim_without_clock_after_hours=1)
    ada, bob = await hall.users("ada", "bob")
    live, endless = await game_of(ada, bob), await game_of(ada, bob, {"kind": "none"})
    await pass_by(hall, 60 * SECOND)
    assert 30 * SECOND < await countdown(hall, live, 1) <= 40 * SECOND
    assert 58 * 60 * SECOND < await countdown(hall, endless, 1) <= 59 * 60 * SECOND
    await leave(hall, ada)
    await pass_by(hall, LASTS)
    assert await countdown(hall, live, 1) <= 5 * SECOND


async def test_whoever_comes_back_stops_the_countdown(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await game_of(ada, bob)
    await leave(each_hall, ada)
    await pass_by(each_hall, 59 * SECOND)
    assert await countdown(each_hall, game_id, 1) <= SECOND
    user_id = done(await ada.get("/users/me"))["id"]
    with each_hall.host.presence.following(user_id, []):
        for _ in range(6):
            await pass_by(each_hall, LASTS - SECOND)
        assert await claim_shown(each_hall, game_id) is None
        problem(await bob.post(f"/games/{game_id}/claim"), 409, "not-possible")
    await pass_by(each_hall, LASTS)
    assert await countdown(each_hall, game_id, 1) > 40 * SECOND


async def test_coming_back_counts_before_it_is_written_down(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    game_id = await game_of(ada, bob)
    await leave(hall, ada)
    await pass_by(hall, 60 * SECOND)
    await ada.get("/users/me")
    problem(await bob.post(f"/games/{game_id}/claim"), 409, "not-possible")


async def test_nobody_is_away_from_a_turn_that_is_not_theirs(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await game_of(ada, bob)
    await leave(each_hall, bob)
    await pass_by(each_hall, 300 * SECOND)
    problem(await bob.post(f"/games/{game_id}/claim"), 409, "not-possible")  # which brings him back, by a request
    await leave(each_hall, bob)
    await pass_by(each_hall, 300 * SECOND)
    body = problem(await ada.post(f"/games/{game_id}/claim"), 409, "not-possible")
    assert body["detail"].startswith("It is your turn")
    done(await ada.post(f"/games/{game_id}/moves", json={"move": "b2"}))
    assert 50 * SECOND < await countdown(each_hall, game_id, 0) <= 60 * SECOND
    await pass_by(each_hall, 60 * SECOND)
    assert done(await ada.post(f"/games/{game_id}/claim"))["result"] == {"winner": 0, "reason": "left"}


async def test_by_correspondence_the_clock_decides(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    game_id = await game_of(ada, bob, {"kind": "correspondence", "days": 30})
    await leave(hall, ada)
    await pass_by(hall, 20 * 24 * HOUR)
    assert await claim_shown(hall, game_id) is None
    assert "clock" in problem(await bob.post(f"/games/{game_id}/claim"), 409, "not-possible")["detail"]


async def test_a_pause_is_nobodys_absence(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    game_id = await game_of(ada, bob)
    done(await ada.post(f"/games/{game_id}/pause", json={"action": "offer"}))
    done(await bob.post(f"/games/{game_id}/pause", json={"action": "accept"}))
    await leave(hall, ada)
    await pass_by(hall, HOUR // 2)
    assert await claim_shown(hall, game_id) is None
    assert "paused" in problem(await bob.post(f"/games/{game_id}/claim"), 409, "not-possible")["detail"]
    done(await bob.post(f"/games/{game_id}/pause", json={"action": "end"}))
    assert 50 * SECOND < await countdown(hall, game_id, 1) <= 60 * SECOND


async def test_only_the_players_claim_and_nobody_from_themselves(hall: Hall) -> None:
    ada, bob, eve = await hall.users("ada", "bob", "eve")
    game_id = await game_of(ada, bob)
    await leave(hall, ada)
    await pass_by(hall, 60 * SECOND)
    problem(await eve.post(f"/games/{game_id}/claim"), 403, "forbidden")
    problem(await hall.nobody.post(f"/games/{game_id}/claim"), 401, "unauthenticated")
    problem(await eve.post(f"/games/{'0' * 26}/claim"), 404, "not-found")
    assert await countdown(hall, game_id, 1) == 0


async def test_of_a_claim_and_a_move_at_once_one_comes_first(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    for _ in range(5):
        game_id = await game_of(ada, bob)
        await leave(each_hall, ada)
        await pass_by(each_hall, 60 * SECOND)
        claimed, moved = await asyncio.gather(
            bob.post(f"/games/{game_id}/claim"), ada.post(f"/games/{game_id}/moves", json={"move": "b2"})
        )
        state = done(await bob.get(f"/games/{game_id}"))
        if claimed.status_code == 200:
            problem(moved, 409, "game-over")
            assert (state["moves"], state["result"]) == ([], {"winner": 1, "reason": "left"})
        else:
            problem(claimed, 409, "not-possible")
            assert (done(moved)["ply"], state["status"], state["moves"]) == (1, "active", ["b2"])


async def test_of_two_claims_at_once_one_ends_the_game(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await game_of(ada, bob)
    await leave(each_hall, ada)
    await pass_by(each_hall, 60 * SECOND)
    answers = await asyncio.gather(
        *(bob.post(f"/games/{game_id}/claim", json={"result": result}) for result in ("win", "draw", "win"))
    )
    (won,) = [done(each)["result"] for each in answers if each.status_code == 200]
    for each in answers:
        if each.status_code != 200:
            problem(each, 409, "game-over")
    assert done(await ada.get(f"/games/{game_id}"))["result"] == won


async def test_a_claim_against_a_flag(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await game_of(ada, bob, {"kind": "fischer", "initial": 30})
    await leave(each_hall, ada)
    await pass_by(each_hall, 60 * SECOND)
    problem(await bob.post(f"/games/{game_id}/claim"), 409, "game-over")
    assert done(await bob.get(f"/games/{game_id}"))["result"] == {"winner": 1, "reason": "time"}
