"""gamehall users"""

from __future__ import annotations

import asyncio
import sys

import click
import msgspec
import sqlalchemy as sa

from gamehall.accountfields import normal_password
from gamehall.accounts import (
    Registration,
    User,
    add_user,
    check_registration,
    has_admin,
    list_users,
    password_errors,
    user_for_login,
)
from gamehall.audit import note
from gamehall.cli.rosters import export_users, import_users
from gamehall.commands import answer, completed_by, confirm, settings_of, table, transact, usernames
from gamehall.credentials import link_for, set_password
from gamehall.factors import remove_factor
from gamehall.halltime import stored_time
from gamehall.leaving import delete_user
from gamehall.nearest import did_you_mean
from gamehall.overseeing import Act, act_on_user
from gamehall.passwords import Passwords
from gamehall.problems import Problem
from gamehall.settings import secret_key

__all__ = ["users"]


@click.group()
def users() -> None:
    """Look after accounts."""


users.add_command(export_users)
users.add_command(import_users)


def _found(connection: sa.Connection, username: str) -> User:
    found = user_for_login(connection, username)
    if found is None:
        alike = usernames(connection, username[:1])
        raise Problem("not-found", f"There is no user {username!r}.", hint=did_you_mean(username, alike))
    return found[0]


def _shown(user: User) -> tuple[str, ...]:
    role = "admin" if user.is_admin else "guest" if user.is_guest else "plugin" if user.played_by else "player"
    state = "active" if user.is_active else "deleted" if user.is_deleted else "disabled"
    return (user.username, user.display_name, user.email, role, state)


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
@click.argument("username", shell_complete=completed_by(usernames))
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
    if not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked for the password here: give it on standard input, --password-stdin")
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
    tidy = check_registration(given, by_operator=True)
    new = transact(settings_of(ctx), add_user, tidy, _hash(tidy.password), is_admin=admin)
    answer(ctx, msgspec.to_builtins(new), f"Made {'the admin' if admin else 'the account'} {new.username}.")


def _hash(password: str) -> str:
    return asyncio.run(Passwords().hash(password))


@users.command()
@click.argument("username", shell_complete=completed_by(usernames))
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_context
def passwd(ctx: click.Context, username: str, password_stdin: bool) -> None:
    """Set a password; every sign-in of the user ends.

    \b
    echo "a new long password" | gamehall users passwd ada --password-stdin
    """
    settings = settings_of(ctx)
    user = transact(settings, _found, username)
    password = normal_password(_password(password_stdin))
    if errors := password_errors(password, user.username, user.email, user.display_name):
        raise Problem("invalid", errors[0].message, errors=tuple(errors))
    changed = transact(settings, set_password, user.id, _hash(password), settings)
    answer(ctx, msgspec.to_builtins(changed), f"Done for {changed.username}.")


@users.command("reset-link")
@click.argument("username", shell_complete=completed_by(usernames))
@click.pass_context
def reset_link(ctx: click.Context, username: str) -> None:
    """Make a link by which somebody chooses a new password, to be handed to them. It works once, for an hour.

    \b
    gamehall users reset-link ada
    """
    settings = settings_of(ctx)
    link = f"{settings.address}/reset/{transact(settings, _make_link, username, secret_key(settings))}"
    answer(ctx, {"link": link}, link)


def _make_link(connection: sa.Connection, username: str, secret: bytes) -> str:
    user = _found(connection, username)
    if not user.is_active or user.is_guest or user.played_by:
        raise Problem("not-possible", f"{user.username} cannot sign in, so a password would be of no use.")
    note(connection, "account.reset_asked", about=user.id)
    return link_for(connection, user, secret)


@users.command()
@click.argument("username", shell_complete=completed_by(usernames))
@click.pass_context
def delete(ctx: click.Context, username: str) -> None:
    """Delete an account for good; its games stay, without its name. It asks first, unless --yes is given.

    \b
    gamehall users delete ada
    gamehall --yes users delete ada
    """
    settings = settings_of(ctx)
    user = transact(settings, _found, username)
    running = "Games that are running are resigned or aborted, and nothing of this can be undone."
    confirm(ctx, f"Delete the account {user.username}? {running}")

    def end(connection: sa.Connection) -> tuple[User, bool]:
        left = delete_user(connection, user.id, stored_time(connection), settings, last_admin=True)
        return left, has_admin(connection)

    left, is_led = transact(settings, end)
    alone = "" if is_led else " The hall has no admin now: gamehall users promote NAME makes one."
    answer(ctx, msgspec.to_builtins(left), f"Deleted {user.username}, who is {left.username} in old games.{alone}")


def _act(ctx: click.Context, username: str, act: Act) -> None:
    settings = settings_of(ctx)

    def change(connection: sa.Connection) -> User:
        found = _found(connection, username)
        if found.is_deleted:
            raise Problem("not-possible", f"{found.username} was deleted; there is nobody any more.")
        return act_on_user(connection, found.username, act, stored_time(connection), settings)

    user = transact(settings, change)
    answer(ctx, msgspec.to_builtins(user), f"Done for {user.username}.")


@users.command("reset-factors")
@click.argument("username", shell_complete=completed_by(usernames))
@click.pass_context
def reset_factors(ctx: click.Context, username: str) -> None:
    """Take somebody's second factor away, who has lost it and every recovery code; the password is enough then. It
    asks first, unless --yes is given.

    \b
    gamehall users reset-factors ada
    gamehall --yes users reset-factors ada
    """
    settings = settings_of(ctx)
    known = transact(settings, _found, username)
    confirm(ctx, f"Let {known.username} in without a second factor? Be sure who asks for it.")

    def reset(connection: sa.Connection) -> tuple[User, bool]:
        user = _found(connection, username)
        return user, remove_factor(connection, user.id)

    user, removed = transact(settings, reset)
    said = f"{user.username} signs in with the password alone now." if removed else "There was no second factor."
    answer(ctx, {"username": user.username, "removed": removed}, said)


@users.command()
@click.argument("username", shell_complete=completed_by(usernames))
@click.pass_context
def promote(ctx: click.Context, username: str) -> None:
    """Make somebody an admin.

    \b
    gamehall users promote ada
    """
    _act(ctx, username, "promote")


@users.command()
@click.argument("username", shell_complete=completed_by(usernames))
@click.pass_context
def demote(ctx: click.Context, username: str) -> None:
    """Make an admin a player again.

    \b
    gamehall users demote ada
    """
    _act(ctx, username, "demote")


@users.command()
@click.argument("username", shell_complete=completed_by(usernames))
@click.pass_context
def disable(ctx: click.Context, username: str) -> None:
    """Keep somebody out; every sign-in ends and nothing is deleted.

    \b
    gamehall users disable ada
    """
    _act(ctx, username, "disable")


@users.command()
@click.argument("username", shell_complete=completed_by(usernames))
@click.pass_context
def enable(ctx: click.Context, username: str) -> None:
    """Let somebody in again.

    \b
    gamehall users enable ada
    """
    _act(ctx, username, "enable")
