"""What every command shares: settings, a database for a moment, and one way to answer and to fail."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

import click
import msgspec

from gamehall.problems import Problem
from gamehall.settings import Settings, SettingsError, load_settings

__all__ = ["answer", "known_switches", "run", "settings_of", "table", "transact"]

P = ParamSpec("P")
T = TypeVar("T")

DONE, FAILED, USAGE, NOT_FOUND, REFUSED, CONFLICT = range(6)
_EXIT = {404: NOT_FOUND, 403: REFUSED, 401: REFUSED, 409: CONFLICT}


def settings_of(ctx: click.Context, **flags: Any) -> Settings:
    """The settings in force for this command."""
    options = ctx.find_root().params
    level = "error" if options["quiet"] else "debug" if options["verbose"] else None
    return load_settings({"log_level": level} | flags, options["config"])


def transact(settings: Settings, fn: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs one transaction on the hall's database, whether the hall is running or not."""
    from gamehall.database import open_database  # SQLAlchemy takes a while to import; --help does without

    async def once() -> T:
        database = open_database(settings.database_url)
        try:
            return await database.write(fn, *args, **kwargs)
        finally:
            await database.close()

    return asyncio.run(once())


def answer(ctx: click.Context, data: Any, text: str = "") -> None:
    """Prints what a command found: the text, or with --json the data as one object."""
    if ctx.find_root().params["as_json"]:
        click.echo(msgspec.json.encode({"ok": True, "data": data, "error": None}))
    elif text:
        click.echo(text)


def table(rows: Sequence[Sequence[object]], heads: Sequence[str]) -> str:
    """Rows below their heads: aligned for people, separated by tabs for programs."""
    texts = [[str(cell) for cell in row] for row in (heads, *rows)]
    if not sys.stdout.isatty():
        return "\n".join("\t".join(row) for row in texts)
    widths = [max(len(row[n]) for row in texts) for n in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in texts
    )


def known_switches() -> list[str]:
    """Every key that can be switched: plugins and their rulesets, as found without importing a plugin here."""
    from gamehall.cli.inspecting import inspect_plugins
    from gamehall.features import SIGNUP

    reports = inspect_plugins()
    rulesets = [f"ruleset:{key}" for report in reports for key in report.rulesets]
    return [SIGNUP, *(report.name for report in reports), *rulesets]


def run(cli: click.Group) -> int:
    """Runs the command line; its exit code: 0 done, 1 failed, 2 usage, 3 not found, 4 refused, 5 conflict."""
    as_json = "--json" in sys.argv[1:]
    try:
        code = cli.main(standalone_mode=False)
        return code if isinstance(code, int) else DONE
    except click.exceptions.Abort:
        return _fail(as_json, "aborted", "Stopped.", FAILED)
    except click.ClickException as error:
        if not as_json:
            error.show()
            return error.exit_code
        return _fail(as_json, "usage", error.format_message(), error.exit_code)
    except click.exceptions.Exit as error:
        return error.exit_code
    except SettingsError as error:
        return _fail(as_json, "settings", str(error), FAILED)
    except Problem as problem:
        details = "".join(f"\n  {e.field}: {e.message}" for e in problem.errors)
        return _fail(
            as_json, problem.slug, (problem.detail or problem.title) + details, _EXIT.get(problem.status, FAILED)
        )


def _fail(as_json: bool, code: str, message: str, exit_code: int) -> int:
    if as_json:
        click.echo(msgspec.json.encode({"ok": False, "data": None, "error": {"code": code, "message": message}}))
    else:
        click.echo(f"gamehall: {message}", err=True)
    return exit_code
