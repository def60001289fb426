"""gamehall audit"""

from __future__ import annotations

from typing import Any

import click
import msgspec
import sqlalchemy as sa

from gamehall.accounts import user_by_name
from gamehall.audit import Entry, list_audit
from gamehall.commands import answer, completed_by, settings_of, table, transact, usernames

__all__ = ["audit"]


@click.group()
def audit() -> None:
    """See who did what, from where."""


@audit.command("list")
@click.option("--kind", default="", help="Only this kind and what is below it: sign_in has sign_in.failed as well.")
@click.option(
    "--user",
    "username",
    default="",
    shell_complete=completed_by(usernames),
    help="Only what this user did, or what concerns them.",
)
@click.option("--before", default=None, help="Only lines older than the one with this id.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.pass_context
def show_all(ctx: click.Context, kind: str, username: str, before: str | None, limit: int) -> None:
    """Show the log, from the newest line on.

    \b
    gamehall audit list
    gamehall --json audit list --kind account --limit 20
    """

    def found(connection: sa.Connection) -> list[Entry]:
        user_id = user_by_name(connection, username, disabled=True).id if username else None
        return list_audit(connection, before=before, kind=kind, user_id=user_id, limit=limit)

    entries = transact(settings_of(ctx), found)
    heads = ("AT", "KIND", "BY", "ABOUT", "SUBJECT", "FROM", "FACTS")
    answer(ctx, msgspec.to_builtins(entries), table([_row(entry) for entry in entries], heads))


def _row(entry: Entry) -> tuple[Any, ...]:
    facts = " ".join(f"{name}={value}" for name, value in entry.facts.items())
    at = entry.at.strftime("%Y-%m-%d %H:%M:%S")
    return (at, entry.kind, entry.by, entry.about, entry.subject, entry.address, facts)
