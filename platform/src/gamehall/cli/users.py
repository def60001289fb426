"""gamehall users"""

from __future__ import annotations

import asyncio
import sys

import click
import msgspec
import sqlalchemy as sa

from gamehall import audit
from gamehall.accounts import (
    Registration,
    User,
    add_user,
    check_registration,
    end_credentials,
    list_users,
    update_user,
    user_for_login,
)
from gamehall.commands import answer, settings_of, table, transact
from gamehall.overseeing import Act, act_on_user
from gamehall.passwords import Passwords
from gamehall.problems import Problem

__all__ = ["users"]


@click.group()
def users() -> None:
    """Look after accounts."""


def _found(connection: sa.Connection, username: str) -> User:
    found = user_for_login(connection, username)
    if found is None:
        raise Problem("not-found", f"There is no user {username!r}.")
    return found[0]


def _shown(user: User) -> tuple[str, ...]:
    role = "admin" if user.is_admin else "guest" if user.is_guest else "plugin" if user.played_by else "player"
    return (user.username, user.display_name, user.email, role, "active" if user.is_active else "disabled")


_HEADS = ("USERNAME", "NAME", "EMAIL", "ROLE", "STATE")


@users.command("list")
@click.pass_context
def show_all(ctx: click.Context) -> None:
    """Show every account.

    \b
    gamehall users list
    """
    found = transact(settings_of(ctx), list_users)
    answer(ctx, [msgspec.to_builtins(user) for user in found], table([_shown(user) for user in found], _HEADS))


@users.command()
@click.argument("username")
@click.pass_context
def show(ctx: click.Context, username: str) -> None:
    """Show one account.

    \b
    gamehall users show ada
    """
    user = transact(settings_of(ctx), _found, username)
    answer(ctx, msgspec.to_builtins(user), table([_shown(user)], _HEADS))


def _password(from_stdin: bool) -> str:
    """Passwords come by prompt or standard input, never as an argument, which every process could read."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


@users.command()
@click.argument("username")
@click.option("--email", required=True)
@click.option("--name", "display_name", default="", help="The name that others see.")
@click.option("--admin", is_flag=True, help="Make an admin.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_context
def create(ctx: click.Context, username: str, email: str, display_name: str, admin: bool, password_stdin: bool) -> None:
    """Make an account.

    \b
    echo "a long password" | gamehall users create ada --email ada@example.org --admin --password-stdin
    """
    password = _password(password_stdin)
    given = Registration(username=username, email=email, password=password, display_name=display_name)
    tidy = check_registration(given)
    new = transact(settings_of(ctx), add_user, tidy, _hash(tidy.password), is_admin=admin)
    answer(ctx, msgspec.to_builtins(new), f"Made {'the admin' if admin else 'the account'} {new.username}.")


def _hash(password: str) -> str:
    return asyncio.run(Passwords().hash(password))


@users.command()
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_context
def passwd(ctx: click.Context, username: str, password_stdin: bool) -> None:
    """Set a password; every sign-in of the user ends.

    \b
    echo "a new long password" | gamehall users passwd ada --password-stdin
    """
    user = transact(settings_of(ctx), _found, username)
    given = Registration(username=user.username, email=user.email, password=_password(password_stdin))
    password_hash = _hash(check_registration(given).password)

    def change(connection: sa.Connection) -> User:
        changed = update_user(connection, user.id, {"password_hash": password_hash})
        end_credentials(connection, user.id)
        audit.note(connection, "account.password_changed", about=user.id)
        return changed

    answer(ctx, msgspec.to_builtins(transact(settings_of(ctx), change)), f"Done for {user.username}.")


def _act(ctx: click.Context, username: str, act: Act) -> None:
    def change(connection: sa.Connection) -> User:
        return act_on_user(connection, _found(connection, username).username, act)

    user = transact(settings_of(ctx), change)
    answer(ctx, msgspec.to_builtins(user), f"Done for {user.username}.")


@users.command()
@click.argument("username")
@click.pass_context
def promote(ctx: click.Context, username: str) -> None:
    """Make somebody an admin.

    \b
    gamehall users promote ada
    """
    _act(ctx, username, "promote")


@users.command()
@click.argument("username")
@click.pass_context
def demote(ctx: click.Context, username: str) -> None:
    """Make an admin a player again.

    \b
    gamehall users demote ada
    """
    _act(ctx, username, "demote")


@users.command()
@click.argument("username")
@click.pass_context
def disable(ctx: click.Context, username: str) -> None:
    """Keep somebody out; every sign-in ends and nothing is deleted.

    \b
    gamehall users disable ada
    """
    _act(ctx, username, "disable")


@users.command()
@click.argument("username")
@click.pass_context
def enable(ctx: click.Context, username: str) -> None:
    """Let somebody in again.

    \b
    gamehall users enable ada
    """
    _act(ctx, username, "enable")
