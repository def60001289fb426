"""gamehall plugins purge"""

from __future__ import annotations

import click
import sqlalchemy as sa

from gamehall import audit, migrate
from gamehall.cli.words import complete_plugins
from gamehall.commands import answer, as_operator, confirm_name, settings_of, usable_database
from gamehall.features import read_switches
from gamehall.plugins import find_plugins
from gamehall.problems import Problem
from gamehall.workers import live_workers

__all__ = ["purge"]


@click.command()
@click.argument("name", shell_complete=complete_plugins)
@click.pass_context
def purge(ctx: click.Context, name: str) -> None:
    """Drop all tables of a plugin, for good. It must be switched off, or not be installed; its name is typed first.

    \b
    gamehall features off NAME
    gamehall plugins purge NAME
    gamehall --yes plugins purge NAME
    """
    url = settings_of(ctx).database_url
    with usable_database():
        with migrate.migration_connection(url) as connection:
            tables = _tables(connection, name)
        listed = ", ".join(f"{table} ({rows} rows)" for table, rows in tables.items()) or "no table"
        confirm_name(ctx, name, f"This drops for good: {listed}.")
        with as_operator(), migrate.migration_connection(url) as connection:
            _tables(connection, name)  # it may have been switched on meanwhile
            dropped = migrate.drop_all(connection, migrate.stored_owners(connection), [name])
            audit.note(connection, "plugin.purged", subject=name, tables=len(dropped))
    again = " Restart the hall before it is switched on again: it makes its tables then." if _is_installed(name) else ""
    answer(ctx, {"plugin": name, "tables": tables}, f"Dropped {listed}.{again}")


def _tables(connection: sa.Connection, name: str) -> dict[str, int]:
    """What the plugin has: its tables with their rows.

    Raises Problem `not-found` for one without tables, `not-possible` for one that is at work.
    """
    stored = migrate.stored_owners(connection)
    if name == migrate.HALL.name or name not in stored:
        raise Problem("not-found", f"There are no tables of a plugin {name!r} in this database.")
    at_work = _is_installed(name) or live_workers(connection)  # which may have it, though it was uninstalled since
    if name in read_switches(connection) and at_work:
        raise Problem("not-possible", f"{name} is on. Switch it off first: gamehall features off {name}")
    return {
        table: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table))) or 0
        for table in stored[name].tables
    }


def _is_installed(name: str) -> bool:
    """By the metadata alone: what is broken is installed too."""
    return any(plugin.name == name for plugin in find_plugins())
