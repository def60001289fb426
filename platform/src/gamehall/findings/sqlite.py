"""What only SQLite can have: the one file, its log of writes, and where it lies."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from gamehall.database import sync_url
from gamehall.findings import Finding, bad, note, ok
from gamehall.findings.machine import network_of
from gamehall.languages import catalogue
from gamehall.settings import Settings

__all__ = ["checked_file"]

_ = catalogue(__name__)

_LONG_LOG = 256 << 20  # bytes: SQLite begins the log anew long before, unless somebody reads on and on
_SECONDS = 4.0  # for the check, which reads the whole file


def checked_file(settings: Settings) -> Iterator[Finding]:
    """The file of a hall on SQLite: nothing for others, nor where there is none yet."""
    url = sync_url(settings.database_url)
    file = Path(url.database or "")
    if url.get_backend_name() != "sqlite" or not file.exists():
        return
    if kind := network_of(file.absolute()):
        sentence = _(
            "{file} is on a network filesystem ({kind}), where SQLite's locks do not hold.", file=file, kind=kind
        )
        yield bad("database.place", sentence, "GAMEHALL_DATABASE_URL=postgresql+psycopg://…")
    log = file.with_name(file.name + "-wal")
    size = log.stat().st_size if log.exists() else 0
    if size > _LONG_LOG:
        sentence = _(
            "{file} has {size} MiB: some program reads the database and does not end.", file=log, size=size >> 20
        )
        yield note("database.log", sentence, f"fuser {file}")
    with contextlib.closing(sqlite3.connect(file, timeout=4)) as connection:
        whole = _whole(connection, file)
        yield whole
        if whole.state != "bad" and (mode := connection.execute("PRAGMA journal_mode").fetchone()[0]) != "wal":
            sentence = _(
                "{file} is in the journal mode {mode}, in which readers and writers wait for each other.",
                file=file,
                mode=mode,
            )
            yield note("database.journal", sentence, f'sqlite3 {file} "PRAGMA journal_mode=wal"')


def _whole(connection: sqlite3.Connection, file: Path) -> Finding:
    until = time.monotonic() + _SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > until, 100_000)
    remedy = _(
        "Stop the hall, keep this file, and restore the last backup: {command}", command="gamehall db restore FILE"
    )
    try:
        answers = [row[0] for row in connection.execute("PRAGMA quick_check(5)")]
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            return ok(
                "database.file",
                _("As far as it could be read in {seconds:.0f} s, the file is whole.", seconds=_SECONDS),
            )
        return bad("database.file", _("{file} cannot be read: {error}.", file=file, error=error), remedy)
    except sqlite3.DatabaseError as error:
        return bad("database.file", _("{file} is damaged: {error}.", file=file, error=error), remedy)
    if answers != ["ok"]:
        return bad("database.file", _("{file} is damaged: {error}.", file=file, error="; ".join(answers)), remedy)
    return ok("database.file", _("The file is whole."))
