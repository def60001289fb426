"""What every command shares, those of plugins too: settings, a database for a moment, and one way to answer."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import click
import msgspec
from click.shell_completion import CompletionItem

from gamehall.logs import configure_logs
from gamehall.origins import Origin, asked_from, origin
from gamehall.problems import Problem
from gamehall.settings import Settings, load_settings

if TYPE_CHECKING:
    import sqlalchemy as sa

    from gamehall.database import Database

__all__ = [
    "answer",
    "as_operator",
    "completed_by",
    "confirm",
    "confirm_name",
    "on_database",
    "progress",
    "settings_of",
    "table",
    "transact",
    "usable_database",
    "usernames",
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


def completed_by(
    read: Callable[[sa.Connection, str], Iterable[str]],
) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """What a shell offers for an argument (`shell_complete=`), read from the database by how it begins; nothing where
    the database cannot be had at once."""

    def complete(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        import sqlalchemy as sa

        from gamehall.database import sync_url

        try:
            url = sa.make_url(sync_url(load_settings(config=ctx.find_root().params.get("config")).database_url))
            is_sqlite = url.get_backend_name() == "sqlite"
            if is_sqlite and not Path(str(url.database)).is_file():
                return []  # to look would make one
            patience = {} if is_sqlite else {"connect_timeout": 2}
            engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args=patience)
            with engine.connect() as connection:
                return [CompletionItem(value) for value in read(connection, incomplete)]
        except (ValueError, sa.exc.SQLAlchemyError):  # the command itself will say so
            return []

    return complete


def usernames(connection: sa.Connection, begins: str) -> list[str]:
    """Users whose names begin so."""
    import sqlalchemy as sa

    from gamehall.tables import user

    query = sa.select(user.c.username).where(user.c.username_key.startswith(begins.casefold(), autoescape=True))
    return list(connection.scalars(query.where(~user.c.is_deleted).order_by(user.c.username_key).limit(50)))


def answer(ctx: click.Context, data: Any, text: str = "") -> None:
    """Prints what a command found: the text, or with --json the data as one object."""
    if ctx.find_root().params["as_json"]:
        click.echo(msgspec.json.encode({"ok": True, "data": data, "error": None}))
    elif text:
        click.echo(text)


def confirm(ctx: click.Context, question: str) -> None:
    """Goes on only if somebody says yes, or with --yes. Raises Problem `forbidden` where nobody can be asked."""
    if _is_asked(ctx, question):
        click.confirm(question, abort=True, err=True)


def confirm_name(ctx: click.Context, name: str, warning: str) -> None:
    """Goes on only if this name is typed, or with --yes. Raises Problem `forbidden` where nobody can be asked."""
    if (
        _is_asked(ctx, warning)
        and click.prompt(f"{warning} Type {name} to go on", default="", show_default=False, err=True) != name
    ):
        raise click.Abort


def _is_asked(ctx: click.Context, question: str) -> bool:
    if ctx.find_root().params["yes"]:
        return False
    if not sys.stdin.isatty():
        words = ctx.command_path.partition(" ")[2]
        raise Problem(
            "forbidden",
            f"{question} Nobody can be asked here, so nothing was done.",
            hint=f"To go on without being asked: gamehall --yes {words} …",
        )
    return True


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
