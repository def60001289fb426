"""How many challenges and games somebody can have at once, counted in the transaction that would add one."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from gamehall.clockfields import speed_of
from gamehall.clocks import Terms
from gamehall.database import serialize_on
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.settings import Settings
from gamehall.tables import challenge, clock_is, game, game_seat

__all__ = ["Limits", "check_challenges", "check_games", "has_room", "limits_of"]

_ = catalogue(__name__)


_RETRY = {"Retry-After": "60"}  # somebody has to end something first, and nobody knows when they will


class Limits(msgspec.Struct, frozen=True):
    """What one user can have at once: pending challenges, games with a clock in one sitting, and games in all."""

    challenges: int
    live_games: int
    games: int


def limits_of(settings: Settings) -> Limits | None:
    """The limits that the operator has set; None where limits are off."""
    if not settings.rate_limits:
        return None
    return Limits(settings.max_challenges, settings.max_live_games, settings.max_games)


def check_challenges(connection: sa.Connection, user_id: str, terms: Terms, limits: Limits | None) -> None:
    """Raises Problem `too-many-requests` when this user cannot make another challenge by these terms.

    Until the transaction ends nobody else counts or adds what this user has.
    """
    if limits is None:
        return
    _one_at_a_time(connection, user_id)
    waiting = sa.select(sa.func.count()).where(challenge.c.challenger_id == user_id, challenge.c.status == "pending")
    if (connection.scalar(waiting) or 0) >= limits.challenges:
        raise _refused(
            _.ngettext(
                "{count} of your challenges is waiting for an answer, and more cannot. "
                "Withdraw it, or wait until it is answered.",
                "{count} of your challenges are waiting for an answer, and more cannot. "
                "Withdraw one, or wait until one is answered.",
                limits.challenges,
            )
        )
    if (refusal := _too_many_games(connection, user_id, terms, limits)) is not None:
        raise _refused(refusal)


def check_games(
    connection: sa.Connection, challenger_id: str, user_id: str, terms: Terms, limits: Limits | None
) -> None:
    """Raises Problem `too-many-requests` when this user cannot play another game by these terms, or `not-possible`
    when the challenger cannot.

    Until the transaction ends nobody else counts or adds what the two have.
    """
    if limits is None:
        return
    for each in sorted((challenger_id, user_id)):  # in one order, so that no two wait for each other
        _one_at_a_time(connection, each)
    if (refusal := _too_many_games(connection, user_id, terms, limits)) is not None:
        raise _refused(refusal)
    if not has_room(connection, challenger_id, terms, limits):
        raise Problem(
            "not-possible",
            _("The challenger is in as many games as one can be in at once. Try again when one has ended."),
        )


def has_room(connection: sa.Connection, user_id: str, terms: Terms, limits: Limits | None) -> bool:
    """Whether this user can play another game by these terms."""
    return limits is None or _too_many_games(connection, user_id, terms, limits) is None


def _too_many_games(connection: sa.Connection, user_id: str, terms: Terms, limits: Limits) -> str | None:
    if (
        speed_of(terms) == "live"
        and _unfinished(connection, user_id, clock_is(game.c.clock, "live")) >= limits.live_games
    ):
        return _.ngettext(
            "You are in {count} game with a clock that runs now, and more cannot be played at once. "
            "End it first, or choose a clock with days for a turn.",
            "You are in {count} games with a clock that runs now, and more cannot be played at once. "
            "End one of them first, or choose a clock with days for a turn.",
            limits.live_games,
        )
    if _unfinished(connection, user_id) >= limits.games:
        return _.ngettext(
            "You are in {count} game that has not ended, and more is not possible. End it first.",
            "You are in {count} games that have not ended, and more is not possible. End one of them first.",
            limits.games,
        )
    return None


def _unfinished(connection: sa.Connection, user_id: str, *conditions: sa.ColumnElement[bool]) -> int:
    own: sa.Select[Any] = (
        sa.select(sa.func.count(game.c.id.distinct()))
        .join(game_seat, game_seat.c.game_id == game.c.id)
        .where(game_seat.c.user_id == user_id, game.c.status.in_(("active", "suspended")), *conditions)
    )
    return connection.scalar(own) or 0


def _one_at_a_time(connection: sa.Connection, user_id: str) -> None:
    serialize_on(connection, f"games of {user_id}")


def _refused(sentence: str) -> Problem:
    return Problem("too-many-requests", sentence, headers=_RETRY)
