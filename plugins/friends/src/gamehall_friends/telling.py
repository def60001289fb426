"""What users are told of friendships, where a hall has pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from gamehall.accounts import find_user, user_by_name
from gamehall.languages import N_, catalogue

if TYPE_CHECKING:  # only where there are pages is this imported, by the function that they call
    from gamehall_web_htmx.declare import NoticeKind

__all__ = ["notices"]

_ = catalogue(__name__)

Facts = Mapping[str, Any]


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
