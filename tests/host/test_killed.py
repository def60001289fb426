"""Commands that change the whole database, killed in the middle: nothing is half, and the next call does it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gamehall import migrate
from gamehall.migrate import HALL, migration_connection
from gamehall.tables import now
from rig.command import CONFLICT, DONE, call
from rig.hall import PASSWORD, InstallPlugin
from rig.server import without_settings

# Ends its process at the moment that a variable names: the so-manieth statement that changes something, the commit
# before it is done, or the end of a connection's use.
KILLER = """
import os
import re
import signal
from collections import Counter

import sqlalchemy as sa

seen = Counter()


def count(what):
    seen[what] += 1
    if os.environ.get("KILLED_AT") == f"{what} {seen[what]}":
        os.kill(os.getpid(), signal.SIGKILL)


@sa.event.listens_for(sa.Engine, "after_cursor_execute")
def executed(connection, cursor, statement, *_):
    if re.match("CREATE|ALTER|DROP|INSERT|UPDATE|DELETE", statement.lstrip()):
        count("statement")


@sa.event.listens_for(sa.Engine, "commit")
def committing(connection):
    count("commit")


@sa.event.listens_for(sa.pool.Pool, "checkin")
def returned(*_):
    count("return")
"""
OLD = "0003"

Command = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def command(database_url: str, install_plugin: InstallPlugin, tmp_path: Path) -> Command:
    """Runs `gamehall …` on the test's database in a process of its own, killed `at` a moment."""
    folder = install_plugin("killer", KILLER)
    variables = without_settings(tmp_path / "data") | {"GAMEHALL_DATABASE_URL": database_url}

    def run(*arguments: str, at: str) -> subprocess.CompletedProcess[bytes]:
        called: list[str | Path] = [Path(sys.executable).with_name("gamehall"), *arguments]
        more = {"PYTHONPATH": str(folder), "KILLED_AT": at}
        return subprocess.run(called, env=variables | more, cwd=tmp_path, capture_output=True, check=False)

    return run


def everything(database_url: str) -> dict[str, Any]:
    """Each table with its columns, indexes and rows."""
    with migration_connection(database_url) as connection:
        found = sa.MetaData()
        found.reflect(connection)
        return {
            table.name: (
                [(column.name, str(column.type), column.nullable) for column in table.columns],
                sorted(str(index.name) for index in table.indexes),
                sorted(repr(tuple(row)) for row in connection.execute(sa.select(table))),
            )
            for table in found.tables.values()
        }


def begin_as_before(database_url: str) -> None:
    """A hall of an earlier version, with a user."""
    with migration_connection(database_url) as connection:
        migrate.migrate_to(connection, HALL, OLD)
        people = sa.Table("user", sa.MetaData(), autoload_with=connection)
        row = {column.name: _some(column) for column in people.columns if not column.nullable}
        connection.execute(people.insert(), row | {"id": "a" * 26, "username": "ada"})


def _some(column: sa.Column[Any]) -> Any:
    kind = column.type.python_type
    return now() if kind.__name__ == "datetime" else kind()


@pytest.mark.postgres
def test_an_upgrade_of_the_halls_own_tables(database_url: str, command: Command, tmp_path: Path) -> None:
    begin_as_before(database_url)
    before = everything(database_url)
    for moment in ("statement 1", "statement 12", "commit 1"):
        assert command("db", "upgrade", "--no-backup", at=moment).returncode == -9, moment
        assert everything(database_url) == before, moment
    upgraded = command("db", "upgrade", at="never")
    assert upgraded.returncode == 0, upgraded
    with migration_connection(database_url) as connection:
        assert migrate.differences(connection, HALL) == []
        assert connection.execute(sa.text('SELECT username FROM "user"')).scalars().all() == ["ada"]
    assert len(list((tmp_path / "data/backups").iterdir())) == 1, "the copy from before"


@pytest.mark.postgres
def test_restoring_a_backup(database_url: str, command: Command, tmp_path: Path) -> None:
    origin = without_settings(tmp_path / "origin")
    assert call(origin, "db", "upgrade").code == DONE
    account = ("users", "create", "ada", "--email", "ada@example.org", "--password-stdin")
    assert call(origin, *account, stdin=PASSWORD).code == DONE
    file = str(tmp_path / "hall.backup")
    assert call(origin, "db", "backup", "--with-key", file).code == DONE
    # With its first table, with all tables and some rows, with everything.
    for moment in ("statement 1", "statement 100", "commit 1"):
        assert command("db", "restore", file, at=moment).returncode == -9, moment
        assert everything(database_url) == {}, moment
    # As soon as it is kept, it is there with its key; only tables of later versions are still to be brought up to date.
    assert command("db", "restore", file, at="return 1").returncode == -9
    variables = without_settings(tmp_path / "data") | {"GAMEHALL_DATABASE_URL": database_url}
    assert (tmp_path / "data/secret_key").read_bytes() == (tmp_path / "origin/secret_key").read_bytes()
    again = call(variables, "--json", "db", "restore", file)
    assert (again.code, "Restore into an empty database" in again.envelope["error"]["message"]) == (CONFLICT, True)
    assert call(variables, "db", "upgrade").code == DONE
    assert [row[0] for row in call(variables, "users", "list").rows[1:]] == ["ada"]
