"""How the hall connects to SQLite."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import sqlalchemy as sa

__all__ = ["sqlite_engine"]

_BUSY_MS = 10_000
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={_BUSY_MS}", "foreign_keys=ON", "cache_size=-32768")


def sqlite_engine(url: sa.URL, begin: str, size: int) -> sa.Engine:
    """An engine of so many connections, each transaction of which begins with this statement."""
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url,
        poolclass=sa.QueuePool,
        pool_size=size,
        max_overflow=0,
        connect_args={"check_same_thread": False},
        hide_parameters=True,  # errors end in the log, and what was to be stored has no business there
    )

    @sa.event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # pysqlite must not begin transactions by itself
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def start(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
