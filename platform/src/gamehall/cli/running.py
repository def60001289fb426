"""Running the command line, with one way to fail, and the plugins and switches that its commands know."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import msgspec

from gamehall.problems import Problem
from gamehall.settings import Settings, SettingsError

if TYPE_CHECKING:
    from gamehall.features import Switchable
    from gamehall.plugins import Plugins

__all__ = ["installed_plugins", "known_switches", "run"]

DONE, FAILED, USAGE, NOT_FOUND, REFUSED, CONFLICT = range(6)
_EXIT = {404: NOT_FOUND, 403: REFUSED, 401: REFUSED, 409: CONFLICT}


def known_switches(settings: Settings, *, started: bool) -> dict[str, Switchable]:
    """Everything that can be switched, as found without importing a plugin here, or `started`, as in a worker."""
    from gamehall.cli.inspecting import inspect_plugins
    from gamehall.features import known_features

    return known_features(report.installed for report in inspect_plugins(settings, started=started))


def installed_plugins(ctx: click.Context) -> Plugins:
    """The installed plugins; one that is broken keeps no other out, whatever the settings say for the hall."""
    from gamehall.commands import settings_of
    from gamehall.plugins import load_plugins

    return load_plugins(msgspec.structs.replace(settings_of(ctx), strict=False))


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
        message = (problem.detail or problem.title) + details
        return _fail(as_json, problem.slug, message, _EXIT.get(problem.status, FAILED), problem.extra or None)


def _fail(as_json: bool, code: str, message: str, exit_code: int, data: object = None) -> int:
    if as_json:
        click.echo(msgspec.json.encode({"ok": False, "data": data, "error": {"code": code, "message": message}}))
    else:
        click.echo(f"gamehall: {message}", err=True)
    return exit_code
