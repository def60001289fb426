"""Ending a game whose other player has left: the one who waits may claim it, after a countdown that both can see."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from gamehall.answers import Claim
from gamehall.clocks import HOUR, SECOND, Correspondence, NoClock, is_paused
from gamehall.declare import Host
from gamehall.endings import check_active, end_game, load_for, other_seat
from gamehall.game import Outcome
from gamehall.gamelog import Game, Seat
from gamehall.languages import catalogue
from gamehall.offers import in_time
from gamehall.presence import Company, Seen, last_seen, look_at_game
from gamehall.problems import Problem
from gamehall.settings import Settings

__all__ = ["NOBODY", "Around", "ClaimedResult", "around", "around_by", "claim_game", "possible_claim"]

_ = catalogue(__name__)


ClaimedResult = Literal["win", "draw"]


class Around(NamedTuple):
    """What is told of a game besides what happens in it: how many watch it, and who may claim it."""

    spectators: int
    claim: Claim | None


NOBODY = Around(0, None)


async def around(host: Host, found: Game) -> Around:
    """Who is at a game at this moment."""
    return around_by(host, found, await look_at_game(host, found.id, host.hall_time()))


def around_by(host: Host, found: Game, company: Company) -> Around:
    """The same, where it is known who is there."""
    hall_time = host.hall_time()
    awaited = _awaited(found, hall_time)
    seen = company.seen[awaited.seat] if awaited else None
    claim = _claim_from(found, awaited, seen, host.settings, hall_time) if awaited else None
    return Around(company.spectators, claim)


def possible_claim(connection: sa.Connection, found: Game, settings: Settings, hall_time: int) -> Claim | None:
    """Which seat may claim the game, and in how many milliseconds; None while nobody can come to."""
    awaited = _awaited(found, hall_time)
    if awaited is None:
        return None
    return _claim_from(found, awaited, last_seen(connection, awaited.user_id), settings, hall_time)


def _awaited(found: Game, hall_time: int) -> Seat | None:
    """Whoever somebody else waits for, so that it matters whether they are away."""
    if found.status != "active" or found.to_act is None or _why_never(found, hall_time) or found.is_alone:
        return None
    return found.seats[found.to_act]


def _claim_from(found: Game, absent: Seat, seen: Seen | None, settings: Settings, hall_time: int) -> Claim | None:
    # Nobody is away from a turn that they do not have, nor from a clock that stands.
    since = max(found.turn_at or 0, found.times.started or 0)
    seen = seen or Seen(since, by_stream=False)
    if seen.is_there(hall_time):
        return None
    left = max(since, seen.at) + _span(found, settings, seen) - hall_time
    return Claim(other_seat(found, absent.seat), max(0, left))


def _why_never(found: Game, hall_time: int) -> str:
    """Why a game that goes on cannot be claimed, whoever is away; empty when it can."""
    if isinstance(found.terms, Correspondence):
        return _("In a correspondence game the clock decides when your opponent has been away for too long.")
    if is_paused(found.times, hall_time):
        return _("The game is paused.")
    return ""


def _span(found: Game, settings: Settings, seen: Seen) -> int:
    if isinstance(found.terms, NoClock):
        return settings.claim_without_clock_after_hours * HOUR
    return (settings.claim_after_seconds if seen.by_stream else settings.claim_unseen_after_seconds) * SECOND


async def claim_game(host: Host, game_id: str, user_id: str, result: ClaimedResult) -> Game:
    """Ends the game as won by this user or drawn, because the other player has left; the game afterwards.

    Raises Problem `not-found`, `forbidden`, `game-over`, `game-suspended`, or `not-possible`, which says `in` how many
    milliseconds it will be while a countdown runs.
    """
    hall_time = await in_time(host, game_id)
    await host.presence.write_down(hall_time)  # the other may have come back this very moment
    return await host.write(_claim, game_id, user_id, result, host.settings, hall_time)


def _claim(
    connection: sa.Connection, game_id: str, user_id: str, result: ClaimedResult, settings: Settings, hall_time: int
) -> Game:
    found, seat = load_for(connection, game_id, user_id, _("Only the players of a game can claim it."))
    check_active(found)
    if found.to_act == seat:
        raise Problem("not-possible", _("It is your turn: a game is claimed from a player who does not move."))
    if why := _why_never(found, hall_time):
        raise Problem("not-possible", why)
    claim = possible_claim(connection, found, settings, hall_time)
    if claim is None:
        raise Problem("not-possible", _("Your opponent is there."))
    if claim.in_:
        countdown: dict[str, Any] = {"in": claim.in_}
        raise Problem("not-possible", _("Your opponent may come back; wait a little longer."), **countdown)
    return end_game(connection, found, Outcome(seat if result == "win" else None, "left"), hall_time)
