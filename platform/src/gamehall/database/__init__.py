"""Where a transaction runs. A transaction is one plain function `fn(connection, …)`, written once for both databases.

What is quicker than that is a `Prepared` statement: `Database.look` finds a row by it without a transaction around it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from gamehall.database.base import NEWS_CHANNEL, Database, Load, has_news
from gamehall.database.prepared import Prepared, as_one, is_one_of
from gamehall.database.sqlite import SqliteDatabase, sqlite_engine
from gamehall.settings import SettingsError
from gamehall.statements import Stopwatch

__all__ = [
    "NEWS_CHANNEL",
    "Database",
    "Load",
    "Prepared",
    "as_one",
    "has_news",
    "is_away",
    "is_one_of",
    "open_database",
    "reads",
    "seen_in_rows",
    "serialize_on",
    "snapshot",
    "sync_url",
]


def open_database(url: str, stopwatch: Stopwatch | None = None) -> Database:
    """The database at a SQLAlchemy URL: `sqlite+aiosqlite:///path` or `postgresql+psycopg://…`.

    Raises SettingsError for any other kind.
    """
    parsed = sync_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SqliteDatabase(parsed, stopwatch=stopwatch)
    from gamehall.database.postgres import PostgresDatabase  # its driver is a tenth of what a start imports

    return PostgresDatabase(parsed, stopwatch=stopwatch)


def sync_url(url: str) -> sa.URL:
    """The URL for a synchronous engine, which migrations and SQLite's threads use. Raises SettingsError."""
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError) as error:  # ValueError: its port has thousands of digits
        raise SettingsError(f"GAMEHALL_DATABASE_URL is not a database address: {error}") from error
    match parsed.get_backend_name():
        case "sqlite":
            if parsed.database in (None, "", ":memory:"):
                raise SettingsError("GAMEHALL_DATABASE_URL must name a file: sqlite+aiosqlite:///folder/gamehall.db")
            return parsed.set(drivername="sqlite+pysqlite")
        case "postgresql":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise SettingsError(
                f"GAMEHALL_DATABASE_URL names {other!r}; use sqlite+aiosqlite:///file or postgresql+psycopg://…"
            )


def is_away(error: BaseException) -> bool:
    """Whether an error says that the database does not answer, rather than that it was asked something wrong."""
    if not isinstance(error, sa.exc.OperationalError | sa.exc.TimeoutError):
        return False
    # SQLite calls wrong SQL an operational error too.
    return getattr(getattr(error, "orig", None), "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR


@contextmanager
def snapshot(url: str) -> Iterator[sa.Connection]:
    """One state of the database, to read for as long as it takes: nobody who writes meanwhile waits for it."""
    parsed = sync_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = sqlite_engine(parsed, "BEGIN")
        reader = engine
    else:
        engine = sa.create_engine(parsed, poolclass=sa.NullPool)
        reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    try:
        with reader.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def reads(column: sa.Column[str], text: str) -> sa.ColumnElement[bool]:
    """That a column has a text that somebody typed. PostgreSQL takes no NUL, not even to say that nothing has it."""
    return sa.false() if "\0" in text else column == text


def seen_in_rows(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """A condition for rows that something else has found: no index is looked at for it.

    SQLite knows nothing of how many rows have which value. Of two indexes it can take that of a status which half the
    hall has.
    """
    return sa.case((condition, 1), else_=0) == 1


def serialize_on(connection: sa.Connection, name: str) -> None:
    """Lets one transaction at a time go on for this name, until it ends; call it before the first write.

    Whoever waits here takes its transaction number afterwards, so the events of one game are numbered in the order
    in which they happened. SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_ADVISORY_LOCK, {"name": name})


_ADVISORY_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
