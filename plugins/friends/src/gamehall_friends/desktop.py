"""Friends in the desktop client: a panel that asks the hall by its API, like any client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from gamehall.answers import Page, ProblemError
from gamehall.languages import N_, catalogue
from gamehall_friends.answers import FriendAnswered, FriendRequestView, FriendView
from gamehall_friends.befriending import Action as Answer
from gamehall_friends.showing import presence_words
from gamehall_friends.telling import CHANGES

if TYPE_CHECKING:  # only where there is a desktop client is this imported, by the function that it calls
    from gamehall.client import Client
    from gamehall_desktop.declare import Panel, Row, Then

__all__ = ["panels"]

_ = catalogue(__name__)

_MOST = 100


def panels() -> list[Panel]:
    from gamehall_desktop.declare import Ask, Panel

    return [
        Panel(
            name="friends",
            title=N_("Friends"),
            load=_load,
            events=CHANGES,
            empty=N_("Nobody yet. Add a friend by name."),
            ask=Ask(N_("Add"), N_("A player's name"), _add),
        )
    ]


async def _load(client: Client) -> list[Row] | None:
    """Requests first, then friends, those who are there first; None where friends are switched off."""
    try:
        received = (await client.ask("GET", "/friends/requests", Page[FriendRequestView], box="received")).items
        sent = (await client.ask("GET", "/friends/requests", Page[FriendRequestView], box="sent")).items
        friends = (await client.ask("GET", "/friends", Page[FriendView], limit=_MOST)).items
    except ProblemError as problem:
        if problem.status == 404:
            return None
        raise
    friends.sort(key=lambda each: each.presence.status == "offline")
    plays = any(each.presence.ruleset for each in friends)
    titles = {each.key: each.title for each in await client.rulesets()} if plays else {}
    return [*map(_asking, received), *map(_asked, sent), *(_friend(each, titles) for each in friends)]


def _asking(each: FriendRequestView) -> Row:
    from gamehall_desktop.declare import Action, Row

    actions = (
        Action(_("Accept"), _answering(each.id, "accept")),
        Action(_("Decline"), _answering(each.id, "decline")),
    )
    return Row(each.username, each.display_name, _("asks to be your friend"), actions)


def _asked(each: FriendRequestView) -> Row:
    from gamehall_desktop.declare import Action, Row

    withdraw = Action(_("Withdraw"), _answering(each.id, "cancel"))
    return Row(each.username, each.display_name, _("was asked and has not answered"), (withdraw,))


def _friend(each: FriendView, titles: Mapping[str, str]) -> Row:
    from gamehall_desktop.declare import Action, NewChallenge, OpenGame, Row

    words = presence_words(each.presence, lambda key: titles.get(key, key))
    actions: list[Action] = []
    if (game_id := each.presence.game_id) is not None:
        actions.append(Action(_("Watch"), _returning(OpenGame(game_id))))
    actions.append(Action(_("Challenge"), _returning(NewChallenge(each.username))))
    return Row(each.username, each.display_name, words, tuple(actions), each.username)


def _returning(then: Then) -> Callable[[Client], Awaitable[Then]]:
    async def act(_client: Client) -> Then:
        return then

    return act


def _answering(request_id: str, action: Answer) -> Callable[[Client], Awaitable[Then]]:
    async def act(client: Client) -> Then:
        path = f"/friends/requests/{request_id}/respond"
        answer = await client.ask("POST", path, FriendAnswered, {"action": action})
        return _("You are friends now.") if answer.status == "friends" else ""

    return act


async def _add(client: Client, name: str) -> Then:
    asked = await client.ask("POST", "/friends/requests", FriendRequestView, {"username": name.removeprefix("@")})
    if asked.status == "friends":
        return _("You and {name} are friends now.", name=asked.display_name)
    return _("{name} was asked.", name=asked.display_name)
