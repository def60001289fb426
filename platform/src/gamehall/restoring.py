"""A hall from its backup, in an empty database of either kind: whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from gamehall import audit, migrate
from gamehall.backups import Header, Part, Told, rows_of
from gamehall.feed import begin_anew
from gamehall.plugins import Plugins
from gamehall.problems import Problem
from gamehall.tables import game, user
from gamehall.workers import live_workers

__all__ = ["check_restorable", "restore_backup"]

_AT_ONCE = 500

Row = dict[str, Any]


def restore_backup(
    url: str,
    file: Path,
    header: Header,
    plugins: Plugins,
    *,
    without: Collection[str] = (),
    told: Told | None = None,
    last: Callable[[], object] | None = None,
) -> None:
    """Puts a verified backup into the database at this URL, in one transaction: tables as they were, then their rows.

    What plugins named in `without` have in it is left out. `last` is called when everything is there, before it is
    kept: whatever ends the process, a hall is never there without what that does. Bring the tables up to date
    afterwards. Raises what `check_restorable` does.
    """
    with migrate.migration_connection(url) as connection:
        owners = check_restorable(connection, header, plugins, without=without)
        if stored := migrate.stored_owners(connection):
            migrate.drop_all(connection, stored, list(stored))
        for owner, revision in owners:
            for each in revision.split(", "):
                migrate.migrate_to(connection, owner, each)
        names = {owner.name for owner, _ in owners}
        _load(connection, file, header.tables, names, told)
        begin_anew(connection, header.last_event)
        audit.note(connection, "hall.restored", made_at=header.made_at.isoformat(), version=header.version)
        if last is not None:
            last()


def check_restorable(
    connection: sa.Connection, header: Header, plugins: Plugins, *, without: Collection[str] = ()
) -> list[tuple[migrate.Owner, str]]:
    """Whose tables to bring to which revision, the hall's first.

    Raises Problem `not-possible` for a database in which a hall is at work or has anything, and `conflict` for tables
    of versions that are not installed, with what to do.
    """
    _check_empty(connection)
    owners, missing = [], []
    for name, wrote in header.owners.items():
        if name in without:
            continue
        owner = migrate.HALL if name == migrate.HALL.name else _installed(plugins, name)
        version = f" {wrote.version}" if wrote.version else ""
        if owner is None:
            missing.append(f"the plugin {name}{version} is not installed, or does not work; --without {name} leaves it")
        elif reason := migrate.newer(owner, connection, set(wrote.revision.split(", ")), wrote.version):
            missing.append(f"{name}: {reason}")
        else:
            owners.append((owner, wrote.revision))
    if missing:
        raise Problem("conflict", "\n  ".join(["This installation cannot restore that backup:", *missing]))
    return owners


def _installed(plugins: Plugins, name: str) -> migrate.Owner | None:
    plugin = plugins.all.get(name)
    return migrate.owner_of(plugins, name) if plugin is not None and not plugin.failed else None


def _check_empty(connection: sa.Connection) -> None:
    stored = migrate.stored_owners(connection)
    if not stored:
        return
    elsewhere = (
        "Restore into an empty database: move the SQLite file away with those beside it (-wal, -shm), or make a new "
        "database in PostgreSQL and name it in GAMEHALL_DATABASE_URL."
    )
    if migrate.state(connection, migrate.HALL):
        raise Problem("not-possible", f"The tables in this database are not up to date. {elsewhere}")
    if workers := live_workers(connection):
        raise Problem(
            "not-possible", f"A hall is at work here ({', '.join(workers)}). Stop it, and try again in ten seconds."
        )
    people = connection.execute(sa.select(user.c.id).where(user.c.played_by.is_(None)).limit(1)).first()
    if people is not None or connection.execute(sa.select(game.c.id).limit(1)).first() is not None:
        raise Problem("not-possible", f"This database has a hall with users or games. {elsewhere}")


def _load(
    connection: sa.Connection, file: Path, parts: tuple[Part, ...], owners: Collection[str], told: Told | None
) -> None:
    kept = [part for part in parts if part.owner in owners]
    reflected = sa.MetaData()
    reflected.reflect(connection, only=[part.table for part in kept])
    for part in reversed(kept):  # migrations have put in how a hall begins
        connection.execute(reflected.tables[part.table].delete())
    for part, lines in rows_of(file, parts):
        if part.owner not in owners:
            for _line in lines:
                pass
            continue
        table = reflected.tables[part.table]
        read = _reader(table, part.columns, utc_only=connection.dialect.name == "sqlite")
        for rows in _batches(map(read, lines)):
            connection.execute(table.insert(), rows)
            if told is not None:
                told(len(rows))
        _go_on_counting(connection, table)


def _reader(table: sa.Table, columns: tuple[str, ...], *, utc_only: bool) -> Callable[[bytes], Row]:
    """What makes a row of a line: values of the kinds that this database has for the columns."""
    decoder = msgspec.json.Decoder(tuple[tuple(_kind(table.c[name]) for name in columns)])  # type: ignore[misc]
    moments = [name for name in columns if isinstance(table.c[name].type, sa.DateTime)]
    zoned = {name for name in moments if not utc_only and getattr(table.c[name].type, "timezone", False)}

    def read(line: bytes) -> Row:
        row = dict(zip(columns, decoder.decode(line), strict=True))
        for name in moments:
            if (moment := row[name]) is not None:
                row[name] = _in_utc(moment) if name in zoned else _in_utc(moment).replace(tzinfo=None)
        return row

    return read


def _kind(column: sa.Column[Any]) -> Any:
    try:
        kind = column.type.python_type
    except NotImplementedError:
        return Any
    return Any if kind in (dict, list, object) else kind | None


def _in_utc(moment: datetime) -> datetime:
    """SQLite keeps no time zone; there all moments are in UTC."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, _AT_ONCE)):
        yield batch


def _go_on_counting(connection: sa.Connection, table: sa.Table) -> None:
    """Lets PostgreSQL number the next row of a table by itself behind those that came with their numbers."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key.columns:
        if not isinstance(column.type, sa.Integer):
            continue
        sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(f'"{table.name}"', column.name)))
        if sequence is not None and (last := connection.scalar(sa.select(sa.func.max(column)))) is not None:
            connection.execute(sa.select(sa.func.setval(sequence, last)))
