"""gamehall users export, gamehall users import"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import click
import msgspec
import sqlalchemy as sa

from gamehall.cli.files import write_private
from gamehall.commands import answer, settings_of, table, transact
from gamehall.problems import Problem
from gamehall.rosters import Format, Line, Member, add_members, list_members, read_roster, write_roster
from gamehall.settings import secret_key

__all__ = ["export_users", "import_users"]

_FORMAT = click.Choice(["jsonl", "csv"])


class _Undone(Exception):
    """Takes a transaction back, of which only what would have happened is wanted."""

    def __init__(self, lines: list[Line]) -> None:
        super().__init__("nothing is kept")
        self.lines = lines


@click.command("export")
@click.option("--format", "form", type=_FORMAT, help="By the file's name, if it is not given; else jsonl.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write; else it is printed.")
@click.pass_context
def export_users(ctx: click.Context, form: Format | None, out: Path | None) -> None:
    """Write who has an account, without passwords, to a file for `users import`.

    \b
    gamehall users export
    gamehall users export --out users.csv
    """
    members = transact(settings_of(ctx), list_members)
    form = form or _form_of(out)
    content = write_roster(members, form)
    if out is not None:
        write_private(out, content, replace=ctx.find_root().params["yes"])
        answer(ctx, {"users": len(members), "format": form, "file": str(out)}, f"Wrote {len(members)} users to {out}.")
    else:
        answer(ctx, [msgspec.to_builtins(each) for each in members], content.decode().rstrip("\n"))


@click.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--format", "form", type=_FORMAT, help="By the file's name, if it is not given; else jsonl.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@click.option("--skip", is_flag=True, help="Leave out the lines with something wrong, instead of the whole file.")
@click.option("--days", type=click.IntRange(1, 90), default=7, show_default=True, help="So long the links last.")
@click.pass_context
def import_users(ctx: click.Context, file: Path, form: Format | None, dry_run: bool, skip: bool, days: int) -> None:
    """Make accounts from a file, one a line: JSON objects, or CSV with a line of names first.

    Needed are username and email; display_name, is_admin, is_active, mail_notices and language can be told. Each new
    user has a link, to be handed to them, by which they choose a password, once. Who is there already stays as they
    are, so a file can be taken again. With something wrong in any line nothing is done.

    \b
    gamehall users import users.csv --dry-run
    gamehall users import users.csv
    """
    settings = settings_of(ctx)
    try:
        roster = read_roster(file.read_bytes(), form or _form_of(file))
    except OSError as error:
        raise click.FileError(str(file), error.strerror) from error
    try:
        lines = transact(settings, _import, roster, secret_key(settings), days, undo=dry_run, skip=skip)
    except _Undone as undone:
        lines = undone.lines
        if not dry_run:
            wrong = [f"line {each.line}: {each.why}" for each in lines if each.outcome == "wrong"]
            raise Problem("conflict", "\n  ".join(["Nothing was imported.", *wrong]), lines=_shown(lines, "")) from None
    counts = Counter(each.outcome for each in lines)
    told = f"{counts['added']} new, {counts['there']} there already, {counts['wrong']} wrong"
    links = [(each.username, each.email, _link(each, settings.address)) for each in lines if each.outcome == "added"]
    wrong = [f"line {each.line}: {each.why}" for each in lines if each.outcome == "wrong"]
    text = [f"{'It would be' if dry_run else 'Imported'}: {told}.", *wrong]
    text += [table(links, ("USERNAME", "EMAIL", "LINK"))] if links and not dry_run else []
    answer(
        ctx,
        {"imported": not dry_run, **counts, "lines": _shown(lines, "" if dry_run else settings.address)},
        "\n".join(text),
    )


def _import(
    connection: sa.Connection,
    roster: list[tuple[int, Member | str]],
    secret: bytes,
    days: int,
    *,
    undo: bool,
    skip: bool,
) -> list[Line]:
    lines = add_members(connection, roster, secret, timedelta(days=days))
    if undo or (not skip and any(each.outcome == "wrong" for each in lines)):
        raise _Undone(lines)
    return lines


def _form_of(file: Path | None) -> Format:
    return "csv" if file is not None and file.suffix.lower() == ".csv" else "jsonl"


def _link(line: Line, address: str) -> str:
    return f"{address}/reset/{line.code}" if line.code and address else ""


def _shown(lines: list[Line], address: str) -> list[dict[str, object]]:
    """Lines without the codes of links that were taken back."""
    told: list[dict[str, object]] = msgspec.to_builtins(lines)
    return [{**row, "code": None, "link": _link(line, address)} for row, line in zip(told, lines, strict=True)]
