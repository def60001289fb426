"""gamehall plugins"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib import metadata

import click
import msgspec
from packaging.utils import canonicalize_name

from gamehall.cli.inspecting import PluginReport, inspect_plugins
from gamehall.commands import answer, settings_of, table, transact
from gamehall.features import read_switches
from gamehall.plugins import find_plugins
from gamehall.problems import Problem

__all__ = ["plugins"]


@click.group()
def plugins() -> None:
    """See what is installed, what it contributes, and why something does not work."""


def _off(ctx: click.Context) -> frozenset[str]:
    """What is switched off; nothing where there is no database yet."""
    try:
        return transact(settings_of(ctx), read_switches).off
    except Problem:
        return frozenset()


def _state(report: PluginReport, off: frozenset[str]) -> str:
    return ("off" if report.name in off else "on") if report.works else "failed"


@plugins.command("list")
@click.pass_context
def show(ctx: click.Context) -> None:
    """Show every installed plugin with its state and, where it failed, the reason.

    \b
    gamehall plugins list
    gamehall --json plugins list
    """
    reports, off = inspect_plugins(settings_of(ctx), started=True), _off(ctx)
    rows = [(r.name, r.distribution, r.version, _state(r, off), r.reason or "-") for r in reports]
    data = [msgspec.to_builtins(report) | {"state": _state(report, off)} for report in reports]
    answer(ctx, data, table(rows, ("NAME", "DISTRIBUTION", "VERSION", "STATE", "REASON")))


@plugins.command()
@click.argument("name")
@click.pass_context
def info(ctx: click.Context, name: str) -> None:
    """Show one plugin and what it contributes.

    \b
    gamehall plugins info NAME
    """
    reports = inspect_plugins(settings_of(ctx), started=True)
    report = next((each for each in reports if each.name == name), None)
    if report is None:
        raise Problem("not-found", f"There is no plugin {name!r} installed.")
    lines = [f"{report.name}: {report.distribution} {report.version}, {_state(report, _off(ctx))}"]
    lines += [f"stopped after {report.stage}: {report.reason}"] if report.reason else []
    lines += [f"{hook}: {count}" for hook, count in report.contributes.items()]
    lines += [f"ruleset:{key}" for key in report.rulesets]
    answer(ctx, msgspec.to_builtins(report), "\n".join(lines))


@plugins.command()
@click.argument("name", required=False)
@click.pass_context
def check(ctx: click.Context, name: str | None) -> None:
    """Check that plugins, or one of them, come as far as they must; the exit code says so.

    \b
    gamehall plugins check
    """
    reports = inspect_plugins(settings_of(ctx), started=True)
    reports = [report for report in reports if name in (None, report.name)]
    if name is not None and not reports:
        raise Problem("not-found", f"There is no plugin {name!r} installed.")
    failed = [f"{report.name}, after {report.stage}: {report.reason}" for report in reports if not report.works]
    if failed:
        raise Problem("conflict", "\n".join(["some plugins do not work", *failed]))
    answer(ctx, [report.name for report in reports], f"{len(reports)} plugins work.")


@plugins.command()
@click.argument("requirements", nargs=-1, required=True)
@click.pass_context
def install(ctx: click.Context, requirements: tuple[str, ...]) -> None:
    """Install plugins into this environment: names, folders or wheels. Restart the hall to load them.

    What the hall itself needs keeps its version. A plugin is code that runs with all the rights of the hall.

    \b
    gamehall plugins install gamehall-NAME
    gamehall plugins install ./my-game
    """
    pinned = "\n".join(f"{d.name}=={d.version}" for d in metadata.distributions() if not _is_plugin(d.name))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        constraints.write(pinned)
        constraints.flush()
        _pip("install", "--constraint", constraints.name, *requirements)
    answer(ctx, list(requirements), "Installed. Restart the hall to load it.")


@plugins.command()
@click.argument("name")
@click.pass_context
def uninstall(ctx: click.Context, name: str) -> None:
    """Remove a plugin from this environment. Its tables and data stay.

    \b
    gamehall plugins uninstall NAME
    """
    found = next((plugin for plugin in find_plugins() if plugin.name == name), None)
    if found is None:
        raise Problem("not-found", f"There is no plugin {name!r} installed.")
    _pip("uninstall", "--yes", found.distribution)
    answer(ctx, name, "Removed. Restart the hall to run without it.")


def _is_plugin(distribution: str) -> bool:
    return canonicalize_name(distribution).startswith("gamehall-")


def _pip(*arguments: str) -> None:
    """Runs pip in this environment; what it says goes to standard error, its failure is ours."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, stdout=sys.stderr.fileno(), check=False)  # noqa: S603 - the operator chose it
    if done.returncode != 0:
        raise Problem("conflict", "pip could not do it; its reason stands above. Nothing else was changed.")
