"""The pages about friends, where a hall has pages: one for everything, and one for who comes by an invitation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from gamehall.asking import known_id
from gamehall.declare import Host, Principal
from gamehall.languages import N_, catalogue
from gamehall.problems import Problem
from gamehall_friends.befriending import ASKING, Action, ask, end_friendship, join_by_invitation, respond
from gamehall_friends.blocking import block_user, blocks_of, remove_block
from gamehall_friends.choices import Choices, change_choices
from gamehall_friends.company import activity, challenge_as_before, suggestions
from gamehall_friends.following import follows_of, start_following, stop_following
from gamehall_friends.invitations import code_of, inviter_by, link_to, renew
from gamehall_friends.relations import relation_with, requests_of, requests_waiting
from gamehall_friends.showing import deeds, read_friends, shown_friends
from gamehall_friends.telling import CHANGES

if TYPE_CHECKING:  # only where there are pages is this imported, by the function that they call
    from gamehall_web_htmx.declare import Page

__all__ = ["pages"]

_ = catalogue(__name__)

PATH, INVITED = "/friends", "/befriend"
_ON_PAGE, _SUGGESTED, _DEEDS = 100, 5, 8

Fields = Mapping[str, str]
Act = Callable[[Principal, Fields], Awaitable[str]]


def pages(host: Host) -> list[Page]:
    from gamehall_web_htmx.declare import Page

    async def context(caller: Principal, query: Fields) -> Mapping[str, Any]:
        return await _page(host, caller.user_id, query.get("after", ""))

    async def badge(caller: Principal) -> int:
        return await requests_waiting(host, caller.user_id)

    title = N_("Friends")
    return [
        Page(
            PATH,
            title,
            "friends/page.html",
            context,
            _actions(host),
            menu=title,
            badge=badge,
            piece="friends/circle.html",
            events=CHANGES,
        ),
        _invitation(host),
    ]


async def _page(host: Host, user_id: str, after: str) -> Mapping[str, Any]:
    games, _behind = await activity(host, user_id, _DEEDS)

    def read(connection: sa.Connection) -> dict[str, Any]:
        found, presence = read_friends(connection, user_id, _ON_PAGE + 1, after, host.hall_time())
        shown, received = found[:_ON_PAGE], requests_of(connection, user_id, "received", _ON_PAGE)
        return {
            "friends": shown_friends(host, user_id, shown, presence),
            "next": shown[-1].other(user_id).username if len(found) > _ON_PAGE else None,
            "received": [(each, each.requester) for each in received],
            "sent": [(each, each.addressee) for each in requests_of(connection, user_id, "sent", _ON_PAGE)],
            "followed": follows_of(connection, user_id, _ON_PAGE),
            "suggestions": suggestions(connection, user_id, _SUGGESTED),
            "blocks": blocks_of(connection, user_id, _ON_PAGE),
            "link": link_to(host, code_of(connection, user_id, host.secret)),
        }

    return await host.read(read) | {"deeds": deeds(host, games)}


def _actions(host: Host) -> dict[str, Act]:
    async def asking(caller: Principal, fields: Fields) -> str:
        await host.rates.take(ASKING, caller.user_id)
        await host.write(ask, caller.user_id, _name(fields))
        return _back(fields)

    async def blocking(caller: Principal, fields: Fields) -> str:
        await block_user(host, caller.user_id, _name(fields))
        return _back(fields)

    async def challenging(caller: Principal, fields: Fields) -> str:
        return await challenge_as_before(host, caller.user_id, _name(fields))

    async def renewing(caller: Principal, _fields: Fields) -> str:
        await host.write(renew, caller.user_id)
        return f"{PATH}#invite-h"

    async def choosing(caller: Principal, fields: Fields) -> str:
        given = {name: fields[name] for name in msgspec.structs.asdict(Choices()) if name in fields}
        try:
            msgspec.convert(given, Choices)
        except msgspec.ValidationError as error:
            raise Problem("invalid", _("Choose one of these.")) from error
        await host.write(change_choices, caller.user_id, given)
        return "/settings#friends-settings"

    def simply(run: Callable[[sa.Connection, str, str], object]) -> Act:
        async def act(caller: Principal, fields: Fields) -> str:
            await host.write(run, caller.user_id, _name(fields))
            return _back(fields)

        return act

    def answering(action: Action) -> Act:
        async def act(caller: Principal, fields: Fields) -> str:
            await host.write(respond, caller.user_id, known_id(fields.get("id", "")), action)
            return _back(fields)

        return act

    return {
        "ask": asking,
        "accept": answering("accept"),
        "decline": answering("decline"),
        "cancel": answering("cancel"),
        "remove": simply(end_friendship),
        "block": blocking,
        "unblock": simply(remove_block),
        "follow": simply(start_following),
        "unfollow": simply(stop_following),
        "challenge": challenging,
        "renew": renewing,
        "choose": choosing,
    }


def _name(fields: Fields) -> str:
    return fields.get("username", "").strip().removeprefix("@")


def _back(fields: Fields) -> str:
    """Where an action leads to: the profile that it came from, else all friends."""
    return f"/@{_name(fields)}" if fields.get("from") == "profile" else PATH


def _invitation(host: Host) -> Page:
    """Who invites, for anybody who has the link; with an account one becomes a friend by one press."""
    from gamehall_web_htmx.declare import Page

    async def visit(query: Fields) -> Mapping[str, Any]:
        code = query.get("code", "")
        inviter = await host.read(inviter_by, code, host.secret)
        return {"person": inviter, "code": code, "are_friends": False}

    async def context(caller: Principal, query: Fields) -> Mapping[str, Any]:
        seen = await visit(query)
        found = await host.read(relation_with, caller.user_id, seen["person"].id)
        return {**seen, "are_friends": found is not None and found.status == "friends"}

    async def accept(caller: Principal, fields: Fields) -> str:
        inviter = await host.read(inviter_by, fields.get("code", ""), host.secret)
        await host.write(join_by_invitation, caller.user_id, inviter)
        return PATH

    return Page(INVITED, N_("Invitation"), "friends/invited.html", context, {"accept": accept}, visit=visit)
