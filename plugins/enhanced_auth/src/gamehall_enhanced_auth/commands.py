"""gamehall tokens"""

from __future__ import annotations

import click
import msgspec
import sqlalchemy as sa

from gamehall.accounts import User, user_for_login
from gamehall.commands import answer, completed_by, confirm, settings_of, table, transact, usernames
from gamehall.declare import SCOPES
from gamehall.problems import Problem
from gamehall.retention import forget_some
from gamehall.settings import plugin_settings
from gamehall_enhanced_auth.families import (
    Found,
    Grant,
    issue_to_script,
    live_tokens,
    revoke,
    revoke_others,
)
from gamehall_enhanced_auth.lifetimes import Lifetimes
from gamehall_enhanced_auth.tables import OLD_TOKENS

__all__ = ["tokens"]


@click.group()
def tokens() -> None:
    """Look after the tokens that devices are signed in with."""


def _of(connection: sa.Connection, username: str | None) -> list[Found]:
    return live_tokens(connection, _user(connection, username).id if username is not None else None)


def _token_ids(connection: sa.Connection, begins: str) -> list[str]:
    return [row.family_id for row in live_tokens(connection, None) if row.family_id.startswith(begins)][:50]


def _user(connection: sa.Connection, username: str) -> User:
    found = user_for_login(connection, username)
    if found is None:
        raise Problem("not-found", f"There is no user {username!r}.")
    return found[0]


@tokens.command("list")
@click.option("--user", "username", metavar="NAME", shell_complete=completed_by(usernames), help="Only this user's.")
@click.pass_context
def show(ctx: click.Context, username: str | None) -> None:
    """Show the devices that are signed in, and scripts. Their tokens themselves are not kept and cannot be shown.

    \b
    gamehall tokens list
    gamehall tokens list --user ada
    """
    found = transact(settings_of(ctx), _of, username)
    data = [
        {
            "token_id": row.family_id,
            "username": row.username,
            "kind": row.kind,
            "scopes": row.scopes.split(),
            "device_name": row.device_name,
            "device_info": msgspec.json.decode(row.device_info),
            "created_at": row.created_at,
            "last_used_at": row.last_used_at,
            "expires_at": row.expires_at,
        }
        for row in found
    ]
    rows = [
        (
            row.family_id,
            row.username,
            row.kind,
            row.device_name or "-",
            row.scopes,
            f"{row.last_used_at:%Y-%m-%d %H:%M}",
            f"{row.expires_at:%Y-%m-%d %H:%M}",
        )
        for row in found
    ]
    answer(ctx, data, table(rows, ("TOKEN_ID", "USERNAME", "KIND", "NAME", "SCOPES", "LAST USED", "EXPIRES")))


@tokens.command("revoke")
@click.argument("token_id", shell_complete=completed_by(_token_ids))
@click.pass_context
def end(ctx: click.Context, token_id: str) -> None:
    """Sign a device out; its open streams end at once.

    \b
    gamehall tokens revoke 01jzv0c5n8k3q4r5s6t7v8w9xy
    """
    if not transact(settings_of(ctx), revoke, token_id):
        raise Problem("not-found", f"No device is signed in with the token {token_id!r}.")
    answer(ctx, {"token_id": token_id}, "Signed out.")


@tokens.command("revoke-all")
@click.argument("username", metavar="USER", shell_complete=completed_by(usernames))
@click.pass_context
def end_all(ctx: click.Context, username: str) -> None:
    """Sign every device of a user out, their scripts too. Their browsers stay signed in. It asks first, unless --yes is
    given.

    \b
    gamehall tokens revoke-all ada
    gamehall --yes tokens revoke-all ada
    """
    settings = settings_of(ctx)
    person = transact(settings, _user, username)
    confirm(ctx, f"Sign every device and script of {person.username} out?")
    revoked = transact(settings, revoke_others, person.id)
    answer(ctx, {"username": username, "revoked": revoked}, f"Signed out {revoked}.")


@tokens.command()
@click.argument("username", metavar="USER", shell_complete=completed_by(usernames))
@click.option("--name", required=True, help="What it is for, as the user's list of devices shows it.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    default=("read", "play"),
    show_default=True,
    help="What it may do; give this once for each.",
)
@click.option("--days", type=int, default=30, show_default=True, help="How long it lasts.")
@click.pass_context
def create(ctx: click.Context, username: str, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a token for a user's script or bot. It is printed this once, and lasts until its day.

    \b
    gamehall tokens create ada --name bot
    gamehall tokens create ada --name statistics --scope read --days 365
    """
    settings = settings_of(ctx)
    lifetimes = plugin_settings(settings, "enhanced_auth", Lifetimes)

    def make(connection: sa.Connection) -> Grant:
        return issue_to_script(connection, _user(connection, username), name, scopes, days, lifetimes)

    grant = transact(settings, make)
    answer(ctx, {"username": username, **msgspec.to_builtins(grant)}, grant.token)


@tokens.command("prune")
@click.pass_context
def forget(ctx: click.Context) -> None:
    """Forget tokens that expired or were revoked long ago. A running hall does this by itself.

    \b
    gamehall tokens prune
    """
    settings, forgotten = settings_of(ctx), 0
    while batch := transact(settings, forget_some, OLD_TOKENS, settings):
        forgotten += batch
    answer(ctx, {"forgotten": forgotten}, f"Forgot {forgotten}.")
