"""What only PostgreSQL can have: a version, connections for everybody, transactions that hold the events back."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from gamehall.findings import Finding, bad, ok
from gamehall.languages import catalogue

__all__ = ["cluster"]

_ = catalogue(__name__)

_OLDEST = 14
_EACH_WORKER = 9  # its pool, and the one that listens
_LONG, _TOO_LONG = 5, 30  # seconds for which a transaction that writes is open
_TEXT = 120  # characters of a query that are told

# Whoever has a transaction's number and has not ended, in any database: the feed goes no further than the oldest.
_HOLDING = sa.text(
    """
    SELECT pid::text AS who, datname, coalesce(usename, '') AS usename, coalesce(query, '') AS query,
           extract(epoch FROM clock_timestamp() - xact_start) AS age
      FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
    UNION ALL
    SELECT gid, database, owner, 'PREPARE TRANSACTION', extract(epoch FROM clock_timestamp() - prepared)
      FROM pg_prepared_xacts
     ORDER BY age DESC LIMIT 1
    """
)


def cluster(connection: sa.Connection, workers: int) -> Iterator[Finding]:
    """The server behind this connection, for so many workers."""
    version = int(str(connection.exec_driver_sql("SHOW server_version_num").scalar()))
    shown = connection.exec_driver_sql("SHOW server_version").scalar()
    if version // 10_000 < _OLDEST:
        sentence = _(
            "PostgreSQL {version} is older than {oldest}, and not tried any more.", version=shown, oldest=_OLDEST
        )
        yield bad("database.version", sentence, f"pg_upgrade → PostgreSQL {_OLDEST}+")
    else:
        yield ok("database.version", _("PostgreSQL {version}.", version=shown))
    yield _connections(connection, workers)
    yield from _held_back(connection)
    broken = connection.exec_driver_sql(
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT i.indisvalid ORDER BY 1"
    ).scalars()
    for name in broken:
        sentence = _("The index {name} is not valid: it was not finished, and no query uses it.", name=name)
        yield bad("database.indexes", sentence, f'REINDEX INDEX CONCURRENTLY "{name}";')


def _connections(connection: sa.Connection, workers: int) -> Finding:
    most = int(str(connection.exec_driver_sql("SHOW max_connections").scalar()))
    kept = int(str(connection.exec_driver_sql("SHOW superuser_reserved_connections").scalar()))
    used = connection.scalar(sa.text("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"))
    wanted = workers * _EACH_WORKER
    sentence = _(
        "{used} of {most} connections are used; {workers} workers can use {wanted}.",
        used=used,
        most=most - kept,
        workers=workers,
        wanted=wanted,
    )
    if wanted <= most - kept:
        return ok("database.connections", sentence)
    needed = (wanted + kept + 20) // 10 * 10
    remedy = f"ALTER SYSTEM SET max_connections = {needed}; -- and start PostgreSQL anew / GAMEHALL_WORKERS=…"
    return bad("database.connections", sentence, remedy)


def _held_back(connection: sa.Connection) -> Iterator[Finding]:
    row = connection.execute(_HOLDING).first()
    age = float(row.age or 0) if row else 0.0
    if row is None or age < _LONG:
        yield ok("feed.horizon", _("No transaction holds live events back."))
        return
    sentence = _(
        "A transaction, open for {age:.0f} s, holds all live events back: {who} of {user} in {database}: {query}",
        age=age,
        who=row.who,
        user=row.usename or "?",
        database=row.datname,
        query=" ".join(row.query.split())[:_TEXT],
    )
    end = f"SELECT pg_terminate_backend({row.who});" if row.who.isdigit() else f"ROLLBACK PREPARED '{row.who}';"
    yield Finding("feed.horizon", "bad" if age >= _TOO_LONG else "note", sentence, end)
