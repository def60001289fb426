"""What friends look like on the pages, where a hall has pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, cast, get_args

import sqlalchemy as sa

from gamehall.accounts import user_by_name
from gamehall.asking import known_id
from gamehall.declare import Host, Principal
from gamehall.languages import N_, catalogue
from gamehall.problems import Problem
from gamehall_friends.relations import (
    Action,
    add_block,
    ask,
    blocks_of,
    end_friendship,
    friends_of,
    has_blocked,
    relation_with,
    remove_block,
    requests_of,
    respond,
)

if TYPE_CHECKING:  # only where there are pages is this imported, by the functions that they call
    from gamehall_web_htmx.declare import Page, Slot

__all__ = ["pages", "slots"]

_ = catalogue(__name__)


PATH = "/friends"
_IN_LOBBY = 12
_ON_PAGE = 100

Fields = Mapping[str, str]


def slots(host: Host) -> list[Slot]:
    """The caller's friends in the lobby, and what can be done about somebody on their profile."""
    from gamehall_web_htmx.declare import Slot

    async def lobby(viewer: Principal | None, _subject: str) -> Mapping[str, Any] | None:
        return None if viewer is None else await host.read(_lobby, viewer.user_id)

    async def profile(viewer: Principal | None, subject: str) -> Mapping[str, Any] | None:
        if viewer is None or viewer.username == subject:
            return None
        return await host.read(_profile, viewer.user_id, subject)

    return [Slot("lobby.side", "friends/lobby.html", lobby), Slot("profile.side", "friends/profile.html", profile)]


def _lobby(connection: sa.Connection, user_id: str) -> Mapping[str, Any]:
    friends = friends_of(connection, user_id, _IN_LOBBY + 1)
    waiting = requests_of(connection, user_id, "received", _ON_PAGE)
    return {
        "friends": [each.other(user_id) for each in friends[:_IN_LOBBY]],
        "more": len(friends) > _IN_LOBBY,
        "waiting": len(waiting),
    }


def _profile(connection: sa.Connection, user_id: str, username: str) -> Mapping[str, Any] | None:
    person = user_by_name(connection, username)
    if person.played_by is not None:
        return None
    found = relation_with(connection, user_id, person.id)
    return {
        "person": person,
        "relation": found,
        "asked_by_viewer": found is not None and found.requested_by == user_id,
        "blocked": has_blocked(connection, user_id, person.id),
    }


def pages(host: Host) -> list[Page]:
    """`/friends`: everything about them, and every action."""
    from gamehall_web_htmx.declare import Page

    async def context(caller: Principal, query: Fields) -> Mapping[str, Any]:
        return await host.read(_page, caller.user_id, query.get("after", ""))

    actions = {"ask": ask, "remove": end_friendship, "block": add_block, "unblock": remove_block}
    by_name = {name: _named_action(host, run) for name, run in actions.items()}
    title = N_("Friends")
    return [Page(PATH, title, "friends/page.html", context, by_name | {"respond": _answer(host)}, menu=title)]


def _page(connection: sa.Connection, user_id: str, after: str) -> Mapping[str, Any]:
    friends = friends_of(connection, user_id, _ON_PAGE + 1, after)
    shown = [(each, each.other(user_id)) for each in friends[:_ON_PAGE]]
    return {
        "friends": shown,
        "next": shown[-1][1].username if len(friends) > _ON_PAGE else None,
        "received": [(each, each.requester) for each in requests_of(connection, user_id, "received", _ON_PAGE)],
        "sent": [(each, each.addressee) for each in requests_of(connection, user_id, "sent", _ON_PAGE)],
        "blocks": blocks_of(connection, user_id, _ON_PAGE),
    }


def _named_action(
    host: Host, run: Callable[[sa.Connection, str, str], object]
) -> Callable[[Principal, Fields], Awaitable[str]]:
    async def action(caller: Principal, fields: Fields) -> str:
        await host.write(run, caller.user_id, fields.get("username", "").strip().removeprefix("@"))
        return PATH

    return action


def _answer(host: Host) -> Callable[[Principal, Fields], Awaitable[str]]:
    async def action(caller: Principal, fields: Fields) -> str:
        answer = fields.get("action")
        if answer not in get_args(Action):
            raise Problem("invalid", _("Accept, decline or cancel the request."))
        await host.write(respond, caller.user_id, known_id(fields.get("id", "")), cast(Action, answer))
        return PATH

    return action
