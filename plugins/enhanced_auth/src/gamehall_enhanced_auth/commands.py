"""gamehall tokens"""

from __future__ import annotations

import click
import msgspec
import sqlalchemy as sa

from gamehall.accounts import user_for_login
from gamehall.commands import answer, settings_of, table, transact
from gamehall.problems import Problem
from gamehall.tables import now
from gamehall_enhanced_auth.families import Found, live_tokens, prune, revoke
from gamehall_enhanced_auth.upkeep import BATCH, KEPT

__all__ = ["tokens"]


@click.group()
def tokens() -> None:
    """Look after the tokens that devices are signed in with."""


def _of(connection: sa.Connection, username: str | None) -> list[Found]:
    if username is None:
        return live_tokens(connection)
    found = user_for_login(connection, username)
    if found is None:
        raise Problem("not-found", f"There is no user {username!r}.")
    return live_tokens(connection, found[0].id)


@tokens.command("list")
@click.option("--user", "username", metavar="NAME", help="Only this user's.")
@click.pass_context
def show(ctx: click.Context, username: str | None) -> None:
    """Show the devices that are signed in. The tokens themselves are not kept and cannot be shown.

    \b
    gamehall tokens list
    gamehall tokens list --user ada
    """
    found = transact(settings_of(ctx), _of, username)
    data = [
        {
            "token_id": row.family_id,
            "username": row.username,
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
            row.device_name or "-",
            f"{row.last_used_at:%Y-%m-%d %H:%M}",
            f"{row.expires_at:%Y-%m-%d %H:%M}",
        )
        for row in found
    ]
    answer(ctx, data, table(rows, ("TOKEN_ID", "USERNAME", "DEVICE", "LAST USED", "EXPIRES")))


@tokens.command("revoke")
@click.argument("token_id")
@click.pass_context
def end(ctx: click.Context, token_id: str) -> None:
    """Sign a device out; its open streams end at once.

    \b
    gamehall tokens revoke 01jzv0c5n8k3q4r5s6t7v8w9xy
    """
    if not transact(settings_of(ctx), revoke, token_id):
        raise Problem("not-found", f"No device is signed in with the token {token_id!r}.")
    answer(ctx, {"token_id": token_id}, "Signed out.")


@tokens.command("prune")
@click.pass_context
def forget(ctx: click.Context) -> None:
    """Forget tokens that expired a month ago. A running hall does this by itself.

    \b
    gamehall tokens prune
    """
    settings, forgotten = settings_of(ctx), 0
    while batch := transact(settings, prune, now() - KEPT, BATCH):
        forgotten += batch
    answer(ctx, {"forgotten": forgotten}, f"Forgot {forgotten}.")
