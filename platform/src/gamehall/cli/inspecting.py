"""What is installed, found by a process of its own, so that no plugin can take the command down with it.

That process says whose code it runs next. So a plugin that ends or blocks it is known by name, and another process
finds out about the others.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Literal

import click
import msgspec

from gamehall.cli.words import put_words_down
from gamehall.contributions import contributions_of
from gamehall.disclosing import disclosed
from gamehall.installed import InstalledPlugin
from gamehall.plugins import Plugin, Plugins, Stage, find_plugins, load_plugins
from gamehall.settings import Settings

__all__ = ["PluginReport", "SettingReport", "harmful_plugins", "inspect_plugins"]

_PATIENCE = 60.0  # seconds for one step of one plugin, where the settings have no end for what stands still
_GRACE = 60
_TIMED_OUT = re.compile(r"^Timeout .*?\n.*?\n  (File .*?)$", re.MULTILINE)

Far = Literal["loaded", "started", "checked"]


class SettingReport(msgspec.Struct, frozen=True):
    """One of a plugin's own settings; what is secret is hidden."""

    key: str
    value: Any
    default: Any


class PluginReport(msgspec.Struct, frozen=True):
    """How far a plugin gets when the hall starts; `reason` says why it gets no further, `unruled` which of its routes
    do not say who may use them, `checks` what its checks complain of, with nothing where all is well. `lets_in` and
    `has_pages` are known once it is started, as in `InstalledPlugin`."""

    name: str
    distribution: str
    version: str
    stage: Stage
    reason: str = ""
    rulesets: tuple[str, ...] = ()
    contributes: dict[str, list[str]] = {}
    settings: tuple[SettingReport, ...] = ()
    unruled: tuple[str, ...] = ()
    checks: dict[str, str] = {}
    lets_in: tuple[str, ...] = ()
    has_pages: bool = False

    @property
    def works(self) -> bool:
        return not self.reason

    @property
    def installed(self) -> InstalledPlugin:
        lets_in = frozenset(self.lets_in)
        return InstalledPlugin(
            self.name, self.distribution, self.version, self.reason, 0, self.rulesets, lets_in, self.has_pages
        )


class _Task(msgspec.Struct):
    """What the process is asked: the settings, how far plugins are to come, and those that it must not load."""

    settings: Settings
    far: Far
    without: dict[str, tuple[Stage, str]]
    seconds: float


class _Entered(msgspec.Struct):
    """Whose code runs next, and how far that plugin has come until then; without a name it is the hall's."""

    name: str = ""
    stage: Stage = "found"


def inspect_plugins(settings: Settings, *, started: bool = False, checked: bool = False) -> list[PluginReport]:
    """A report of every plugin found: as far as it comes without a hall, `started` as in a worker that starts, or
    `checked` by its own checks as well."""
    return _inspect(settings, "checked" if checked else "started" if started else "loaded")[0]


def harmful_plugins(settings: Settings) -> dict[str, tuple[Stage, str]]:
    """The plugins that would end or block this process if it loaded them, each with how far it came and why. What this
    process has imported already has shown that it does not."""
    if all(plugin.module in sys.modules for plugin in find_plugins() if not plugin.failed):
        return {}
    return _inspect(settings, "loaded")[1]


def _inspect(settings: Settings, far: Far) -> tuple[list[PluginReport], dict[str, tuple[Stage, str]]]:
    harmful: dict[str, tuple[Stage, str]] = {}
    while True:
        task = _Task(settings, far, harmful, settings.stuck_seconds or _PATIENCE)
        reports, entered, reason = _ask(task)
        if reports is not None:
            put_words_down(settings, reports)
            return reports, harmful
        if not entered.name or entered.name in harmful:
            break
        harmful[entered.name] = (entered.stage, reason)
    click.echo(f"Some plugin breaks the process that loads it ({reason}); only names are known.", err=True)
    found = find_plugins()
    harmful = {plugin.name: (plugin.stage, f"not loaded: {reason}") for plugin in found if not plugin.failed}
    return [PluginReport(p.name, p.distribution, p.version, p.stage, p.reason or harmful[p.name][1]) for p in found], (
        harmful
    )


def _ask(task: _Task) -> tuple[list[PluginReport] | None, _Entered, str]:
    """What a process of its own answers; else whose code it was running, and how it ended."""
    command = [sys.executable, "-m", "gamehall.cli.inspecting"]
    try:
        done = subprocess.run(  # noqa: S603 - this very module
            command,
            input=msgspec.json.encode(task),
            capture_output=True,
            timeout=task.seconds + _GRACE,
            check=False,
        )
        printed, said, code = done.stdout, done.stderr.decode(errors="replace"), done.returncode
    except subprocess.TimeoutExpired as error:  # whose end it did not come to by itself either
        printed, said, code = error.stdout or b"", "", None
    entered = _Entered()
    for line in printed.splitlines():
        with contextlib.suppress(msgspec.DecodeError):
            entered = msgspec.json.decode(line, type=_Entered)
            continue
        with contextlib.suppress(msgspec.DecodeError):
            return msgspec.json.decode(line, type=list[PluginReport]), _Entered(), ""
    return None, entered, _ending(code, said, task.seconds)


def _ending(code: int | None, said: str, seconds: float) -> str:
    where = _TIMED_OUT.search(said)
    if code is None or where:
        return f"it was not done after {seconds:g} seconds{f'; then it was at {where[1]}' if where else ''}"
    how = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with {code}"
    last = "".join(f": {line}" for line in said.splitlines()[-1:] if code > 0)
    return f"it ended the process {how}{last}"


# -- In the process of its own


def _report(task: _Task, entering: Callable[[Plugin | None], None]) -> list[PluginReport]:
    if task.far != "loaded":
        importlib.import_module("gamehall.app")  # the web takes a while, for which no plugin is to blame
    plugins = load_plugins(task.settings, without=task.without, entering=entering)
    plugins.collect("gamehall_commands")
    entering(None)
    unruled, checks = _start(task, plugins, entering) if task.far != "loaded" else ({}, {})
    return [
        PluginReport(
            name=plugin.name,
            distribution=plugin.distribution,
            version=plugin.version,
            stage=plugin.stage,
            reason=plugin.reason,
            rulesets=plugin.installed.rulesets,
            contributes=contributions_of(plugin),
            settings=tuple(_settings(plugin)),
            unruled=tuple(unruled.get(plugin.name, ())),
            checks={
                name.removeprefix(f"{plugin.name}."): complaint
                for name, complaint in checks.items()
                if name.startswith(f"{plugin.name}.")
            },
            lets_in=tuple(sorted(plugin.installed.lets_in)),
            has_pages=plugin.has_pages,
        )
        for plugin in (*plugins.all.values(), *plugins.refused)
    ]


def _settings(plugin: Plugin) -> list[SettingReport]:
    if plugin.settings is None:
        return []
    values = msgspec.to_builtins(plugin.settings, enc_hook=str)
    found = []
    for field in msgspec.structs.fields(plugin.settings):
        default = field.default if field.default is not msgspec.NODEFAULT else None
        if field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        plain = msgspec.to_builtins(default, enc_hook=str)
        key = field.encode_name
        found.append(SettingReport(key, disclosed(key, values[key]), disclosed(key, plain)))
    return found


def _start(
    task: _Task, plugins: Plugins, entering: Callable[[Plugin | None], None]
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Brings the plugins as far as in a worker that has made its application and looked at the tables, where there are
    any yet: by plugin what is wrong with the rules of its routes, and what each check complains of."""
    # Only this process needs them.
    import asyncio

    import sqlalchemy as sa

    from gamehall import migrate
    from gamehall.app import create_app, unruled_of
    from gamehall.database import sync_url
    from gamehall.readiness import Readiness

    app = create_app(task.settings, plugins=plugins)
    unruled = {plugin.name: unruled_of(app, plugin) for plugin in plugins.working}
    engine = sa.create_engine(sync_url(task.settings.database_url), poolclass=sa.NullPool)
    there = False
    with contextlib.suppress(sa.exc.SQLAlchemyError), engine.connect() as connection:
        there = not migrate.state(connection, migrate.HALL)
        if there:
            migrate.check_all(connection, plugins)
    engine.dispose()
    entering(None)
    if task.far != "checked" or not there:
        return unruled, {}
    results = asyncio.run(Readiness(lambda: app.state.host.plugin_checks).ask())
    return unruled, {name: "" if each.ok else each.detail or "it is not well" for name, each in results.items()}


def _main() -> None:
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=_Task)
    # The secret is for nothing here, but making one leaves a file behind.
    task.settings = msgspec.structs.replace(task.settings, strict=False, secret_key="-" * 32)
    answers, sys.stdout = sys.stdout, sys.stderr  # what a plugin prints is no part of the report

    def entering(plugin: Plugin | None) -> None:
        entered = _Entered(plugin.name, plugin.stage) if plugin else _Entered()
        click.echo(msgspec.json.encode(entered), file=answers)
        answers.flush()
        if plugin:
            faulthandler.dump_traceback_later(task.seconds, exit=True)
        else:
            faulthandler.cancel_dump_traceback_later()

    reports = _report(task, entering)
    click.echo(msgspec.json.encode(reports, enc_hook=str), file=answers)
    answers.flush()
    os._exit(0)  # a thread that a plugin has left behind must not keep it


if __name__ == "__main__":
    _main()
