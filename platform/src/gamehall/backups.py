"""Backups: everything that a hall has stored, in one file that either database can be restored from.

The file is compressed lines of JSON: a header that says what it is, a line for each row, table by table, and at the
end the SHA-256 of all lines before. It is read from one state of the database, while the hall goes on.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import secrets
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import msgspec
import sqlalchemy as sa

from gamehall import __version__, migrate
from gamehall.codes import code_for
from gamehall.database import snapshot
from gamehall.problems import UNREADABLE, Problem
from gamehall.tables import PASSING, event, now

__all__ = [
    "Header",
    "Part",
    "Told",
    "Wrote",
    "dated",
    "keep_newest",
    "key_mark",
    "read_header",
    "rows_of",
    "verify",
    "write_backup",
]

FORMAT = "gamehall-backup-1"
_AT_ONCE = 1_000
_LEVEL = 3  # of compression: more takes much longer and saves little
_LONGEST_HEADER = 1_000_000
_MARK = 16

Told = Callable[[int], None]
"""Is told of so many rows more that are done."""


class Wrote(msgspec.Struct, frozen=True):
    """Whose tables are in a backup: at which revision, and which version had brought them there; empty if unknown."""

    revision: str
    version: str


class Part(msgspec.Struct, frozen=True):
    """A table in a backup. Parts follow each other so that what a row refers to comes before it."""

    table: str
    owner: str
    columns: tuple[str, ...]
    rows: int


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says of itself. `key` tells the hall's secret key from others, `secret_key` is the key itself
    where it is included; `last_event` the id of the last event that there was."""

    format: str = FORMAT
    version: str
    made_at: datetime
    database: str
    owners: dict[str, Wrote]
    tables: tuple[Part, ...]
    last_event: int
    key: str
    secret_key: str | None = None

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return sum(part.rows for part in self.tables)

    def count(self, table: str) -> int:
        """How many rows of a table it has; 0 where it does not have the table."""
        return next((part.rows for part in self.tables if part.table == table), 0)


class _End(msgspec.Struct, frozen=True):
    sha256: str


def key_mark(secret: bytes) -> str:
    """What tells this secret key from others, and tells nothing else of it."""
    return code_for(secret, "backup", "", _MARK)


def write_backup(
    url: str, file: Path, secret: bytes, *, with_key: bool = False, begin: Callable[[Header], Told] | None = None
) -> Header:
    """Writes the hall's database at this URL to a file that nobody else may read; it appears when it is whole.

    `begin` is called with the header before the first row. Raises Problem `not-found` where there is no hall, OSError
    for a file that cannot be written.
    """
    with snapshot(url) as connection:
        header, parts = _look(connection, secret, with_key=with_key)
        told = begin(header) if begin else None
        with _appearing(file) as raw, gzip.GzipFile("", "wb", _LEVEL, raw) as packed:
            digest = hashlib.sha256()
            for lines in _lines(connection, header, parts, told):
                digest.update(lines)
                packed.write(lines)
            packed.write(msgspec.json.encode(_End(digest.hexdigest())) + b"\n")
    return header


def _look(connection: sa.Connection, secret: bytes, *, with_key: bool) -> tuple[Header, list[sa.Table]]:
    stored = migrate.stored_owners(connection)
    if not stored:
        raise Problem("not-found", "There is no hall in this database yet.")
    owner_of = {table: owner for owner, each in stored.items() for table in each.tables if table not in PASSING}
    reflected = sa.MetaData()
    reflected.reflect(connection, only=list(owner_of))
    parts = [table for table in reflected.sorted_tables if table.name in owner_of]
    counts = [connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in parts]
    header = Header(
        version=__version__,
        made_at=now(),
        database=connection.dialect.name,
        owners={owner: Wrote(each.revision, each.version) for owner, each in stored.items() if each.revision},
        tables=tuple(
            Part(str(table.name), owner_of[table.name], tuple(str(column.name) for column in table.columns), count)
            for table, count in zip(parts, counts, strict=True)
        ),
        last_event=connection.scalar(sa.select(sa.func.max(event.c.id))) or 0,
        key=key_mark(secret),
        secret_key=secret.decode() if with_key else None,
    )
    return header, parts


def _lines(connection: sa.Connection, header: Header, parts: list[sa.Table], told: Told | None) -> Iterator[bytes]:
    yield msgspec.json.encode(header) + b"\n"
    streaming = connection.execution_options(yield_per=_AT_ONCE)
    for table in parts:
        for rows in streaming.execute(sa.select(table)).partitions():
            yield b"".join(msgspec.json.encode(tuple(row)) + b"\n" for row in rows)
            if told is not None:
                told(len(rows))


@contextlib.contextmanager
def _appearing(file: Path) -> Iterator[IO[bytes]]:
    """A new file, for its owner alone, that takes its name when the block has ended well and it is on the disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            yield raw
            raw.flush()
            os.fsync(raw.fileno())
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def dated(folder: Path, kind: str) -> Path:
    """The name of a backup of this kind that is made now; names sort by their time."""
    return folder / f"{kind}-{now():%Y%m%d-%H%M%S-%f}.backup"


def keep_newest(folder: Path, kind: str, number: int) -> list[Path]:
    """Removes all but the newest so many backups of this kind; those that are gone."""
    old = sorted(folder.glob(f"{kind}-{'[0-9]' * 8}-{'[0-9]' * 6}-{'[0-9]' * 6}.backup"))[:-number]
    for each in old:
        each.unlink(missing_ok=True)
    return old


def read_header(file: Path) -> Header:
    """What a backup says of itself. Raises Problem `malformed` for a file that is none, OSError."""
    with _opened(file) as lines:
        first = lines.readline(_LONGEST_HEADER)
    try:
        stated = msgspec.json.decode(first, type=dict[str, Any]).get("format")
        if stated != FORMAT:
            raise Problem("malformed", f"{file} is no backup that this version reads: its format is {stated!r}.")
        return msgspec.json.decode(first, type=Header)
    except UNREADABLE as error:
        raise Problem("malformed", f"{file} is no backup of a hall ({error}).") from error


def verify(file: Path) -> None:
    """Reads all of a backup. Raises Problem `malformed` unless every line is as it was written."""
    digest, last = hashlib.sha256(), b""
    with _opened(file) as lines:
        for line in lines:
            digest.update(last)
            last = line
    try:
        stated = msgspec.json.decode(last, type=_End).sha256
    except UNREADABLE as error:
        raise _damaged(file, "its end is missing") from error
    if stated != digest.hexdigest():
        raise _damaged(file, "its checksum is another one")


def rows_of(file: Path, parts: tuple[Part, ...]) -> Iterator[tuple[Part, Iterator[bytes]]]:
    """Each table with the lines of its rows, which must be taken before the next table is asked for."""
    with _opened(file) as lines:
        lines.readline(_LONGEST_HEADER)
        for part in parts:
            yield part, (lines.readline() for _ in range(part.rows))


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[gzip.GzipFile]:
    try:
        with gzip.open(file) as lines:
            yield lines
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _damaged(file, str(error)) from error


def _damaged(file: Path, why: str) -> Problem:
    return Problem("malformed", f"{file} is damaged, or no backup of a hall: {why}. Nothing of it was used.")
