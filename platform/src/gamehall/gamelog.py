"""Reading games: a game's row, its seats, its log, and the scene at any ply."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from gamehall.answers import Result
from gamehall.clocks import Spent, Terms, Times, clock_at, stored_terms
from gamehall.database import Prepared, reads, seen_in_rows
from gamehall.declare import Host
from gamehall.events import Cursor, game_channel, user_channel
from gamehall.feed import HEAD
from gamehall.game import CellChange, Outcome, Ruleset
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.tables import game, game_move, game_seat, user

__all__ = [
    "STATE",
    "Ended",
    "Game",
    "GameLog",
    "GameState",
    "LoggedMove",
    "Offer",
    "OfferKind",
    "Rulesets",
    "Seat",
    "Shown",
    "check_watching",
    "cursor_of",
    "game_in",
    "game_of",
    "list_games",
    "load_game",
    "load_game_and_position",
    "load_log",
    "load_state",
    "no_such_ply",
    "position_text",
    "seats_of",
    "timestamp",
    "watchable",
]

_ = catalogue(__name__)

Rulesets = Mapping[str, Ruleset[Any, Any]]


class Seat(msgspec.Struct, frozen=True):
    """Who sits where."""

    seat: int
    user_id: str
    username: str
    display_name: str


class Shown(msgspec.Struct, frozen=True):
    """What a move changed for the eye, kept with it so that a game can be shown without its ruleset."""

    cells: tuple[CellChange, ...]
    sides: tuple[str, ...]


Ended = Literal["won", "lost", "drawn"]
OfferKind = Literal["draw", "takeback", "pause", "rematch"]


class Offer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a seat has proposed, or has been declined; the next move forgets most of it."""

    kind: OfferKind
    seat: int
    declined: bool = False


class Game(msgspec.Struct, frozen=True):
    """A game's row with its seats. `turn_at` is since when the seat that is to act has been so, by the hall's time;
    `noticed` says that a mail told it."""

    id: str
    ruleset: str
    ruleset_version: int
    options: dict[str, Any]
    status: str
    ply: int
    to_act: int | None
    terms: Terms
    times: Times
    offers: tuple[Offer, ...]
    revision: int
    rematch_id: str | None
    turn_at: int | None
    noticed: bool
    winner: int | None
    reason: str | None
    note: str
    sides: tuple[str, ...]
    created_at: str
    finished_at: str | None
    seats: tuple[Seat, ...]

    def __hash__(self) -> int:
        return hash((self.id, self.revision))  # options are plain data, which has no hash

    def seat_of(self, user_id: str | None) -> int | None:
        """The seat that this user may act for. Who plays both seats acts for the one whose turn it is."""
        own = [s.seat for s in self.seats if s.user_id == user_id]
        return self.to_act if self.to_act in own else next(iter(own), None)

    def clock_at(self, now: int) -> dict[str, Any]:
        """The clock as everybody may see it at this moment of the hall's time."""
        return clock_at(self.terms, self.times, now)

    def offered(self, kind: OfferKind) -> int | None:
        """The seat whose offer waits for an answer."""
        return next((each.seat for each in self.offers if each.kind == kind and not each.declined), None)

    @property
    def is_alone(self) -> bool:
        """Whether one person plays every seat, so that nobody else is to be asked."""
        return len({each.user_id for each in self.seats}) == 1

    @property
    def result(self) -> Result | None:
        """How the game ended, if it has."""
        return Result(self.winner, self.reason) if self.status in ("finished", "aborted") else None

    @property
    def channels(self) -> tuple[str, ...]:
        """Who learns of what happens in it: its own channel and each player's."""
        return (game_channel(self.id), *dict.fromkeys(user_channel(s.user_id) for s in self.seats))


class GameState(msgspec.Struct, frozen=True):
    """A game with its log at one moment; `cursor` is the place in the feed from which to follow it.

    Positions and scenes are JSON text, as stored; `position` is that of the ply that was asked for.
    """

    game: Game
    ply: int
    moves: tuple[tuple[int, str], ...]
    position: str
    start_scene: str
    final_scene: str | None
    shown: tuple[Shown, ...]
    spent: tuple[Spent, ...]
    cursor: str


class LoggedMove(msgspec.Struct, frozen=True):
    """A move as it was stored: who made it, the position that it led to as JSON, and who was to act then."""

    seat: int
    move: str
    position: str
    to_act: int | None


class GameLog(msgspec.Struct, frozen=True):
    """All that the rules said in a game. `outcome` is None also where it ended for a reason of the hall's."""

    game: Game
    start_position: str
    moves: tuple[LoggedMove, ...]
    outcome: Outcome | None


_SEATS = (
    sa.select(game_seat.c.game_id, game_seat.c.seat, user.c.id, user.c.username, user.c.display_name)
    .join(user, user.c.id == game_seat.c.user_id)
    .order_by(game_seat.c.game_id, game_seat.c.seat)
)


def seats_of(connection: sa.Connection, game_ids: Sequence[str]) -> dict[str, tuple[Seat, ...]]:
    """The seats of several games, in one query."""
    seats: dict[str, tuple[Seat, ...]] = {}
    for row in connection.execute(_SEATS.where(game_seat.c.game_id.in_(game_ids))):
        seats[row.game_id] = (*seats.get(row.game_id, ()), Seat(row.seat, row.id, row.username, row.display_name))
    return seats


# Made once: what a type that is no struct consists of msgspec works out anew each time.
_read_offers = msgspec.json.Decoder(tuple[Offer, ...]).decode
_read_sides = msgspec.json.Decoder(tuple[str, ...]).decode


def game_of(row: sa.Row[Any], seats: tuple[Seat, ...]) -> Game:
    """A game from its row and its seats."""
    return Game(
        id=row.id,
        ruleset=row.ruleset,
        ruleset_version=row.ruleset_version,
        options=msgspec.json.decode(row.options),
        status=row.status,
        ply=row.ply,
        to_act=row.to_act,
        terms=stored_terms(row.clock),
        times=msgspec.json.decode(row.times, type=Times),
        offers=_read_offers(row.offers),
        revision=row.revision,
        rematch_id=row.rematch_id,
        turn_at=row.turn_at,
        noticed=row.noticed,
        winner=row.winner,
        reason=row.reason,
        note=row.note,
        sides=_read_sides(row.sides),
        created_at=timestamp(row.created_at),
        finished_at=timestamp(row.finished_at) if row.finished_at else None,
        seats=seats,
    )


_GAME_AND_SEATS = (
    sa.select(
        game,
        game_seat.c.seat,
        game_seat.c.user_id,
        user.c.username,
        user.c.display_name,
        sa.func.coalesce(game_move.c.position, game.c.start_position).label("position"),
    )
    .join(game_seat, game_seat.c.game_id == game.c.id)
    .join(user, user.c.id == game_seat.c.user_id)
    .outerjoin(game_move, sa.and_(game_move.c.game_id == game.c.id, game_move.c.ply == game.c.ply))
    .where(game.c.id == sa.bindparam("game_id"))
    .order_by(game_seat.c.seat)
)
_LAST = Prepared(_GAME_AND_SEATS)
STATE = Prepared(_GAME_AND_SEATS.add_columns(*HEAD))
"""A game, a row for each of its seats: its columns, its last `position`, and the place in the feed at this moment."""
_LOG = Prepared(
    sa.select(game_move.c.seat, game_move.c.move, game_move.c.shown, game_move.c.spent)
    .where(game_move.c.game_id == sa.bindparam("game_id"))
    .order_by(game_move.c.ply)
)


def load_game(connection: sa.Connection, game_id: str) -> Game:
    """The game with its seats. Raises Problem `not-found`."""
    return load_game_and_position(connection, game_id)[0]


def load_game_and_position(connection: sa.Connection, game_id: str) -> tuple[Game, str]:
    """The game with its seats, and its last position as JSON, in one query. Raises Problem `not-found`."""
    rows = _LAST.rows(connection, game_id=game_id)
    return game_in(rows), rows[0].position


def game_in(rows: Sequence[Any]) -> Game:
    """The game with its seats, of which each has a row. Raises Problem `not-found` where there is none."""
    if not rows:
        raise _no_such_game()
    seats = tuple(Seat(row.seat, row.user_id, row.username, row.display_name) for row in rows)
    return game_of(rows[0], seats)


def list_games(
    connection: sa.Connection,
    *,
    player: str | None = None,
    opponent: str | None = None,
    ended: Ended | None = None,
    status: Sequence[str] = (),
    ruleset: str | None = None,
    besides: Sequence[str] = (),
    among: sa.Select[str] | None = None,
    apart: Collection[str] = (),
    limit: int = 50,
    before: str | None = None,
) -> list[Game]:
    """Games, newest first: of a player and an opponent (by id), in one of these statuses, of a ruleset; not those
    `besides`, and older than an id. `ended` leaves those that ended so for the player, against somebody else.

    `among` selects the ids of users of whom one at least plays; in games that are left nobody plays who is `apart`.
    """
    query = sa.select(game).order_by(game.c.id.desc()).limit(limit)
    kinds: list[sa.ColumnElement[bool]] = []
    if status:
        kinds.append(game.c.status.in_(status))
    if ruleset is not None:
        kinds.append(reads(game.c.ruleset, ruleset))
    if player or opponent or among is not None:
        kinds = [seen_in_rows(each) for each in kinds]
    query = query.where(*kinds)
    for each in (player, opponent):
        if each is not None:
            query = query.where(game.c.id.in_(sa.select(game_seat.c.game_id).where(game_seat.c.user_id == each)))
    if ended is not None:
        query = query.where(*_ended_so(player, ended))
    if besides:
        query = query.where(game.c.id.not_in(besides))
    if among is not None:
        query = query.where(game.c.id.in_(sa.select(game_seat.c.game_id).where(game_seat.c.user_id.in_(among))))
    if apart:
        theirs = sa.select(game_seat.c.game_id).where(game_seat.c.user_id.in_(apart))
        query = query.where(game.c.id.not_in(theirs))
    if before is not None:
        query = query.where(game.c.id < before)
    rows = connection.execute(query).all()
    seats = seats_of(connection, [row.id for row in rows])
    return [game_of(row, seats[row.id]) for row in rows]


def _ended_so(player: str | None, ended: Ended) -> tuple[sa.ColumnElement[bool], ...]:
    seats = sa.select(game_seat.c.seat).where(game_seat.c.game_id == game.c.id)
    own, others = seats.where(game_seat.c.user_id == player), seats.where(game_seat.c.user_id != player)
    ways = {"won": game.c.winner.in_(own), "lost": game.c.winner.in_(others), "drawn": game.c.winner.is_(None)}
    return game.c.status == "finished", others.exists(), ways[ended]


def load_state(connection: sa.Connection, game_id: str, ply: int | None = None) -> GameState:
    """The game with its whole log, and its position after `ply` moves (default: now). Raises Problem `not-found`."""
    rows = STATE.rows(connection, game_id=game_id)
    found, row = game_in(rows), rows[0]
    played = _LOG.rows(connection, game_id=game_id)
    upto = found.ply if ply is None else ply
    return GameState(
        game=found,
        ply=upto,
        moves=tuple((each.seat, each.move) for each in played),
        position=row.position if upto == found.ply else position_text(connection, game_id, upto),
        start_scene=row.start_scene,
        final_scene=row.final_scene,
        shown=tuple(msgspec.json.decode(each.shown, type=Shown) for each in played),
        spent=tuple(msgspec.json.decode(each.spent, type=Spent) for each in played),
        cursor=cursor_of(row),
    )


def cursor_of(row: Any) -> str:
    """The place in the feed of the moment at which this row of `STATE` was read."""
    return str(Cursor(row.head_tx, row.head_id))


def load_log(connection: sa.Connection, game_id: str) -> GameLog:
    """The game with every position of it, to be replayed. Raises Problem `not-found`."""
    rows = _LAST.rows(connection, game_id=game_id)
    found, row = game_in(rows), rows[0]
    columns = (game_move.c.seat, game_move.c.move, game_move.c.position, game_move.c.to_act)
    made = connection.execute(sa.select(*columns).where(game_move.c.game_id == game_id).order_by(game_move.c.ply))
    ended_by_rules = row.final_scene is not None  # only they draw one
    return GameLog(
        game=found,
        start_position=row.start_position,
        moves=tuple(LoggedMove(*each) for each in made),
        outcome=Outcome(found.winner, found.reason or "") if ended_by_rules else None,
    )


async def check_watching(host: Host, found: Game, viewer: str | None) -> None:
    """Raises Problem `not-found`, as if there were none, when a policy does not let this user see the game; its players
    always may."""
    if found.seat_of(viewer) is not None:
        return
    verdict = await host.ask("watch", viewer or "", found.id)
    if not verdict.allowed:
        raise _no_such_game()


def _no_such_game() -> Problem:
    return Problem("not-found", _("There is no such game."))


async def watchable(host: Host, games: Sequence[Game], viewer: str | None) -> list[Game]:
    """Those of the games that this user, None being a stranger, may see, in their order; policies are asked once."""
    others = [each.id for each in games if each.seat_of(viewer) is None]
    refused = await host.unwatchable(viewer or "", others) if others else frozenset()
    return [each for each in games if each.id not in refused]


def position_text(connection: sa.Connection, game_id: str, ply: int) -> str:
    """The stored position after so many moves, as JSON. Raises Problem `not-found`."""
    if ply == 0:
        query = sa.select(game.c.start_position).where(game.c.id == game_id)
    else:
        query = sa.select(game_move.c.position).where(game_move.c.game_id == game_id, game_move.c.ply == ply)
    text = connection.scalar(query)
    if text is None:
        raise no_such_ply(ply)
    return str(text)


def no_such_ply(ply: int) -> Problem:
    return Problem("not-found", _("The game has no ply {ply}.", ply=ply))


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC, with a Z."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
