"""A player's games in the order in which they want attention, and which of them to go on with."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any, Literal

import sqlalchemy as sa

from gamehall.clocks import flag_at
from gamehall.database import Prepared, reads
from gamehall.declare import Host
from gamehall.gamelists import COLUMNS, games_of, latest, with_seats
from gamehall.gamelog import Game, load_game
from gamehall.problems import FieldError, Problem
from gamehall.tables import game, game_seat

__all__ = [
    "NUMBER_WAITING",
    "RUNNING",
    "WAITING",
    "Turn",
    "games_by_turn",
    "games_waiting",
    "next_game",
    "own_and_latest",
    "place_of",
    "running_games",
]

Turn = Literal["own", "other"]
Player = str | sa.BindParameter[str]

RUNNING = ("active", "suspended")
_OWN, _OTHER, _STANDS, _OF_OTHERS = range(4)
_NEVER = 2**62  # where no clock runs
_ORDER = (sa.func.coalesce(game.c.flag_at, _NEVER), sa.func.coalesce(game.c.turn_at, 0), game.c.id)
_PLACE = re.compile(r"[012](?:\.[0-9]{1,19}){2}\.[0-9a-z]{26}", re.ASCII)


def games_by_turn(
    connection: sa.Connection,
    player: str,
    *,
    turn: Turn | None = None,
    status: Sequence[str] = RUNNING,
    ruleset: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> list[Game]:
    """Running games of a player (by id): those in which it is their turn, then those of others' turn, then suspended
    ones; each kind by the least time left, then by the longest wait.

    `turn` leaves only games of the player's own turn or of others'; `after` is the place of the last one seen, as
    `place_of` gives it. Raises Problem `invalid` for a place that is none.
    """
    rank = _rank(player)
    query = _played_by(player, rank).where(game.c.status.in_(status))
    if turn is not None:
        query = query.where(rank == (_OWN if turn == "own" else _OTHER))
    if ruleset is not None:
        query = query.where(reads(game.c.ruleset, ruleset))
    if after:
        query = query.where(sa.tuple_(rank, *_ORDER) > sa.tuple_(*map(sa.literal, _read_place(after))))
    return games_of(connection.execute(_in_order(query.limit(limit))))


async def running_games(host: Host, player: str, limit: int) -> list[Game]:
    """The first of a player's running games by turn."""
    return games_of(await host.look(_FIRST, player=player, most=limit))


async def own_and_latest(
    host: Host, player: str, own: int, without: Collection[str], most: int
) -> tuple[list[Game], list[Game]]:
    """The first of a player's running games by turn, and the latest ones in which none of these users plays either."""
    asked = {"player": player, "own": own, "without": [*without, player], "most": most}
    rows = await host.look(_OWN_AND_LATEST, **asked)
    of_others = [row.place_0 == _OF_OTHERS for row in rows]
    ends = of_others.index(True) if True in of_others else len(rows)
    return games_of(rows[:ends]), games_of(rows[ends:])


def _rank(player: Player) -> sa.ColumnElement[int]:
    return sa.case((game.c.status != "active", _STANDS), (_is_turn_of(player), _OWN), else_=_OTHER)


def _played_by(player: Player, rank: sa.ColumnElement[int]) -> sa.Select[Any]:
    """The player's games, those that want attention first."""
    place = [each.label(f"place_{number}") for number, each in enumerate((rank, *_ORDER))]
    return sa.select(*COLUMNS, *place).where(_is_played_by(player)).order_by(*place)


def _in_order(query: sa.Select[Any] | sa.CompoundSelect[Any]) -> sa.Select[Any]:
    """The games of such a query with their seats, in the same order."""
    found = query.subquery()
    return with_seats(found, *(each for each in found.c if each.name.startswith("place_")))


def place_of(found: Game, player: str) -> str:
    """The game's place among this player's games by turn, from which the list goes on."""
    own = any(each.seat == found.to_act and each.user_id == player for each in found.seats)
    rank, falls = _STANDS, None
    if found.status == "active":
        rank, falls = (_OWN if own else _OTHER), flag_at(found.terms, found.times)
    return f"{rank}.{_NEVER if falls is None else falls}.{found.turn_at or 0}.{found.id}"


def _read_place(text: str) -> tuple[int, int, int, str]:
    if not _PLACE.fullmatch(text):
        message = "Give the `next` of the part before, or nothing."
        raise Problem("invalid", message, errors=(FieldError("cursor", message),))
    rank, falls, turn_at, game_id = text.split(".")
    return int(rank), min(int(falls), _NEVER), min(int(turn_at), _NEVER), game_id


def next_game(connection: sa.Connection, player: str, after: str | None = None) -> Game | None:
    """The game of this player's turn with the least time left, or the longest wait; None when no game waits for them.

    `after`, the game they come from, is not given again; when it waits for them as well, the one behind it is, so
    that whoever does not want to move comes through all of them.
    """
    waiting = _waiting(connection, player)
    if after in waiting:
        here = waiting.index(after)
        waiting = waiting[here + 1 :] + waiting[:here]
    return load_game(connection, waiting[0]) if waiting else None


async def games_waiting(host: Host, player: str, besides: str = "") -> int:
    """In how many games, this one left out, it is the player's turn."""
    (row,) = await host.look(WAITING, player=player, besides=besides)
    return int(row.number)


def _waiting(connection: sa.Connection, player: str) -> list[str]:
    """The ids of the games of the player's turn, in their order."""
    query = sa.select(game.c.id).where(_waits_for(player))
    return list(connection.scalars(query.order_by(*_ORDER)))


def _waits_for(player: Player) -> sa.ColumnElement[bool]:
    return sa.and_(_is_played_by(player), _is_turn_of(player), game.c.status == "active")


def _is_played_by(player: Player) -> sa.ColumnElement[bool]:
    return game.c.id.in_(sa.select(game_seat.c.game_id).where(game_seat.c.user_id == player))


def _is_turn_of(player: Player) -> sa.ColumnElement[bool]:
    to_act = game_seat.alias()
    at_turn = (to_act.c.game_id == game.c.id, to_act.c.seat == game.c.to_act, to_act.c.user_id == player)
    return sa.select(to_act.c.seat).where(*at_turn).exists()


_player = sa.bindparam("player", type_=sa.Text)
_is_running = sa.or_(*(game.c.status == each for each in RUNNING))
_first = _played_by(_player, _rank(_player)).where(_is_running)
_FIRST = Prepared(_in_order(_first.limit(sa.bindparam("most", type_=sa.Integer))))
_own = _first.limit(sa.bindparam("own", type_=sa.Integer)).subquery()
_latest = latest("without").subquery()
_behind = (sa.literal(_OF_OTHERS), -sa.func.row_number().over(order_by=_latest.c.id), sa.literal(0), _latest.c.id)
_OWN_AND_LATEST = Prepared(_in_order(sa.union_all(sa.select(_own), sa.select(*_latest.c, *_behind))))
_others = game.c.id != sa.bindparam("besides")
_waiting_for = sa.select(sa.func.count().label("number")).select_from(game).where(_waits_for(_player), _others)
WAITING = Prepared(_waiting_for)
"""Counts the games, but for one, in which it is the player's turn."""
NUMBER_WAITING = _waiting_for.correlate(None).scalar_subquery()
"""The same as a column of another query, of the values `player` and `besides`."""
