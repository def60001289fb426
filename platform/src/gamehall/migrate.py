"""Migrations: one Alembic history for the hall and one for each plugin, each under a version table of its own.

So a plugin that was uninstalled stops nobody else from going on, and a failing migration keeps only its owner off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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

from gamehall import __version__, tables
from gamehall.database import serialize_on, sync_url
from gamehall.plugins import Plugins
from gamehall.tables import now

__all__ = [
    "HALL",
    "Owner",
    "Stored",
    "check_all",
    "differences",
    "downgrade",
    "drop_all",
    "is_pending",
    "migrate_to",
    "migration_connection",
    "newer",
    "owner_of",
    "state",
    "stored_owners",
    "upgrade_all",
]

_FOLDER = Path(str(resources.files("gamehall"))) / "migrations"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns a history: the hall or a plugin."""

    name: str
    metadata: sa.MetaData
    folder: Path
    version: str = ""

    @property
    def version_table(self) -> str:
        return f"{self.name}_version"

    def owns(self, table: str) -> bool:
        return table in self.metadata.tables or (self is not HALL and table.startswith(f"{self.name}_"))


HALL = Owner("gamehall", tables.metadata, _FOLDER / "versions", __version__)


@dataclass(frozen=True, slots=True)
class Stored:
    """What a database says of an owner, installed or not: where its tables stand, which version brought them there
    (empty where that was never put down), and the tables, without the one of its version."""

    revision: str
    version: str
    tables: tuple[str, ...]


def owner_of(plugins: Plugins, name: str) -> Owner | None:
    """The history of a plugin, None when it has no tables."""
    plugin = plugins.all[name]
    declared = plugin.declared.get("gamehall_tables", ())
    return next((Owner(name, each.metadata, each.migrations, plugin.version) for each in declared), None)


def stored_owners(connection: sa.Connection) -> dict[str, Stored]:
    """Everybody who has tables in this database, by name; what belongs to no plugin is the hall's. Empty where there
    is no hall."""
    inspector = sa.inspect(connection)
    names = set(inspector.get_table_names())
    ending = "_version"
    owners = [
        name.removesuffix(ending)
        for name in names
        if name.endswith(ending) and [column["name"] for column in inspector.get_columns(name)] == ["version_num"]
    ]
    if HALL.name not in owners:
        return {}
    tables_of: dict[str, list[str]] = {owner: [] for owner in owners}
    for name in sorted(names - {owner + ending for owner in owners}):
        among = [owner for owner in owners if owner != HALL.name and name.startswith(f"{owner}_")]
        tables_of[max(among, key=len, default=HALL.name)].append(name)
    put_down = tables.upgrade.name in names
    return {
        owner: Stored(
            ", ".join(connection.scalars(sa.select(sa.column("version_num")).select_from(sa.table(owner + ending)))),
            (_put_down_version(connection, owner) if put_down else ""),
            tuple(found),
        )
        for owner, found in sorted(tables_of.items(), key=lambda each: (each[0] != HALL.name, each[0]))
    }


def _put_down_version(connection: sa.Connection, owner: str) -> str:
    query = sa.select(tables.upgrade.c.version).where(tables.upgrade.c.owner == owner)
    return connection.scalar(query) or ""


def drop_all(connection: sa.Connection, stored: dict[str, Stored], names: Iterable[str]) -> list[str]:
    """Drops all that these owners have in the database, whatever is installed; the names of their tables.

    The hall's are those that this version knows: what else is in its database is not touched.
    """
    gone = [each for name in names for each in stored[name].tables if name != HALL.name or HALL.owns(each)]
    versions = [f"{name}_version" for name in names]
    reflected = sa.MetaData()
    reflected.reflect(connection, only=[*gone, *versions])
    reflected.drop_all(connection, [reflected.tables[each] for each in (*gone, *versions)])
    if HALL.name not in names and tables.upgrade.name in stored[HALL.name].tables:
        connection.execute(tables.upgrade.delete().where(tables.upgrade.c.owner.in_(list(names))))
    return gone


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
    put_down = sa.inspect(connection).has_table(tables.upgrade.name)
    return newer(owner, connection, stored, _put_down_version(connection, owner.name) if put_down else "")


def newer(owner: Owner, connection: sa.Connection, revisions: set[str], version: str) -> str:
    """What is wrong with tables at these revisions, which a version wrote, when this code does not know them; empty
    when it does."""
    scripts = ScriptDirectory.from_config(_config(owner, connection))
    unknown = sorted(revisions - {each.revision for each in scripts.walk_revisions()})
    if not unknown:
        return ""
    wrote = f"version {version}" if version else "another version"
    here = f", this is {owner.version}" if owner.version else ""
    return f"its tables are at {', '.join(unknown)}, as {wrote} has them{here}; install that version again"


def is_pending(connection: sa.Connection, owner: Owner) -> bool:
    """Whether there are tables of this owner that an upgrade would change."""
    stored, wanted = _heads(owner, connection)
    return bool(stored) and stored != wanted and not newer(owner, connection, stored, "")


def upgrade(url: str, owner: Owner) -> bool:
    """Brings one owner's tables up to its code, whole or not at all; whether there was anything to do.

    Raises RuntimeError when the tables are of a version that the code does not know.
    """
    with migration_connection(url) as connection:
        stored, wanted = _heads(owner, connection)
        if stored == wanted:
            return False
        if reason := _newer(owner, connection, stored):
            raise RuntimeError(reason)
        migrate_to(connection, owner, "heads")
        return True


def migrate_to(connection: sa.Connection, owner: Owner, revision: str) -> None:
    """Takes an owner's tables up to a revision, in this transaction, and puts down which version did."""
    command.upgrade(_config(owner, connection), revision)
    if not sa.inspect(connection).has_table(tables.upgrade.name):
        return  # the hall's own are of a time before that
    stored, _ = _heads(owner, connection)
    row = {"revision": ", ".join(sorted(stored)), "version": owner.version, "at": now()}
    connection.execute(tables.upgrade.delete().where(tables.upgrade.c.owner == owner.name))
    connection.execute(tables.upgrade.insert(), row | {"owner": owner.name})


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
        plugins.entering(plugin)
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
