"""Challenges as they are stored: read, put down, accepted, closed, and expired when nobody has answered in time.

What changes a challenge here is one transaction for it alone, so of several answers one is the first.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa

from gamehall.clockfields import ClockFilter, speed_of
from gamehall.clocks import DAY, HOUR, NoClock, Terms, stored_terms
from gamehall.database import Prepared, is_one_of, reads, serialize_on
from gamehall.declare import Host
from gamehall.events import LOBBY, NewEvent, user_channel
from gamehall.feed import emit
from gamehall.gamelog import timestamp
from gamehall.games import Opening, start_game
from gamehall.languages import N_, catalogue
from gamehall.limits import Limits, check_challenges, check_games
from gamehall.problems import Problem
from gamehall.tables import challenge, clock_is, user

__all__ = [
    "CHALLENGE",
    "Action",
    "Box",
    "Boxes",
    "Challenge",
    "ChallengeTerms",
    "accept",
    "as_challenge",
    "close",
    "closed",
    "due_challenges",
    "expire",
    "insert_challenge",
    "lifetime",
    "list_challenges",
    "load_challenge",
    "pending_challenges",
    "see_challenge",
    "start_at_once",
]

_ = catalogue(__name__)


Action = Literal["accept", "decline", "cancel"]
Box = Literal["received", "sent", "open"]

OPEN_FOR, KEPT_FOR = HOUR, 14 * DAY
"""How long an open challenge for a game in one sitting waits, and how long every other one does."""

_AT_ONCE = 100

_CLOSED = {
    "accepted": N_("The challenge was accepted already."),
    "declined": N_("The challenge was declined already."),
    "cancelled": N_("The challenge was cancelled already."),
    "expired": N_("The challenge has expired."),
}


class ChallengeTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody proposes. `seat` is the challenger's own; `opponent` a username, absent for an open challenge, and
    one's own for a game in which one plays both sides;
    `link` makes an invitation that only its link shows; `pair` takes an open challenge that fits, if there is one."""

    ruleset: str
    options: dict[str, Any] = {}
    opponent: str | None = None
    seat: Literal["random", 0, 1] = "random"
    clock: Terms = NoClock()
    link: bool = False
    pair: bool = False


class Challenge(msgspec.Struct, frozen=True):
    """A challenge's row with the names of both sides. `is_open` stays true when somebody has accepted it;
    `expires_at` is a moment of the hall's time."""

    id: str
    status: str
    ruleset: str
    options: dict[str, Any]
    clock: Terms
    seat: int | None
    is_open: bool
    by_link: bool
    pair: bool
    game_id: str | None
    created_at: str
    expires_at: int | None
    challenger_id: str
    challenger: str
    challenger_name: str
    opponent_id: str | None
    opponent: str | None
    opponent_name: str | None

    def seen_by(self, user_id: str | None) -> bool:
        """Whether this user may know of it without the link."""
        return self.is_open or (user_id is not None and user_id in (self.challenger_id, self.opponent_id))

    def open_for(self, hall_time: int) -> int | None:
        """Milliseconds until it expires; None when it does not."""
        if self.status != "pending" or self.expires_at is None:
            return None
        return max(0, self.expires_at - hall_time)

    @property
    def expires_after(self) -> str | None:
        """The time of day before which it does not expire; later when the hall was down meanwhile. None without one."""
        if self.status != "pending" or self.expires_at is None:
            return None
        made = datetime.fromisoformat(self.created_at)
        return timestamp(made + timedelta(milliseconds=lifetime(self.clock, is_open=self.is_open)))


_challenger, _opponent = user.alias("challenger"), user.alias("opponent")
CHALLENGE = (
    sa.select(
        challenge,
        _challenger.c.username.label("challenger"),
        _challenger.c.display_name.label("challenger_name"),
        _opponent.c.username.label("opponent"),
        _opponent.c.display_name.label("opponent_name"),
    )
    .join(_challenger, _challenger.c.id == challenge.c.challenger_id)
    .outerjoin(_opponent, _opponent.c.id == challenge.c.opponent_id)
)
"""Every challenge, as `as_challenge` reads it."""


def as_challenge(row: Any) -> Challenge:
    return Challenge(
        id=row.id,
        status=row.status,
        ruleset=row.ruleset,
        options=msgspec.json.decode(row.options),
        clock=stored_terms(row.clock),
        seat=row.seat,
        is_open=row.is_open,
        by_link=row.by_link,
        pair=row.pair,
        game_id=row.game_id,
        created_at=timestamp(row.created_at),
        expires_at=row.expires_at,
        challenger_id=row.challenger_id,
        challenger=row.challenger,
        challenger_name=row.challenger_name,
        opponent_id=row.opponent_id,
        opponent=row.opponent,
        opponent_name=row.opponent_name,
    )


def load_challenge(connection: sa.Connection, challenge_id: str) -> Challenge:
    """Raises Problem `not-found`."""
    row = connection.execute(CHALLENGE.where(challenge.c.id == challenge_id)).first()
    if row is None:
        raise Problem("not-found", _("There is no such challenge."))
    return as_challenge(row)


def see_challenge(connection: sa.Connection, challenge_id: str, viewer: str | None) -> Challenge:
    """The challenge, if this user may know of it. Raises Problem `not-found`."""
    found = load_challenge(connection, challenge_id)
    if not found.seen_by(viewer):
        raise Problem("not-found", _("There is no such challenge."))
    return found


def list_challenges(
    connection: sa.Connection,
    box: Box,
    viewer: str | None,
    limit: int = 50,
    before: str | None = None,
    *,
    ruleset: str | None = None,
    clock: ClockFilter | None = None,
    apart: Collection[str] = (),
) -> list[Challenge]:
    """Pending challenges of a box, newest first: those to this user, by this user, or open to all.

    Only those of a ruleset, and with a clock of a kind or a speed, when these are given; none by users who are `apart`.
    """
    query = _pending_in(box, viewer).limit(limit)
    if before:
        query = query.where(challenge.c.id < before)
    if clock:
        query = query.where(clock_is(challenge.c.clock, clock))
    if ruleset:
        query = query.where(reads(challenge.c.ruleset, ruleset))
    if apart:
        query = query.where(challenge.c.challenger_id.not_in(apart))
    return [as_challenge(row) for row in connection.execute(query)]


def _pending_in(box: Box, viewer: str | sa.BindParameter[str] | None) -> sa.Select[Any]:
    """Pending challenges of a box, newest first."""
    mine: dict[str, sa.ColumnElement[bool]] = {
        "received": challenge.c.opponent_id == viewer,
        "sent": challenge.c.challenger_id == viewer,
        "open": challenge.c.is_open,
    }
    return CHALLENGE.where(mine[box], challenge.c.status == "pending").order_by(challenge.c.id.desc())


class Boxes(NamedTuple):
    """Pending challenges that somebody may see, newest first."""

    received: list[Challenge]
    sent: list[Challenge]
    open: list[Challenge]


async def pending_challenges(
    host: Host,
    viewer: str | None,
    limit: int = 50,
    *,
    ruleset: str = "",
    clock: ClockFilter | None = None,
    apart: Collection[str] = (),
) -> Boxes:
    """The first of each box, those of others without whom this viewer is `apart` from; open ones only of a ruleset, and
    with a clock of a kind or a speed, when these are given."""
    asked = {"viewer": viewer or "", "apart": apart, "most": limit} | ({"ruleset": ruleset} if ruleset else {})
    found = Boxes([], [], [])
    for row in await host.look(_all_boxes(clock, of_ruleset=bool(ruleset)), **asked):
        getattr(found, row.box).append(as_challenge(row))
    return found


@cache
def _all_boxes(clock: ClockFilter | None, *, of_ruleset: bool) -> Prepared:
    boxes: tuple[Box, ...] = ("received", "sent", "open")
    parts = []
    for box in boxes:
        query = _pending_in(box, sa.bindparam("viewer", type_=sa.Text)).add_columns(sa.literal(box).label("box"))
        if box != "sent":
            query = query.where(~is_one_of(challenge.c.challenger_id, "apart"))
        if box == "open" and clock:
            query = query.where(clock_is(challenge.c.clock, clock))
        if box == "open" and of_ruleset:
            query = query.where(challenge.c.ruleset == sa.bindparam("ruleset", type_=sa.Text))
        parts.append(sa.select(query.limit(sa.bindparam("most", type_=sa.Integer)).subquery()))
    whole = sa.union_all(*parts).subquery()
    return Prepared(sa.select(whole).order_by(whole.c.id.desc()))


def insert_challenge(connection: sa.Connection, row: Mapping[str, Any], limits: Limits | None) -> Challenge:
    """Puts a challenge down and tells whom it concerns. Raises Problem `too-many-requests`."""
    check_challenges(connection, row["challenger_id"], stored_terms(row["clock"]), limits)
    connection.execute(challenge.insert(), dict(row))
    new = load_challenge(connection, row["id"])
    data = {
        "challenge_id": new.id,
        "ruleset": new.ruleset,
        "challenger": new.challenger,
        "options": new.options,
        "clock": new.clock,
    }
    if new.opponent_id is not None:
        emit(connection, [NewEvent("challenge_received", (user_channel(new.opponent_id),), data)])
    elif new.is_open:
        # Whoever does not meet the challenger is not told; readers of the feed need not look the name up for that.
        emit(connection, [NewEvent("challenge_opened", (LOBBY,), data | {"challenger_id": new.challenger_id})])
    return new


def start_at_once(
    connection: sa.Connection, row: Mapping[str, Any], opening: Opening, hall_time: int, limits: Limits | None
) -> Challenge:
    """Puts a challenge down as accepted and starts its game, where nobody needs to be asked; only the game is told of.

    Raises Problem `too-many-requests`.
    """
    challenger, clock = row["challenger_id"], stored_terms(row["clock"])
    check_games(connection, challenger, challenger, clock, limits)
    players = _seated(row["seat"], challenger, row["opponent_id"])
    game_id = start_game(connection, opening, players, clock, hall_time)
    connection.execute(challenge.insert(), dict(row) | {"status": "accepted", "game_id": game_id})
    return load_challenge(connection, row["id"])


def _seated(seat: int | None, challenger: str, other: str) -> tuple[str, str]:
    """The two by seat; `seat` is the challenger's, None for one by lot."""
    first = (secrets.randbelow(2) if seat is None else seat) == 0
    return (challenger, other) if first else (other, challenger)


def closed(found: Challenge) -> Problem:
    """Why a challenge that is not pending any more cannot be answered."""
    return Problem("challenge-closed", _(_CLOSED[found.status]), game_id=found.game_id)


def _pending(connection: sa.Connection, challenge_id: str, hall_time: int) -> Challenge:
    """The challenge, if nobody has answered it yet; nobody else can until this transaction ends.

    Raises Problem `challenge-closed`, also when its time is over and nobody has put that down yet.
    """
    serialize_on(connection, challenge_id)
    found = load_challenge(connection, challenge_id)
    if found.status == "pending" and found.open_for(hall_time) == 0:
        found = msgspec.structs.replace(found, status="expired")
    if found.status != "pending":
        raise closed(found)
    return found


def _settle(connection: sa.Connection, found: Challenge, values: Mapping[str, Any]) -> Challenge:
    connection.execute(challenge.update().where(challenge.c.id == found.id).values(**values))
    settled = load_challenge(connection, found.id)
    data = {"challenge_id": settled.id, "status": settled.status, "game_id": settled.game_id}
    people = {settled.challenger_id, *([settled.opponent_id] if settled.opponent_id else [])}
    events = [NewEvent("challenge_answered", tuple(sorted(user_channel(person) for person in people)), data)]
    if found.is_open:
        events.append(NewEvent("challenge_closed", (LOBBY,), data))
    emit(connection, events)
    return settled


def close(
    connection: sa.Connection, challenge_id: str, action: Literal["decline", "cancel"], hall_time: int
) -> Challenge:
    """Ends a challenge without a game. Raises Problem `not-found` or `challenge-closed`."""
    found = _pending(connection, challenge_id, hall_time)
    return _settle(connection, found, {"status": "declined" if action == "decline" else "cancelled"})


def accept(
    connection: sa.Connection, challenge_id: str, user_id: str, opening: Opening, hall_time: int, limits: Limits | None
) -> Challenge:
    """Starts the challenge's game with this user as the opponent.

    Raises Problem `not-found`, `challenge-closed`, `too-many-requests` when this user has too many games, or
    `not-possible` when the challenger has.
    """
    found = _pending(connection, challenge_id, hall_time)
    check_games(connection, found.challenger_id, user_id, found.clock, limits)
    players = _seated(found.seat, found.challenger_id, user_id)
    game_id = start_game(connection, opening, players, found.clock, hall_time)
    return _settle(connection, found, {"status": "accepted", "game_id": game_id, "opponent_id": user_id})


def lifetime(clock: Terms, *, is_open: bool) -> int:
    """How many milliseconds a challenge to a game by this clock waits for an answer."""
    return OPEN_FOR if is_open and speed_of(clock) != "correspondence" else KEPT_FOR


def due_challenges(connection: sa.Connection, hall_time: int) -> list[str]:
    """The ids of pending challenges whose time is over at this moment, some of them if they are many."""
    over = sa.select(challenge.c.id).where(challenge.c.status == "pending", challenge.c.expires_at <= hall_time)
    return list(connection.scalars(over.order_by(challenge.c.expires_at).limit(_AT_ONCE)))


def expire(connection: sa.Connection, challenge_id: str, hall_time: int) -> bool:
    """Closes a challenge if it is still pending and its time is over; whether it was."""
    serialize_on(connection, challenge_id)
    found = load_challenge(connection, challenge_id)
    due = found.open_for(hall_time) == 0
    if due:
        _settle(connection, found, {"status": "expired"})
    return due
