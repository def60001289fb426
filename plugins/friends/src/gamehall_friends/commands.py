"""gamehall friends"""

from __future__ import annotations

from typing import Any

import click
import sqlalchemy as sa

from gamehall.accounts import User, user_by_name
from gamehall.audit import note
from gamehall.commands import answer, completed_by, confirm, settings_of, table, transact, usernames
from gamehall_friends.befriending import end_friendship
from gamehall_friends.blocking import blocks_of
from gamehall_friends.relations import friends_of, requests_of

__all__ = ["friends"]

_ALL = 100_000


@click.group()
def friends() -> None:
    """Look after who is friends with whom."""


def _user(connection: sa.Connection, username: str) -> User:
    return user_by_name(connection, username, disabled=True)


def _friends(connection: sa.Connection, username: str) -> list[dict[str, Any]]:
    person = _user(connection, username)
    found = [(each.other(person.id), each.since) for each in friends_of(connection, person.id, _ALL)]
    return [{"username": each.username, "display_name": each.display_name, "since": since} for each, since in found]


def _requests(connection: sa.Connection, username: str) -> list[dict[str, Any]]:
    person = _user(connection, username)
    boxes = (*requests_of(connection, person.id, "received", _ALL), *requests_of(connection, person.id, "sent", _ALL))
    return [
        {"id": each.id, "from": each.requester.username, "to": each.addressee.username, "created_at": each.since}
        for each in boxes
    ]


def _blocks(connection: sa.Connection, username: str) -> list[dict[str, Any]]:
    found = blocks_of(connection, _user(connection, username).id, _ALL)
    return [{"username": each.username, "display_name": each.display_name} for each in found]


def _remove(connection: sa.Connection, username: str, other: str) -> None:
    person = _user(connection, username)
    end_friendship(connection, person.id, other)
    note(connection, "friendship.ended", about=person.id, subject=_user(connection, other).username)


@friends.command("list")
@click.argument("user", shell_complete=completed_by(usernames))
@click.pass_context
def show_friends(ctx: click.Context, user: str) -> None:
    """Show a user's friends.

    \b
    gamehall friends list ada
    """
    data = transact(settings_of(ctx), _friends, user)
    rows = [(each["username"], each["display_name"], f"{each['since']:%Y-%m-%d %H:%M}") for each in data]
    answer(ctx, data, table(rows, ("USER", "NAME", "SINCE")))


@friends.command("requests")
@click.argument("user", shell_complete=completed_by(usernames))
@click.pass_context
def show_requests(ctx: click.Context, user: str) -> None:
    """Show the requests to and by a user that wait for an answer.

    \b
    gamehall friends requests ada
    """
    data = transact(settings_of(ctx), _requests, user)
    rows = [(each["from"], each["to"], f"{each['created_at']:%Y-%m-%d %H:%M}") for each in data]
    answer(ctx, data, table(rows, ("FROM", "TO", "ASKED")))


@friends.command("blocks")
@click.argument("user", shell_complete=completed_by(usernames))
@click.pass_context
def show_blocks(ctx: click.Context, user: str) -> None:
    """Show whom a user has blocked.

    \b
    gamehall friends blocks ada
    """
    data = transact(settings_of(ctx), _blocks, user)
    answer(ctx, data, table([(each["username"], each["display_name"]) for each in data], ("USER", "NAME")))


@friends.command("remove")
@click.argument("user", shell_complete=completed_by(usernames))
@click.argument("other", shell_complete=completed_by(usernames))
@click.pass_context
def remove(ctx: click.Context, user: str, other: str) -> None:
    """End the friendship of two users. Both can see that it has ended. It asks first, unless --yes is given.

    \b
    gamehall friends remove ada bob
    gamehall --yes friends remove ada bob
    """
    confirm(ctx, f"End the friendship of {user} and {other}?")
    transact(settings_of(ctx), _remove, user, other)
    answer(ctx, {"user": user, "other": other}, "They are not friends any more.")
