"""Asking somebody to be friends, answering, and ending a friendship. Two users' affairs wait for each other under one
name, so that requests which cross become one friendship and a block is never overtaken."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa

from gamehall.accounts import User, user_by_name
from gamehall.events import NewEvent, user_channel
from gamehall.feed import emit
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.rates import Rate
from gamehall.tables import new_id, now
from gamehall_friends.blocking import check_not_blocked
from gamehall_friends.relations import (
    Relation,
    alone_on,
    find_request,
    has_blocked,
    is_heard,
    other_person,
    relation_with,
)
from gamehall_friends.tables import relation
from gamehall_friends.telling import tell_answer

__all__ = ["ASKING", "Action", "ask", "end_friendship", "join_by_invitation", "respond"]

_ = catalogue(__name__)

Action = Literal["accept", "decline", "cancel"]
ASKING = Rate("befriend", 60, 3_600)
"""How often one user may ask others to be friends."""
_ANSWERED = {"accept": "friends", "decline": "declined", "cancel": "cancelled"}


def ask(connection: sa.Connection, user_id: str, username: str) -> Relation:
    """Asks somebody to be friends; whoever asks the one who has asked them is friends at once.

    Whoever was blocked by the other asks like anybody else, and is not heard. Raises Problem `not-found`, `invalid` for
    oneself, `already-exists`, `forbidden` for a guest or an account that a plugin plays, or `not-possible` for somebody
    whom one has blocked.
    """
    other = other_person(connection, user_id, username, _("You cannot ask yourself."))
    if other.played_by is not None:
        raise Problem(
            "forbidden",
            _("{display_name} is always there for everybody and makes no friends.", display_name=other.display_name),
        )
    if other.is_guest:
        raise Problem(
            "forbidden",
            _("{display_name} is a guest; ask again when they have an account.", display_name=other.display_name),
        )
    alone_on(connection, user_id, other.id)
    check_not_blocked(connection, user_id, other)
    found = relation_with(connection, user_id, other.id)
    if found is None:
        return _request(connection, user_id, other)
    if found.status == "friends":
        raise Problem(
            "already-exists", _("You and {display_name} are friends already.", display_name=other.display_name)
        )
    if found.requested_by == user_id:
        raise Problem("already-exists", _("You have asked {display_name} already.", display_name=other.display_name))
    return _befriend(connection, found)


def join_by_invitation(connection: sa.Connection, user_id: str, inviter: User) -> Relation:
    """Makes friends of this user and whoever gave them the link, who need not be asked.

    Whom the inviter has blocked asks in vain, as they would without a link. Raises Problem `invalid` for one's own link
    and `not-possible` where one has blocked the inviter.
    """
    other_person(connection, user_id, inviter.username, _("This is your own invitation: send it to somebody else."))
    alone_on(connection, user_id, inviter.id)
    check_not_blocked(connection, user_id, inviter)
    found = relation_with(connection, user_id, inviter.id)
    if has_blocked(connection, inviter.id, user_id):
        return found or _request(connection, user_id, inviter)
    if found is None:
        found = _insert(connection, inviter.id, user_id)
    return found if found.status == "friends" else _befriend(connection, found, requested_by=inviter.id)


def _insert(connection: sa.Connection, user_id: str, other_id: str) -> Relation:
    low, high = sorted((user_id, other_id))
    values = {"user_low": low, "user_high": high, "id": new_id(), "requested_by": user_id, "status": "pending"}
    connection.execute(relation.insert(), values | {"since": now()})
    return find_request(connection, values["id"])


def _request(connection: sa.Connection, user_id: str, other: User) -> Relation:
    new = _insert(connection, user_id, other.id)
    if is_heard(connection, new):
        asker = new.requester
        data = {"request_id": new.id, "username": asker.username, "display_name": asker.display_name}
        emit(connection, [NewEvent("friend_request", (user_channel(other.id),), data)])
    return new


def _befriend(connection: sa.Connection, found: Relation, requested_by: str | None = None) -> Relation:
    values = {"status": "friends", "since": now(), "requested_by": requested_by or found.requested_by}
    connection.execute(relation.update().where(relation.c.id == found.id).values(values))
    friends = find_request(connection, found.id)
    tell_answer(connection, friends, "friends")
    return friends


def respond(connection: sa.Connection, user_id: str, request_id: str, action: Action) -> str:
    """Accepts, declines or cancels a request; what became of it: friends, declined or cancelled.

    Raises Problem `not-found`, `forbidden`, or `conflict` when it was accepted already.
    """
    found = find_request(connection, request_id)
    if user_id not in (found.low.id, found.high.id):
        raise Problem("not-found", _("There is no such request."))
    alone_on(connection, found.low.id, found.high.id)
    found = find_request(connection, request_id)  # as whoever was here before left it
    other = found.other(user_id)
    if found.status != "pending":
        raise Problem("conflict", _("You and {display_name} are friends already.", display_name=other.display_name))
    own = found.requested_by == user_id
    if not own and not is_heard(connection, found):
        raise Problem("not-found", _("There is no such request."))
    if own and action != "cancel":
        raise Problem("forbidden", _("Only the one who was asked can accept or decline."))
    if not own and action == "cancel":
        raise Problem("forbidden", _("Only the one who asked can cancel."))
    if action == "accept":
        _befriend(connection, found)
    else:
        connection.execute(relation.delete().where(relation.c.id == found.id))
        tell_answer(connection, found, _ANSWERED[action], heard=is_heard(connection, found))
    return _ANSWERED[action]


def end_friendship(connection: sa.Connection, user_id: str, username: str) -> None:
    """Raises Problem `not-found` when they are not friends."""
    other = user_by_name(connection, username)
    alone_on(connection, user_id, other.id)
    found = relation_with(connection, user_id, other.id)
    if found is None or found.status != "friends":
        raise Problem("not-found", _("You and {display_name} are not friends.", display_name=other.display_name))
    connection.execute(relation.delete().where(relation.c.id == found.id))
    tell_answer(connection, found, "ended")
