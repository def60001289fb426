"""How games end for a reason that is the hall's and not the rules': resigned, aborted, out of time, agreed, left."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from gamehall import audit
from gamehall.clocks import has_fallen, stop
from gamehall.database import serialize_on
from gamehall.declare import Host
from gamehall.events import LOBBY, NewEvent
from gamehall.feed import emit
from gamehall.game import Outcome
from gamehall.gamelog import Game, load_game, timestamp
from gamehall.languages import catalogue
from gamehall.notes import note_words
from gamehall.problems import Problem
from gamehall.standing import advance
from gamehall.tables import game, game_move, now

__all__ = [
    "abort",
    "abort_by_operator",
    "check_active",
    "end_game",
    "fall_flag",
    "let_flags_fall",
    "load_for",
    "other_seat",
    "over_event",
    "resign",
]

_ = catalogue(__name__)


_IN_FLIGHT_MS = 250  # a move that arrived in time may still be on its way to the database
_AT_ONCE = 100


def end_game(
    connection: sa.Connection, found: Game, outcome: Outcome, hall_time: int, *, status: str = "finished"
) -> Game:
    """Ends a game that is not over for a reason outside its rules; the caller has it serialized and freshly read."""
    stopped = stop(found.terms, found.times, hall_time)
    ended = msgspec.structs.replace(
        found,
        status=status,
        to_act=None,
        times=msgspec.structs.replace(stopped, running=None),
        offers=(),
        note="",
        winner=outcome.winner,
        reason=outcome.reason,
        finished_at=timestamp(now()),
        revision=found.revision + 1,
    )
    advance(connection, found, ended)
    emit(connection, [over_event(ended)])
    return ended


def over_event(ended: Game) -> NewEvent:
    """The news that a game has ended."""
    data = {
        "game_id": ended.id,
        "revision": ended.revision,
        "ply": ended.ply,
        "status": ended.status,
        "result": ended.result,
    }
    return NewEvent("game_over", (*ended.channels, LOBBY), data)


def load_for(connection: sa.Connection, game_id: str, user_id: str, refusal: str) -> tuple[Game, int]:
    """The game, freshly read and for this transaction alone, and the user's seat in it.

    Raises Problem `not-found`, or `forbidden` with this sentence for who is no player of it.
    """
    serialize_on(connection, game_id)
    found = load_game(connection, game_id)
    seat = found.seat_of(user_id)
    if seat is None:
        raise Problem("forbidden", refusal)
    return found, seat


def check_active(found: Game) -> None:
    """Raises Problem `game-suspended` or `game-over` unless the game goes on."""
    if found.status == "suspended":
        raise Problem("game-suspended", note_words(found.note))
    if found.status != "active":
        raise Problem("game-over", _("The game is over."), ply=found.ply, result=found.result)


def other_seat(found: Game, seat: int) -> int:
    return next(each.seat for each in found.seats if each.seat != seat)


def resign(connection: sa.Connection, game_id: str, user_id: str, hall_time: int) -> Game:
    """Ends the game as lost by this user. Raises Problem `not-found`, `forbidden`, `game-over`, `game-suspended`."""
    found, seat = load_for(connection, game_id, user_id, _("Only the players of a game can resign it."))
    check_active(found)
    return end_game(connection, found, Outcome(other_seat(found, seat), "resigned"), hall_time)


def abort(connection: sa.Connection, game_id: str, user_id: str, hall_time: int) -> Game:
    """Ends a game in which not everybody has moved as if it had never been.

    Raises Problem `not-found`, `forbidden`, `game-over`, `game-suspended`, or `not-possible` when all have moved.
    """
    found, _seat = load_for(connection, game_id, user_id, _("Only the players of a game can abort it."))
    check_active(found)
    moved = sa.select(sa.func.count(game_move.c.seat.distinct())).where(game_move.c.game_id == game_id)
    if (connection.scalar(moved) or 0) >= len(found.seats):
        raise Problem("not-possible", _("Everybody has moved, so the game counts: resign it, or offer a draw."))
    return end_game(connection, found, Outcome(None, "aborted"), hall_time, status="aborted")


def abort_by_operator(connection: sa.Connection, game_id: str, hall_time: int) -> Game:
    """Ends a game that is running or suspended, without a winner. Raises Problem `not-found` or `game-over`."""
    serialize_on(connection, game_id)
    found = load_game(connection, game_id)
    if found.status != "suspended":
        check_active(found)
    audit.note(connection, "game.aborted", subject=game_id)
    return end_game(connection, found, Outcome(None, "aborted-by-operator"), hall_time, status="aborted")


def fall_flag(connection: sa.Connection, game_id: str, hall_time: int) -> Game | None:
    """Ends the game if the time of whoever is to act is up at this moment; the ended game."""
    serialize_on(connection, game_id)
    found = load_game(connection, game_id)
    if found.status != "active" or found.times.running is None or not has_fallen(found.terms, found.times, hall_time):
        return None
    return end_game(connection, found, Outcome(other_seat(found, found.times.running), "time"), hall_time)


async def let_flags_fall(host: Host) -> None:
    """Ends the games in which time is up. Every worker does so; of several the database lets one end a game."""
    due = host.hall_time() - _IN_FLIGHT_MS
    for game_id in await host.read(_due, due):
        await host.write(fall_flag, game_id, due)


def _due(connection: sa.Connection, hall_time: int) -> list[str]:
    falls = sa.select(game.c.id).where(game.c.flag_at <= hall_time).order_by(game.c.flag_at).limit(_AT_ONCE)
    return list(connection.scalars(falls))
