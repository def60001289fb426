"""The transactions of friendships. Two users' affairs wait for each other under one name, so that requests which cross
become one friendship and a block is never overtaken."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from gamehall.accounts import User, printable, user_by_name
from gamehall.database import serialize_on
from gamehall.events import NewEvent, user_channel
from gamehall.feed import emit
from gamehall.languages import catalogue
from gamehall.problems import FieldError, Problem
from gamehall.tables import new_id, now, user
from gamehall_friends.tables import block, relation

__all__ = [
    "Action",
    "Box",
    "Named",
    "Relation",
    "add_block",
    "are_blocked",
    "ask",
    "blocks_of",
    "end_friendship",
    "friends_of",
    "has_blocked",
    "relation_with",
    "remove_block",
    "requests_of",
    "respond",
]

_ = catalogue(__name__)


Action = Literal["accept", "decline", "cancel"]
Box = Literal["received", "sent"]
_ANSWERED = {"accept": "friends", "decline": "declined", "cancel": "cancelled"}


class Named(msgspec.Struct, frozen=True):
    """A user as others see them."""

    id: str
    username: str
    display_name: str


class Relation(msgspec.Struct, frozen=True):
    """What is between two users, and since when: a pending request or a friendship."""

    id: str
    low: Named
    high: Named
    requested_by: str
    status: str
    since: datetime

    def other(self, user_id: str) -> Named:
        """The one of the two who is not this user."""
        return self.high if self.low.id == user_id else self.low

    @property
    def requester(self) -> Named:
        return self.low if self.low.id == self.requested_by else self.high

    @property
    def addressee(self) -> Named:
        return self.other(self.requested_by)


_low, _high = user.alias("low"), user.alias("high")
_RELATION = (
    sa.select(
        relation,
        _low.c.username.label("low_username"),
        _low.c.display_name.label("low_name"),
        _high.c.username.label("high_username"),
        _high.c.display_name.label("high_name"),
    )
    .join(_low, _low.c.id == relation.c.user_low)
    .join(_high, _high.c.id == relation.c.user_high)
)


def _relation(row: sa.Row[Any]) -> Relation:
    return Relation(
        id=row.id,
        low=Named(row.user_low, row.low_username, row.low_name),
        high=Named(row.user_high, row.high_username, row.high_name),
        requested_by=row.requested_by,
        status=row.status,
        since=row.since,
    )


def _of(user_id: str) -> sa.Select[Any]:
    """Everything between this user and others who are active."""
    mine = sa.or_(relation.c.user_low == user_id, relation.c.user_high == user_id)
    return _RELATION.where(mine, _low.c.is_active, _high.c.is_active)


def friends_of(connection: sa.Connection, user_id: str, limit: int, after: str = "") -> list[Relation]:
    """The user's friends by their usernames, from behind one of them on."""
    name = sa.case((relation.c.user_low == user_id, _high.c.username_key), else_=_low.c.username_key)
    query = _of(user_id).where(relation.c.status == "friends", name > printable(after).casefold())
    return [_relation(row) for row in connection.execute(query.order_by(name).limit(limit))]


def requests_of(
    connection: sa.Connection, user_id: str, box: Box, limit: int, before: str | None = None
) -> list[Relation]:
    """Pending requests to or by this user, the newest first."""
    sent = relation.c.requested_by == user_id
    query = _of(user_id).where(relation.c.status == "pending", sent if box == "sent" else ~sent)
    if before is not None:
        query = query.where(relation.c.id < before)
    return [_relation(row) for row in connection.execute(query.order_by(relation.c.id.desc()).limit(limit))]


def blocks_of(connection: sa.Connection, user_id: str, limit: int, after: str = "") -> list[Named]:
    """Whom this user has blocked, by their usernames, from behind one of them on."""
    query = (
        sa.select(user.c.id, user.c.username, user.c.display_name)
        .join(block, block.c.blocked_id == user.c.id)
        .where(block.c.blocker_id == user_id, user.c.is_active, user.c.username_key > printable(after).casefold())
        .order_by(user.c.username_key)
        .limit(limit)
    )
    return [Named(*row) for row in connection.execute(query)]


def are_blocked(connection: sa.Connection, one: str, other: str) -> bool:
    """Whether one of these users has blocked the other."""
    either = sa.tuple_(block.c.blocker_id, block.c.blocked_id).in_([(one, other), (other, one)])
    return connection.execute(sa.select(block.c.blocker_id).where(either).limit(1)).first() is not None


def has_blocked(connection: sa.Connection, blocker: str, blocked: str) -> bool:
    query = sa.select(block.c.blocker_id).where(block.c.blocker_id == blocker, block.c.blocked_id == blocked)
    return connection.execute(query).first() is not None


def relation_with(connection: sa.Connection, one: str, other: str) -> Relation | None:
    """What is between two users, None when nothing is."""
    low, high = sorted((one, other))
    row = connection.execute(_RELATION.where(relation.c.user_low == low, relation.c.user_high == high)).first()
    return _relation(row) if row else None


def ask(connection: sa.Connection, user_id: str, username: str) -> Relation:
    """Asks somebody to be friends; whoever asks the one who has asked them is friends at once.

    Raises Problem `not-found`, `invalid` for oneself, `already-exists`, or `forbidden` where a plugin plays for the
    other, or one of the two has blocked the other: that in the same words whoever did.
    """
    other = _other(connection, user_id, username, "You cannot ask yourself.")
    if other.played_by is not None:
        raise Problem(
            "forbidden",
            _("{display_name} is always there for everybody and makes no friends.", display_name=other.display_name),
        )
    _alone_on(connection, user_id, other.id)
    if are_blocked(connection, user_id, other.id):
        raise Problem(
            "forbidden",
            _("You cannot ask {display_name} to be friends at the moment.", display_name=other.display_name),
        )
    found = relation_with(connection, user_id, other.id)
    if found is None:
        return _request(connection, user_id, other.id)
    if found.status == "friends":
        raise Problem(
            "already-exists", _("You and {display_name} are friends already.", display_name=other.display_name)
        )
    if found.requested_by == user_id:
        raise Problem("already-exists", _("You have asked {display_name} already.", display_name=other.display_name))
    return _befriend(connection, found)


def _other(connection: sa.Connection, user_id: str, username: str, refusal: str) -> User:
    other = user_by_name(connection, username)
    if other.id == user_id:
        raise Problem("invalid", refusal, errors=(FieldError("username", refusal),))
    return other


def _alone_on(connection: sa.Connection, one: str, other: str) -> None:
    serialize_on(connection, "friends {} {}".format(*sorted((one, other))))


def _request(connection: sa.Connection, user_id: str, other_id: str) -> Relation:
    low, high = sorted((user_id, other_id))
    values = {"user_low": low, "user_high": high, "id": new_id(), "requested_by": user_id, "status": "pending"}
    connection.execute(relation.insert(), values | {"since": now()})
    new = _by_id(connection, values["id"])
    data = {
        "request_id": new.id,
        "username": new.requester.username,
        "display_name": new.requester.display_name,
    }
    emit(connection, [NewEvent("friend_request", (user_channel(other_id),), data)])
    return new


def _by_id(connection: sa.Connection, request_id: str) -> Relation:
    row = connection.execute(_RELATION.where(relation.c.id == request_id)).first()
    if row is None:
        raise Problem("not-found", _("There is no such request."))
    return _relation(row)


def _befriend(connection: sa.Connection, found: Relation) -> Relation:
    connection.execute(relation.update().where(relation.c.id == found.id).values(status="friends", since=now()))
    _tell(connection, found, "friends")
    return _by_id(connection, found.id)


def _tell(connection: sa.Connection, found: Relation, status: str) -> None:
    data = {
        "request_id": found.id,
        "status": status,
        "requester": found.requester.username,
        "addressee": found.addressee.username,
    }
    both = (user_channel(found.low.id), user_channel(found.high.id))
    emit(connection, [NewEvent("friend_answered", both, data)])


def respond(connection: sa.Connection, user_id: str, request_id: str, action: Action) -> str:
    """Accepts, declines or cancels a request; what became of it: friends, declined or cancelled.

    Raises Problem `not-found`, `forbidden`, or `conflict` when it was accepted already.
    """
    found = _by_id(connection, request_id)
    if user_id not in (found.low.id, found.high.id):
        raise Problem("not-found", _("There is no such request."))
    _alone_on(connection, found.low.id, found.high.id)
    found = _by_id(connection, request_id)  # as whoever was here before left it
    if found.status != "pending":
        raise Problem(
            "conflict", _("You and {display_name} are friends already.", display_name=found.other(user_id).display_name)
        )
    own = found.requested_by == user_id
    if own and action != "cancel":
        raise Problem("forbidden", _("Only the one who was asked can accept or decline."))
    if not own and action == "cancel":
        raise Problem("forbidden", _("Only the one who asked can cancel."))
    if action == "accept":
        _befriend(connection, found)
    else:
        _delete(connection, found)
        _tell(connection, found, _ANSWERED[action])
    return _ANSWERED[action]


def _delete(connection: sa.Connection, found: Relation) -> None:
    connection.execute(relation.delete().where(relation.c.id == found.id))


def end_friendship(connection: sa.Connection, user_id: str, username: str) -> None:
    """Raises Problem `not-found` when they are not friends."""
    other = user_by_name(connection, username)
    _alone_on(connection, user_id, other.id)
    found = relation_with(connection, user_id, other.id)
    if found is None or found.status != "friends":
        raise Problem("not-found", _("You and {display_name} are not friends.", display_name=other.display_name))
    _delete(connection, found)
    _tell(connection, found, "ended")


def add_block(connection: sa.Connection, user_id: str, username: str) -> None:
    """Blocks somebody, which ends a friendship and whatever was asked. The other sees only that.

    Raises Problem `not-found`, or `invalid` for oneself.
    """
    other = _other(connection, user_id, username, "You cannot block yourself.")
    _alone_on(connection, user_id, other.id)
    if not has_blocked(connection, user_id, other.id):
        connection.execute(block.insert(), {"blocker_id": user_id, "blocked_id": other.id, "created_at": now()})
    found = relation_with(connection, user_id, other.id)
    if found is not None:
        _delete(connection, found)
        unanswered = "cancelled" if found.requested_by == user_id else "declined"
        _tell(connection, found, "ended" if found.status == "friends" else unanswered)


def remove_block(connection: sa.Connection, user_id: str, username: str) -> None:
    """Raises Problem `not-found` for an unknown user; that there was no block is well."""
    other = user_by_name(connection, username)
    connection.execute(block.delete().where(block.c.blocker_id == user_id, block.c.blocked_id == other.id))
