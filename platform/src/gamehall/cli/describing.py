"""gamehall plugins info"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import click
import msgspec
import sqlalchemy as sa

import gamehall
from gamehall import migrate
from gamehall.cli.inspecting import PluginReport, inspect_plugins
from gamehall.cli.words import complete_plugins
from gamehall.commands import answer, settings_of, transact
from gamehall.contributions import noun_of
from gamehall.features import FeatureState, known_features, list_features
from gamehall.nearest import did_you_mean
from gamehall.packages import package_of
from gamehall.plugins import find_plugins
from gamehall.problems import Problem
from gamehall.settings import Settings

__all__ = ["info", "no_plugin", "read_switched", "state_of", "stored_tables"]


class _Table(NamedTuple):
    name: str
    rows: int
    bytes: int | None


def read_switched(settings: Settings, reports: Iterable[PluginReport]) -> dict[str, FeatureState]:
    """The switches of these plugins, by name; nothing where there is no database yet."""
    known = known_features(report.installed for report in reports)
    try:
        return {each.key: each for each in transact(settings, list_features, known)}
    except Problem:
        return {}


def state_of(report: PluginReport, switched: Mapping[str, FeatureState]) -> str:
    """`on`, `off` or `failed`."""
    if not report.works:
        return "failed"
    return "off" if report.name in switched and not switched[report.name].on else "on"


def no_plugin(name: str) -> Problem:
    """What to raise when there is none of this name."""
    hint = did_you_mean(name, [plugin.name for plugin in find_plugins()])
    return Problem("not-found", f"There is no plugin {name!r} installed.", hint=hint)


@click.command()
@click.argument("name", shell_complete=complete_plugins)
@click.pass_context
def info(ctx: click.Context, name: str) -> None:
    """Show all about one plugin: what it is, how it is, and what it contributes, each by name.

    \b
    gamehall plugins info NAME
    gamehall --json plugins info NAME
    """
    settings = settings_of(ctx)
    reports = inspect_plugins(settings, checked=True)
    found = [each for each in reports if name in (each.name, each.distribution)]
    if not found:
        raise no_plugin(name)
    report, switched = found[0], read_switched(settings, reports)
    package, stored = package_of(report.distribution), stored_tables(settings, report.name)
    state, last = state_of(report, switched), switched.get(report.name)
    data = msgspec.to_builtins(report) | {
        "state": state,
        "switched_at": last.changed_at if last else None,
        "switched_by": (last.changed_by or None) if last else None,
        "package": package,
        "tables": [each._asdict() for each in stored],
    }
    since = ""
    if last and last.changed_at and report.works:
        since = f" since {last.changed_at:%Y-%m-%d %H:%M} UTC, by {last.changed_by}"
    facts = {
        "state": f"{state}{since}",
        "stopped after": f"{report.stage}: {report.reason}" if report.reason else "",
        "stage": "" if report.reason else report.stage,
        "summary": package.summary,
        "distribution": f"{package.distribution} {package.version}",
        "worked on in": package.folder,
        "home page": package.home_page,
        "licence": package.license,
        "accepts": f"gamehall{package.hall or ', any version'}; this is {gamehall.__version__}",
        "python": package.python,
        "requires": ", ".join(package.requires),
        "required by": ", ".join(package.required_by),
    }
    lines = [report.name, *(f"  {what:<14}{fact}" for what, fact in facts.items() if fact)]
    answer(ctx, data, "\n".join([*lines, *_parts(report, stored)]))


def _parts(report: PluginReport, stored: list[_Table]) -> list[str]:
    """A line for each thing that the plugin contributes, below its kind."""
    own: dict[str, list[str]] = {
        noun_of(hook): names
        for hook, names in report.contributes.items()
        if hook not in ("gamehall_settings", "gamehall_tables", "gamehall_checks")
    }
    settings = [f"{each.key} = {_plain(each.value)} (default {_plain(each.default)})" for each in report.settings]
    checks = [f"{name}: {complaint or 'ok'}" for name, complaint in report.checks.items()]
    checks = checks or report.contributes.get("gamehall_checks", [])
    tables = [f"{each.name}: {each.rows} rows{_size(each.bytes)}" for each in stored]
    parts = {"settings": settings, "tables": tables, "checks": checks, **own, "routes without a rule": report.unruled}
    return [line for noun, names in parts.items() if names for line in (noun, *(f"  {name}" for name in names))]


def _plain(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _size(number: int | None) -> str:
    return "" if number is None else f", {number / 1024:,.0f} KiB"


def stored_tables(settings: Settings, name: str) -> list[_Table]:
    """What the plugin has stored, whether it works or not."""

    def read(connection: sa.Connection) -> list[_Table]:
        stored = migrate.stored_owners(connection).get(name)
        names = stored.tables if stored is not None and name != migrate.HALL.name else ()
        counts = {each: sa.select(sa.func.count()).select_from(sa.table(each)) for each in names}
        return [_Table(each, connection.scalar(query) or 0, _bytes(connection, each)) for each, query in counts.items()]

    try:
        return transact(settings, read)
    except Problem:
        return []


def _bytes(connection: sa.Connection, name: str) -> int | None:
    """What a table takes with its indexes; None where the database cannot tell."""
    if connection.dialect.name == "postgresql":
        return connection.scalar(sa.select(sa.func.pg_total_relation_size(sa.func.to_regclass(name))))
    index = sa.table("sqlite_master", sa.column("name"), sa.column("tbl_name"))
    pages = sa.table("dbstat", sa.column("name"), sa.column("pgsize"))
    of_table = sa.select(index.c.name).where(index.c.tbl_name == name)
    try:
        with connection.begin_nested():
            total: int | None = connection.scalar(
                sa.select(sa.func.sum(pages.c.pgsize)).where(pages.c.name.in_(of_table))
            )
            return total
    except sa.exc.OperationalError:  # a SQLite that was built without dbstat
        return None
