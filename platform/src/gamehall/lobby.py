"""Challenges: to one user, by link, or open to whoever comes first."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from advanced_alchemy.filters import CollectionFilter, LimitOffset, OrderBy, StatementFilter

from gamehall.accounts import User, user_by_name
from gamehall.clocks import NoClock, Terms
from gamehall.database import serialize_on
from gamehall.declare import Host
from gamehall.events import LOBBY, NewEvent, user_channel
from gamehall.feed import emit
from gamehall.game import options_schema
from gamehall.gamelog import timestamp
from gamehall.games import Opening, open_game, start_game
from gamehall.problems import FieldError, Problem
from gamehall.tables import challenge, new_id, now, user

__all__ = [
    "Action",
    "Box",
    "Challenge",
    "ChallengeTerms",
    "challenge_by_code",
    "create_challenge",
    "invite_code",
    "list_challenges",
    "load_challenge",
    "respond",
    "see_challenge",
]

Action = Literal["accept", "decline", "cancel"]
Box = Literal["received", "sent", "open"]


class ChallengeTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody proposes. `seat` is the challenger's own; `opponent` a username, absent for an open challenge;
    `link` makes an invitation that only its link shows."""

    ruleset: str
    options: dict[str, Any] = {}
    opponent: str | None = None
    seat: Literal["random", 0, 1] = "random"
    clock: Terms = NoClock()
    link: bool = False


class Challenge(msgspec.Struct, frozen=True):
    """A challenge's row with the names of both sides. `is_open` stays true when somebody has accepted it."""

    id: str
    status: str
    ruleset: str
    options: dict[str, Any]
    clock: Terms
    seat: int | None
    is_open: bool
    by_link: bool
    game_id: str | None
    created_at: str
    challenger_id: str
    challenger: str
    challenger_name: str
    opponent_id: str | None
    opponent: str | None
    opponent_name: str | None

    def seen_by(self, user_id: str | None) -> bool:
        """Whether this user may know of it without the link."""
        return self.is_open or (user_id is not None and user_id in (self.challenger_id, self.opponent_id))


_challenger, _opponent = user.alias("challenger"), user.alias("opponent")
_CHALLENGE = (
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


def _challenge(row: sa.Row[Any]) -> Challenge:
    values = {str(name): value for name, value in row._mapping.items()}  # SQLAlchemy's names are a kind of str
    values |= {"options": msgspec.json.decode(row.options), "clock": msgspec.json.decode(row.clock, type=Terms)}
    return msgspec.convert(values | {"created_at": timestamp(row.created_at)}, Challenge)


def load_challenge(connection: sa.Connection, challenge_id: str) -> Challenge:
    """Raises Problem `not-found`."""
    row = connection.execute(_CHALLENGE.where(challenge.c.id == challenge_id)).first()
    if row is None:
        raise Problem("not-found", "There is no such challenge.")
    return _challenge(row)


def see_challenge(connection: sa.Connection, challenge_id: str, viewer: str | None) -> Challenge:
    """The challenge, if this user may know of it. Raises Problem `not-found`."""
    found = load_challenge(connection, challenge_id)
    if not found.seen_by(viewer):
        raise Problem("not-found", "There is no such challenge.")
    return found


def list_challenges(
    connection: sa.Connection, box: Box, viewer: str | None, limit: int = 50, before: str | None = None
) -> list[Challenge]:
    """Pending challenges of a box, newest first: those to this user, by this user, or open to all."""
    mine: dict[str, sa.ColumnElement[bool]] = {
        "received": challenge.c.opponent_id == viewer,
        "sent": challenge.c.challenger_id == viewer,
        "open": challenge.c.is_open,
    }
    query = _CHALLENGE.where(mine[box])
    if before:
        query = query.where(challenge.c.id < before)
    filters: tuple[StatementFilter, ...] = (
        CollectionFilter("status", ["pending"]),
        OrderBy("id", "desc"),
        LimitOffset(limit, 0),
    )
    for each in filters:
        query = each.append_to_statement(query, challenge.c)  # type: ignore[arg-type]  # columns serve as a model does
    return [_challenge(row) for row in connection.execute(query)]


async def create_challenge(host: Host, challenger_id: str, terms: ChallengeTerms) -> Challenge:
    """Proposes a game. Raises Problem `invalid` with the fields, `not-found`, or `forbidden` by a policy."""
    ruleset = host.offered_rulesets.get(terms.ruleset)
    if ruleset is None:
        raise _invalid("ruleset", f"There is no ruleset {terms.ruleset!r} here.")
    if len(ruleset.seats) != 2:
        raise _invalid("ruleset", f"{ruleset.title} is for {len(ruleset.seats)} players; a challenge is for two.")
    if terms.link and terms.opponent:
        raise _invalid("link", "Give an opponent or ask for a link, not both.")
    options = _opening(host, terms.ruleset, terms.options).options
    opponent: User | None = None
    if terms.opponent is not None:
        opponent = await host.read(user_by_name, terms.opponent)
        if opponent.id == challenger_id:
            raise _invalid("opponent", "You cannot challenge yourself.")
        await _ask_policies(host, challenger_id, opponent.id)
    row = {
        "id": new_id(),
        "ruleset": terms.ruleset,
        "options": options,
        "challenger_id": challenger_id,
        "opponent_id": opponent.id if opponent else None,
        "seat": None if terms.seat == "random" else terms.seat,
        "clock": msgspec.json.encode(terms.clock).decode(),
        "is_open": opponent is None and not terms.link,
        "by_link": terms.link,
        "status": "pending",
        "created_at": now(),
    }
    return await host.write(_insert, row)


def _insert(connection: sa.Connection, row: Mapping[str, Any]) -> Challenge:
    connection.execute(challenge.insert(), dict(row))
    new = load_challenge(connection, row["id"])
    data = {"challenge_id": new.id, "ruleset": new.ruleset, "challenger": new.challenger, "options": new.options}
    if new.opponent_id is not None:
        emit(connection, [NewEvent("challenge_received", (user_channel(new.opponent_id),), data)])
    elif new.is_open:
        emit(connection, [NewEvent("challenge_opened", (LOBBY,), data)])
    return new


async def respond(host: Host, challenge_id: str, user_id: str, action: Action, *, by_code: bool = False) -> Challenge:
    """Accepts, declines or cancels; accepting starts the game. `by_code` says that the user came by its link.

    Raises Problem `not-found`, `forbidden` or `challenge-closed`.
    """
    found = await host.read(load_challenge, challenge_id)
    if not found.seen_by(user_id) and not by_code:
        raise Problem("not-found", "There is no such challenge.")
    _check_right(found, user_id, action)
    if action != "accept":
        return await host.write(_close, challenge_id, action)
    if found.status != "pending":
        raise _closed(found)
    if found.ruleset not in host.offered_rulesets:
        raise Problem("challenge-closed", "The rules of this challenge are not offered here any more.")
    await _ask_policies(host, user_id, found.challenger_id)
    opening = _opening(host, found.ruleset, found.options)
    return await host.write(_accept, challenge_id, user_id, opening, host.hall_time())


def _check_right(found: Challenge, user_id: str, action: Action) -> None:
    own = user_id == found.challenger_id
    if action == "cancel" and not own:
        raise Problem("forbidden", "Only the challenger can cancel a challenge.")
    if action == "accept" and own:
        raise Problem("forbidden", "You cannot accept your own challenge.")
    if action == "decline" and user_id != found.opponent_id:
        raise Problem("forbidden", "Only the challenged user can decline.")


def _closed(found: Challenge) -> Problem:
    return Problem("challenge-closed", f"The challenge was {found.status} already.", game_id=found.game_id)


def _pending(connection: sa.Connection, challenge_id: str) -> Challenge:
    """The challenge, if nobody has answered it yet; nobody else can until this transaction ends."""
    serialize_on(connection, challenge_id)
    found = load_challenge(connection, challenge_id)
    if found.status != "pending":
        raise _closed(found)
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


def _close(connection: sa.Connection, challenge_id: str, action: Action) -> Challenge:
    found = _pending(connection, challenge_id)
    return _settle(connection, found, {"status": "declined" if action == "decline" else "cancelled"})


def _accept(connection: sa.Connection, challenge_id: str, user_id: str, opening: Opening, hall_time: int) -> Challenge:
    found = _pending(connection, challenge_id)
    seat = secrets.randbelow(2) if found.seat is None else found.seat
    players = (found.challenger_id, user_id) if seat == 0 else (user_id, found.challenger_id)
    game_id = start_game(connection, opening, players, found.clock, hall_time)
    return _settle(connection, found, {"status": "accepted", "game_id": game_id, "opponent_id": user_id})


async def _ask_policies(host: Host, asker: str, other: str) -> None:
    verdict = await host.ask("challenge", asker, other)
    if not verdict.allowed:
        raise Problem("forbidden", verdict.why)


def _opening(host: Host, key: str, options: Mapping[str, Any]) -> Opening:
    ruleset = host.rulesets[key]
    try:
        return open_game(ruleset, options)
    except (msgspec.ValidationError, ValueError) as error:
        names = ", ".join(options_schema(ruleset).get("properties", {})) or "none"
        raise _invalid("options", f"{error}. The options of {ruleset.title}: {names}.") from error


def _invalid(field: str, message: str) -> Problem:
    return Problem("invalid", message, errors=(FieldError(field, message),))


def invite_code(secret: bytes, challenge_id: str) -> str:
    """The code in a challenge's link. It is derived, so that nobody who reads the database can accept."""
    return f"{challenge_id}{hmac.digest(secret, b'invite:' + challenge_id.encode(), 'sha256').hex()[:16]}"


def challenge_by_code(secret: bytes, code: str) -> str:
    """The id of the challenge that this code invites to. Raises Problem `not-found`."""
    challenge_id = code[:26]
    if not hmac.compare_digest(invite_code(secret, challenge_id).encode(), code.encode()):
        raise Problem("not-found", "This invitation is not valid.")
    return challenge_id
