"""What is between two users, read: a request that waits for its answer, or a friendship. One row for each two, whoever
asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa

from gamehall.accounts import User, printable, user_by_name
from gamehall.database import Prepared, serialize_on
from gamehall.declare import Host
from gamehall.languages import catalogue
from gamehall.problems import FieldError, Problem
from gamehall.tables import user
from gamehall_friends.tables import block, follow, relation

__all__ = [
    "Box",
    "Circle",
    "Named",
    "Relation",
    "alone_on",
    "circle_of",
    "find_request",
    "friend_ids",
    "friends_of",
    "has_blocked",
    "is_heard",
    "other_person",
    "relation_with",
    "requests_of",
    "requests_waiting",
]

_ = catalogue(__name__)

Box = Literal["received", "sent"]


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


def _as_relation(row: Any) -> Relation:
    return Relation(
        id=row.id,
        low=Named(row.user_low, row.low_username, row.low_name),
        high=Named(row.user_high, row.high_username, row.high_name),
        requested_by=row.requested_by,
        status=row.status,
        since=row.since,
    )


def _of(user_id: str | sa.BindParameter[str]) -> sa.Select[Any]:
    """Everything between this user and others who are active."""
    mine = sa.or_(relation.c.user_low == user_id, relation.c.user_high == user_id)
    return _RELATION.where(mine, _low.c.is_active, _high.c.is_active)


_user = sa.bindparam("user_id", type_=sa.Text)
_name = sa.case((relation.c.user_low == _user, _high.c.username_key), else_=_low.c.username_key)
_by_name = (
    _of(_user).where(relation.c.status == "friends").order_by(_name).limit(sa.bindparam("most", type_=sa.Integer))
)
_FRIENDS = Prepared(_by_name.where(_name > sa.bindparam("after")))


def friends_of(connection: sa.Connection, user_id: str, limit: int, after: str = "") -> list[Relation]:
    """The user's friends by their usernames, from behind one of them on."""
    behind = printable(after).casefold()
    return [_as_relation(row) for row in _FRIENDS.rows(connection, user_id=user_id, after=behind, most=limit)]


def friend_ids(user_id: str | sa.BindParameter[str]) -> sa.Select[str]:
    """A query of the ids of the user's friends, for use in others."""
    sides = ((relation.c.user_high, relation.c.user_low), (relation.c.user_low, relation.c.user_high))
    found = [sa.select(theirs).where(mine == user_id, relation.c.status == "friends") for theirs, mine in sides]
    return sa.select(sa.union_all(*found).subquery().c[0])


def _requests(user_id: str | sa.BindParameter[str], box: Box) -> sa.ColumnElement[bool]:
    """Pending requests of a box. Whoever was blocked by the one whom they ask waits in vain: nobody else sees it."""
    sent = relation.c.requested_by == user_id
    if box == "sent":
        return sa.and_(relation.c.status == "pending", sent)
    unwanted = sa.select(block.c.blocked_id).where(block.c.blocker_id == user_id)
    return sa.and_(relation.c.status == "pending", ~sent, relation.c.requested_by.not_in(unwanted))


def requests_of(
    connection: sa.Connection, user_id: str, box: Box, limit: int, before: str | None = None
) -> list[Relation]:
    """Pending requests to or by this user, the newest first."""
    query = _of(user_id).where(_requests(user_id, box))
    if before is not None:
        query = query.where(relation.c.id < before)
    return [_as_relation(row) for row in connection.execute(query.order_by(relation.c.id.desc()).limit(limit))]


_waiting = _of(_user).where(_requests(_user, "received"))
_WAITING = Prepared(sa.select(sa.func.count().label("number")).select_from(_waiting.subquery()))


async def requests_waiting(host: Host, user_id: str) -> int:
    """How many requests wait for this user's answer."""
    ((number,),) = await host.look(_WAITING, user_id=user_id)
    return int(number)


class Circle(NamedTuple):
    """The first of a user's friends by their usernames, how many requests wait for this user's answer, and whether they
    follow anybody."""

    friends: list[Relation]
    waiting: int
    follows: bool


_first = _by_name.add_columns(_name.label("place")).subquery()
_CIRCLE = Prepared(
    sa.select(
        _first,
        sa.select(sa.func.count()).select_from(_waiting.subquery()).scalar_subquery().label("waiting"),
        sa.exists().where(follow.c.follower_id == _user).label("follows"),
    )
    .select_from(user)
    .outerjoin(_first, sa.true())
    .where(user.c.id == _user)
    .order_by(_first.c.place)
)


async def circle_of(host: Host, user_id: str, limit: int) -> Circle:
    """All of it by one look."""
    rows = await host.look(_CIRCLE, user_id=user_id, most=limit)
    friends = [_as_relation(row) for row in rows if row.id is not None]
    return Circle(friends, int(rows[0].waiting), bool(rows[0].follows)) if rows else Circle([], 0, False)


def relation_with(connection: sa.Connection, one: str, other: str) -> Relation | None:
    """What is between two users, None when nothing is."""
    low, high = sorted((one, other))
    row = connection.execute(_RELATION.where(relation.c.user_low == low, relation.c.user_high == high)).first()
    return _as_relation(row) if row else None


def has_blocked(connection: sa.Connection, blocker: str, blocked: str) -> bool:
    query = sa.select(block.c.blocker_id).where(block.c.blocker_id == blocker, block.c.blocked_id == blocked)
    return connection.execute(query).first() is not None


def is_heard(connection: sa.Connection, found: Relation) -> bool:
    """Whether the one who was asked knows of it: not if they have blocked the one who asks."""
    return not has_blocked(connection, found.addressee.id, found.requester.id)


def find_request(connection: sa.Connection, request_id: str) -> Relation:
    """The relation with this id. Raises Problem `not-found`."""
    row = connection.execute(_RELATION.where(relation.c.id == request_id)).first()
    if row is None:
        raise Problem("not-found", _("There is no such request."))
    return _as_relation(row)


def other_person(connection: sa.Connection, user_id: str, username: str, refusal: str) -> User:
    """The active user of this name. Raises Problem `not-found`, or `invalid` with the refusal for oneself."""
    other = user_by_name(connection, username)
    if other.id == user_id:
        raise Problem("invalid", refusal, errors=(FieldError("username", refusal),))
    return other


def alone_on(connection: sa.Connection, one: str, other: str) -> None:
    """Lets nobody else change what is between these two until the transaction ends."""
    serialize_on(connection, "friends {} {}".format(*sorted((one, other))))
