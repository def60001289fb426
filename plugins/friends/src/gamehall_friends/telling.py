"""What users are told of friendships: as events, and as notices where a hall has pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from gamehall.accounts import find_user, user_by_name
from gamehall.events import NewEvent, user_channel
from gamehall.feed import emit
from gamehall.languages import N_, catalogue
from gamehall_friends.relations import Relation

if TYPE_CHECKING:  # only where there are pages is this imported, by the function that they call
    from gamehall_web_htmx.declare import NoticeKind

__all__ = ["CHANGES", "notices", "tell_answer"]

_ = catalogue(__name__)

CHANGES = ("presence", "friend_request", "friend_answered")
"""The events that change what is shown of friends."""

Facts = Mapping[str, Any]


def tell_answer(connection: sa.Connection, found: Relation, status: str, *, heard: bool = True) -> None:
    """Tells both what has become of what was between them; only the one who had asked, where that was not `heard`."""
    data = {
        "request_id": found.id,
        "status": status,
        "requester": found.requester.username,
        "addressee": found.addressee.username,
    }
    people = (found.low, found.high) if heard else (found.requester,)
    emit(connection, [NewEvent("friend_answered", tuple(user_channel(each.id) for each in people), data)])


def notices() -> list[NoticeKind]:
    """Who was asked is told, and whoever asked is told of a yes. A no, a block and an end are left unsaid."""
    from gamehall_web_htmx.declare import NoticeKind

    return [
        NoticeKind("friend_request", _asked, _saying(N_("{name} asks to be your friend.")), lambda _facts: "/friends"),
        NoticeKind("friend_answered", _accepted, _saying(N_("You and {name} are friends now.")), _profile),
    ]


def _saying(text: str) -> Callable[[Facts], str]:
    return lambda facts: _(text, name=facts["name"])


def _asked(_connection: sa.Connection, _user_id: str, data: Facts) -> Facts:
    return {"name": data["display_name"], "username": data["username"]}


def _accepted(connection: sa.Connection, user_id: str, data: Facts) -> Facts | None:
    asker = find_user(connection, user_id)
    if data["status"] != "friends" or asker is None or asker.username != data["requester"]:
        return None
    other = user_by_name(connection, data["addressee"])
    return {"name": other.display_name, "username": other.username}


def _profile(facts: Facts) -> str:
    return f"/@{facts['username']}"
