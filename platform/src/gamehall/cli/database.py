"""gamehall db"""

from __future__ import annotations

import click
import sqlalchemy as sa

from gamehall import migrate
from gamehall.cli.backups import backup, restore
from gamehall.cli.running import installed_plugins
from gamehall.commands import answer, progress, settings_of, table, usable_database
from gamehall.database import sync_url
from gamehall.problems import Problem
from gamehall.retention import changed_days, held, retentions_of
from gamehall.upgrading import bring_up_to_date

__all__ = ["database"]


@click.group("db")
def database() -> None:
    """Look after the database."""


database.add_command(backup)
database.add_command(restore)


@database.command()
@click.pass_context
def status(ctx: click.Context) -> None:
    """Show whether everybody's tables fit the code, and how much there is of what is kept for a while only.

    \b
    gamehall db status
    """
    settings = settings_of(ctx)
    plugins = installed_plugins(ctx)
    owners = [migrate.HALL, *filter(None, (migrate.owner_of(plugins, plugin.name) for plugin in plugins.working))]
    retentions = retentions_of(plugins)
    unknown = sorted(set(changed_days(settings.keep_days)) - {each.name for _, each in retentions})
    engine = sa.create_engine(sync_url(settings.database_url), poolclass=sa.NullPool)
    with usable_database(), engine.connect() as connection:
        states = {owner.name: migrate.state(connection, owner) for owner in owners}
        fitting = [(owner, each) for owner, each in retentions if not states.get(owner, "no tables")]
        kept = [held(connection, settings, owner, each) for owner, each in fitting]
    engine.dispose()
    url = engine.url.render_as_string()
    lines = [url, table([(name, reason or "up to date") for name, reason in states.items()], ("OWNER", "STATE"))]
    rows = [(each.name, each.owner, each.rows, each.oldest.date() if each.oldest else "-", each.days) for each in kept]
    lines += ["", table(rows, ("KEPT", "OWNER", "ROWS", "OLDEST", "DAYS"))] if rows else []
    lines += [f"keep_days: nothing that is kept is called {name!r}" for name in unknown]
    answer(ctx, {"url": url, "owners": states, "kept": kept, "unknown": unknown}, "\n".join(lines))


@database.command()
@click.option("--no-backup", is_flag=True, help="Make no copy before tables change.")
@click.pass_context
def upgrade(ctx: click.Context, no_backup: bool) -> None:
    """Bring every table up to date. `gamehall serve` does this by itself.

    Before tables with something in them change, the hall is copied into the data folder.

    \b
    gamehall db upgrade
    gamehall db upgrade --no-backup
    """
    settings = settings_of(ctx)
    plugins = installed_plugins(ctx)
    with usable_database(), progress(ctx, "Copying") as begin:
        changed, copied = bring_up_to_date(
            settings, plugins, copy=not no_backup, begin=lambda header: begin(header.rows)
        )
    kept = f" The hall as it was is in {copied}." if copied else ""
    failed = {plugin.name: plugin.reason for plugin in plugins.all.values() if plugin.failed}
    if failed:
        told = "; ".join(f"{name} stays off: {reason}" for name, reason in failed.items())
        raise Problem("conflict", f"{told}.{kept}" if kept else told)
    text = f"Brought up to date: {', '.join(changed)}.{kept}" if changed else "Everything was up to date."
    answer(ctx, {"changed": changed, "backup": str(copied) if copied else None}, text)
