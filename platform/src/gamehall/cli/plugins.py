"""gamehall plugins"""

from __future__ import annotations

import click
import msgspec
import sqlalchemy as sa

from gamehall.cli.inspecting import PluginReport, inspect_plugins
from gamehall.cli.running import answer, settings_of, table, transact
from gamehall.features import read_switches
from gamehall.problems import Problem

__all__ = ["plugins"]


@click.group()
def plugins() -> None:
    """See what is installed, what it contributes, and why something does not work."""


def _off(ctx: click.Context) -> frozenset[str]:
    """What is switched off; nothing where there is no database yet."""
    try:
        return transact(settings_of(ctx), read_switches).off
    except sa.exc.SQLAlchemyError:
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
    reports, off = inspect_plugins(), _off(ctx)
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
    report = next((each for each in inspect_plugins() if each.name == name), None)
    if report is None:
        raise Problem("not-found", f"There is no plugin {name!r} installed.")
    lines = [f"{report.name}: {report.distribution} {report.version}, {_state(report, _off(ctx))}"]
    lines += [f"stopped after {report.stage}: {report.reason}"] if report.reason else []
    lines += [f"{hook}: {count}" for hook, count in report.contributes.items()]
    lines += [f"ruleset:{key}" for key in report.rulesets]
    answer(ctx, msgspec.to_builtins(report), "\n".join(lines))
