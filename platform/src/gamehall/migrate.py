"""Migrations: one Alembic history for the hall and one for each plugin, each under a version table of its own.

So a plugin that was uninstalled stops nobody else from going on, and a failing migration keeps only its owner off.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from gamehall import tables
from gamehall.database import serialize_on, sync_url
from gamehall.plugins import Plugins

__all__ = [
    "HALL",
    "Owner",
    "check_all",
    "differences",
    "downgrade",
    "migration_connection",
    "owner_of",
    "state",
    "upgrade_all",
]

_FOLDER = Path(str(resources.files("gamehall"))) / "migrations"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns a history: the hall or a plugin."""

    name: str
    metadata: sa.MetaData
    folder: Path

    @property
    def version_table(self) -> str:
        return f"{self.name}_version"

    def owns(self, table: str) -> bool:
        return table in self.metadata.tables or (self is not HALL and table.startswith(f"{self.name}_"))


HALL = Owner("gamehall", tables.metadata, _FOLDER / "versions")


def owner_of(plugins: Plugins, name: str) -> Owner | None:
    """The history of a plugin, None when it has no tables."""
    declared = plugins.all[name].declared.get("gamehall_tables", ())
    return next((Owner(name, each.metadata, each.migrations) for each in declared), None)


@contextmanager
def migration_connection(url: str) -> Iterator[sa.Connection]:
    """One transaction, the only one of its kind at a time. Foreign keys are not enforced on SQLite in it, because
    changing a table there means making it anew; they are checked at its end."""
    engine = sa.create_engine(sync_url(url), poolclass=sa.NullPool)
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).parent.mkdir(parents=True, exist_ok=True)

        @sa.event.listens_for(engine, "connect")
        def configure(connection: Any, _record: object) -> None:
            connection.isolation_level = None
            for pragma in ("busy_timeout=30000", "journal_mode=WAL", "foreign_keys=OFF"):
                connection.execute(f"PRAGMA {pragma}")

        @sa.event.listens_for(engine, "begin")
        def begin(connection: sa.Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with engine.begin() as connection:
            serialize_on(connection, "migrations")
            yield connection
            if engine.dialect.name == "sqlite" and (
                broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            ):
                raise RuntimeError(f"the migration left rows without what they refer to: {broken[:5]}")
    finally:
        engine.dispose()


def _config(owner: Owner, connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(owner.folder))
    config.attributes.update(connection=connection, owner=owner)
    return config


def _heads(owner: Owner, connection: sa.Connection) -> tuple[set[str], set[str]]:
    """(where the database stands, where the code stands)."""
    context = MigrationContext.configure(connection, opts={"version_table": owner.version_table})
    return set(context.get_current_heads()), set(ScriptDirectory.from_config(_config(owner, connection)).get_heads())


def state(connection: sa.Connection, owner: Owner) -> str:
    """Empty when the tables fit the code; otherwise a sentence that says what does not."""
    stored, wanted = _heads(owner, connection)
    if stored == wanted:
        return ""
    return _newer(owner, connection, stored) or "its tables are not up to date; run: gamehall db upgrade"


def _newer(owner: Owner, connection: sa.Connection, stored: set[str]) -> str:
    scripts = ScriptDirectory.from_config(_config(owner, connection))
    unknown = stored - {revision.revision for revision in scripts.walk_revisions()}
    if not unknown:
        return ""
    return f"its tables are of another version ({', '.join(sorted(unknown))}); install that version again"


def upgrade(url: str, owner: Owner) -> bool:
    """Brings one owner's tables up to its code, whole or not at all; whether there was anything to do.

    Raises RuntimeError when the tables are of a version that the code does not know.
    """
    with migration_connection(url) as connection:
        stored, wanted = _heads(owner, connection)
        if stored == wanted:
            return False
        if newer := _newer(owner, connection, stored):
            raise RuntimeError(newer)
        command.upgrade(_config(owner, connection), "heads")
        return True


def downgrade(url: str, owner: Owner, revision: str = "base") -> None:
    """Takes one owner's tables back, all of them by default."""
    with migration_connection(url) as connection:
        command.downgrade(_config(owner, connection), revision)


def upgrade_all(url: str, plugins: Plugins) -> list[str]:
    """Upgrades the hall, then every working plugin; the names that changed. A failing plugin is taken out."""
    changed = [HALL.name] if upgrade(url, HALL) else []
    for plugin in plugins.working:
        if (owner := owner_of(plugins, plugin.name)) is None:
            continue
        try:
            if upgrade(url, owner):
                changed.append(plugin.name)
        except Exception as error:  # noqa: BLE001 - a migration that fails keeps only its owner off
            plugins.fail(plugin, error)
    return changed


def check_all(connection: sa.Connection, plugins: Plugins) -> None:
    """Takes out plugins whose tables do not fit their code. Raises RuntimeError when the hall's own do not."""
    if reason := state(connection, HALL):
        raise RuntimeError(f"the hall cannot start: {reason}")
    for plugin in plugins.working:
        owner = owner_of(plugins, plugin.name)
        try:
            reason = state(connection, owner) if owner else ""
        except Exception as error:  # noqa: BLE001 - its revision files are code of the plugin's
            reason = f"{type(error).__name__}: {error}"
        if reason:
            plugins.fail(plugin, reason)
        else:
            plugin.stage = "migrated"


def differences(connection: sa.Connection, owner: Owner) -> list[Any]:
    """What Alembic would change to make the database's tables those of the code; empty when they are equal."""

    def include_name(name: str | None, kind: str, _parent: object) -> bool:
        return kind != "table" or (name is not None and owner.owns(name))

    options = {"version_table": owner.version_table, "include_name": include_name, "compare_type": True}
    found: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=options), owner.metadata)
    return found
