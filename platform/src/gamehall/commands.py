"""What every command shares, those of plugins too: settings, a database for a moment, and one way to answer."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click
import msgspec

from gamehall.logs import configure_logs
from gamehall.origins import Origin, asked_from, origin
from gamehall.problems import Problem
from gamehall.settings import Settings, load_settings

if TYPE_CHECKING:
    from gamehall.database import Database

__all__ = [
    "answer",
    "as_operator",
    "confirm_name",
    "on_database",
    "progress",
    "settings_of",
    "table",
    "transact",
    "usable_database",
]

P = ParamSpec("P")
T = TypeVar("T")


def settings_of(ctx: click.Context, **flags: Any) -> Settings:
    """The settings in force for this command, by which it logs from here on."""
    options = ctx.find_root().params
    level = "error" if options["quiet"] else "debug" if options["verbose"] else None
    settings = load_settings({"log_level": level} | flags, options["config"])
    configure_logs(settings)
    return settings


def transact(settings: Settings, fn: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs one transaction on the hall's database, whether the hall is running or not."""
    return on_database(settings, lambda database: database.write(fn, *args, **kwargs))


def on_database(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    """Does some work on the hall's database, whether the hall is running or not."""
    from gamehall.database import open_database  # SQLAlchemy takes a while to import; --help does without
    from gamehall.statements import Stopwatch, tell_statements

    async def once() -> T:
        database = open_database(settings.database_url, Stopwatch(settings.slow_query_ms))
        try:
            return await work(database)
        finally:
            await database.close()

    with usable_database(), as_operator():
        origin().asked = [] if settings.debug else None
        try:
            return asyncio.run(once())
        finally:
            tell_statements("this command")


def as_operator() -> contextlib.AbstractContextManager[None]:
    """What is done in this block is put down as done by whoever called this command."""
    return asked_from(Origin(by=f"command line, {_account()}"))


def _account() -> str:
    """Whose command it is, on this machine."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an id without a name, as in containers
        return "somebody"


@contextlib.contextmanager
def usable_database() -> Iterator[None]:
    """Turns an error of the database in this block into Problem `busy`, which says what to try."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as error:
        message = f"The database cannot be used: {error.orig}. Try: gamehall db upgrade; gamehall doctor"
        raise Problem("busy", message) from error


def answer(ctx: click.Context, data: Any, text: str = "") -> None:
    """Prints what a command found: the text, or with --json the data as one object."""
    if ctx.find_root().params["as_json"]:
        click.echo(msgspec.json.encode({"ok": True, "data": data, "error": None}))
    elif text:
        click.echo(text)


def confirm_name(ctx: click.Context, name: str, warning: str) -> None:
    """Goes on only if this name is typed, or with --yes."""
    if ctx.find_root().params["yes"]:
        return
    if click.prompt(f"{warning} Type {name} to go on", default="", show_default=False, err=True) != name:
        raise click.Abort


@contextlib.contextmanager
def progress(ctx: click.Context, label: str) -> Iterator[Callable[[int], Callable[[int], None]]]:
    """A bar on standard error for work that takes long, where a person looks: it is begun with the length, and what
    that gives is told of each step."""
    options = ctx.find_root().params
    hidden = options["as_json"] or options["quiet"] or not sys.stderr.isatty()
    with contextlib.ExitStack() as stack:

        def begin(length: int) -> Callable[[int], None]:
            bar = click.progressbar(length=length, label=label, file=sys.stderr, hidden=hidden)
            return stack.enter_context(bar).update

        yield begin


def table(rows: Sequence[Sequence[object]], heads: Sequence[str]) -> str:
    """Rows below their heads: aligned for people, separated by tabs for programs."""
    texts = [[str(cell) for cell in row] for row in (heads, *rows)]
    if not sys.stdout.isatty():
        return "\n".join("\t".join(row) for row in texts)
    widths = [max(len(row[n]) for row in texts) for n in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in texts
    )
