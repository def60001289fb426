"""gamehall db"""

from __future__ import annotations

import click
import sqlalchemy as sa

from gamehall import migrate
from gamehall.commands import answer, settings_of, table, usable_database
from gamehall.database import sync_url
from gamehall.logs import configure_logs
from gamehall.plugins import load_plugins
from gamehall.problems import Problem

__all__ = ["database"]


@click.group("db")
def database() -> None:
    """Look after the database."""


@database.command()
@click.pass_context
def status(ctx: click.Context) -> None:
    """Show whether everybody's tables fit the code.

    \b
    gamehall db status
    """
    settings = settings_of(ctx)
    plugins = load_plugins(settings)
    owners = [migrate.HALL, *filter(None, (migrate.owner_of(plugins, plugin.name) for plugin in plugins.working))]
    engine = sa.create_engine(sync_url(settings.database_url), poolclass=sa.NullPool)
    with usable_database(), engine.connect() as connection:
        states = {owner.name: migrate.state(connection, owner) for owner in owners}
    engine.dispose()
    rows = [(name, reason or "up to date") for name, reason in states.items()]
    data = {"url": engine.url.render_as_string(), "owners": states}
    answer(ctx, data, f"{engine.url.render_as_string()}\n{table(rows, ('OWNER', 'STATE'))}")


@database.command()
@click.pass_context
def upgrade(ctx: click.Context) -> None:
    """Bring every table up to date. `gamehall serve` does this by itself.

    \b
    gamehall db upgrade
    """
    settings = settings_of(ctx)
    configure_logs(settings)
    plugins = load_plugins(settings)
    with usable_database():
        changed = migrate.upgrade_all(settings.database_url, plugins)
    failed = {plugin.name: plugin.reason for plugin in plugins.all.values() if plugin.failed}
    if failed:
        raise Problem("conflict", "; ".join(f"{name} stays off: {reason}" for name, reason in failed.items()))
    text = f"Brought up to date: {', '.join(changed)}." if changed else "Everything was up to date."
    answer(ctx, {"changed": changed}, text)
