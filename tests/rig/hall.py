"""A hall in this process, as its users see it: every call goes through its application, on a real database.

To start a hall takes much longer than to use it, so the tests of a run share one on each database, emptied in between.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
import sqlalchemy as sa

from gamehall import migrate, tables
from gamehall.app import HallApp, create_app
from gamehall.features import Switchable, switch
from gamehall.hall import Hall as Host
from gamehall.passwords import Passwords
from gamehall.plugins import load_plugins
from gamehall.settings import Settings
from rig.described import check_described
from rig.postgres import fresh_database, given_or_own_postgres
from rig.server import KEPT
from rig.tree import PLUGINS

PASSWORD = "correct horse battery"


class Client(httpx.AsyncClient):
    """Somebody who calls `app`, with cookies of their own. What they are answered must be in the API's description."""

    app: HallApp

    async def send(self, *args: Any, **kwargs: Any) -> httpx.Response:
        answer = await super().send(*args, **kwargs)
        check_described(self.app, answer)
        return answer


class Hall:
    """A running hall. Its clients take paths below `/api/v1`; `nobody` is not signed in, `root` takes whole paths."""

    def __init__(self, settings: Settings, *, safe: bool = False) -> None:
        self.app = create_app(settings, safe=safe)
        self.host: Host = self.app.state.host
        self.host.passwords = Passwords(memory=64)  # thousands of accounts are made here, and none is worth guarding
        self.nobody = self._client({})
        self.root = self._client({}, below="")

    def _client(self, headers: dict[str, str], below: str = "/api/v1") -> Client:
        client = Client(transport=httpx.ASGITransport(self.app), base_url=f"http://hall{below}", headers=headers)
        client.app = self.app
        return client

    def stranger(self) -> Client:
        """A new client that takes whole paths."""
        return self._client({}, below="")

    async def user(self, username: str, **more: Any) -> Client:
        """A new user, signed in."""
        account = {"username": username, "email": f"{username}@example.org", "password": PASSWORD}
        answer = await self.nobody.post("/auth/register", json=account | more)
        assert answer.status_code == 201, answer.text
        return self._client({"Authorization": f"Token {answer.json()['token']}"})

    async def users(self, *usernames: str) -> list[Client]:
        return [await self.user(username) for username in usernames]


@contextlib.asynccontextmanager
async def running(settings: Settings, *, safe: bool = False, off: Sequence[str] = ()) -> AsyncIterator[Hall]:
    """The hall at work, its tables up to date and these features off; `safe` leaves every plugin out."""
    _bring_up_to_date(settings)
    if off:
        with migrate.migration_connection(settings.database_url) as connection:
            switch(connection, off, on=False, by="test", known=dict.fromkeys(off, Switchable("plugin")))
    hall = Hall(settings, safe=safe)
    async with hall.app.lifespan():
        yield hall


_ready: list[bytes] = []
"""A new hall's SQLite file, for the next ones: to copy it takes a hundredth of the time of making it."""


def _bring_up_to_date(settings: Settings) -> None:
    plugins = load_plugins(settings)
    url = sa.make_url(settings.database_url)
    is_usual = url.get_backend_name() == "sqlite" and set(plugins.all) == set(PLUGINS)
    file = Path(url.database or "")
    is_new = is_usual and not file.exists()
    if is_new and _ready:
        file.write_bytes(_ready[0])
    migrate.upgrade_all(settings.database_url, plugins)
    if is_new and not _ready:
        with contextlib.closing(sqlite3.connect(file)) as connection:
            _ready.append(connection.serialize())


class StartHall(Protocol):
    async def __call__(
        self, database_url: str | None = None, *, safe: bool = False, off: Sequence[str] = (), **settings: Any
    ) -> Hall:
        """Starts a hall, without `database_url` on the test's SQLite file. All halls of a test share a data folder."""


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def start_hall(tmp_path: Path) -> AsyncIterator[StartHall]:
    async with contextlib.AsyncExitStack() as stack:

        async def start(
            database_url: str | None = None, *, safe: bool = False, off: Sequence[str] = (), **settings: Any
        ) -> Hall:
            url = database_url or f"sqlite+aiosqlite:///{tmp_path / 'hall.db'}"
            return await stack.enter_async_context(running(_settings(url, tmp_path, **settings), safe=safe, off=off))

        yield start


@pytest.fixture(scope="session")
async def sqlite_hall(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    async with running(_settings(f"sqlite+aiosqlite:///{folder / 'hall.db'}", folder)) as hall:
        yield hall


@pytest.fixture(scope="session")
async def postgres_hall(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    """On a server of its own: between its tests its loop stands still, perhaps in the middle of a transaction, for
    which the feeds of all other halls on the same server would wait."""
    with given_or_own_postgres() as server, fresh_database(server) as url:
        async with running(_settings(url, tmp_path_factory.mktemp("hall"))) as hall:
            yield hall


@pytest.fixture
async def hall(sqlite_hall: Hall) -> Hall:
    """An empty hall on SQLite, for what no database changes."""
    await sqlite_hall.host.write(empty, sqlite_hall)
    return sqlite_hall


@pytest.fixture(params=["sqlite_hall", pytest.param("postgres_hall", marks=pytest.mark.postgres)])
def any_hall(request: pytest.FixtureRequest) -> Hall:
    chosen: Hall = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture
async def each_hall(any_hall: Hall) -> Hall:
    """An empty hall: the test runs once on SQLite and once on PostgreSQL."""
    await any_hall.host.write(empty, any_hall)
    return any_hall


def empty(connection: sa.Connection, hall: Hall) -> None:
    """Takes every row out of the tables of the hall and its plugins, but for switches, workers, the hall's time and the
    accounts that plugins play."""
    declared = hall.host.plugins.declared("gamehall_tables")
    for metadata in (*(each.metadata for _, each in declared), tables.metadata):
        for table in reversed(metadata.sorted_tables):
            if table is tables.user:
                connection.execute(table.delete().where(table.c.played_by.is_(None)))
            elif table.name not in KEPT:
                connection.execute(table.delete())


def _settings(url: str, folder: Path, **more: Any) -> Settings:
    usual: dict[str, Any] = {"rate_limits": False, "mail": "off", "allowed_hosts": ("hall",), "slow_query_ms": 0}
    return Settings(database_url=url, data_dir=str(folder / "data"), **usual | more)


class InstallPlugin(Protocol):
    def __call__(self, name: str, source: str) -> Path:
        """Installs a plugin of one file for this test; the folder to put on another process's PYTHONPATH."""


@pytest.fixture
def install_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InstallPlugin]:
    folder = tmp_path / "site"
    modules: list[str] = []

    def install(name: str, source: str) -> Path:
        lay_out_plugin(folder, name, source)
        monkeypatch.syspath_prepend(folder)
        modules.append(f"gamehall_{name}")
        return folder

    yield install
    for module in modules:
        sys.modules.pop(module, None)


def lay_out_plugin(folder: Path, name: str, source: str) -> None:
    """Puts a plugin of one file into a folder in which Python then finds it installed."""
    module, distribution = f"gamehall_{name}", f"gamehall-{name.replace('_', '-')}"
    (folder / module).mkdir(parents=True)
    (folder / module / "__init__.py").write_text(source)
    metadata = folder / f"{module}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[gamehall]\n{name} = {module}\n")


@contextlib.contextmanager
def heard() -> Iterator[list[str]]:
    """What halls in this process warn of in their log while the block lasts."""
    lines: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    ear = Ear(logging.WARNING)
    logging.getLogger("gamehall").addHandler(ear)
    try:
        yield lines
    finally:
        logging.getLogger("gamehall").removeHandler(ear)


def problem(answer: httpx.Response, status: int, slug: str) -> dict[str, Any]:
    """The body of a refusal, which must be of this status and kind and of the form that every refusal has."""
    assert answer.status_code == status, f"{answer.request.method} {answer.request.url}: {answer.text}"
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"].rsplit("/", 1)[-1] == slug, body
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


def done(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    """The body of an answer to something that must have worked."""
    assert answer.status_code == status, f"{answer.request.method} {answer.request.url}: {answer.text}"
    body: dict[str, Any] = answer.json()
    return body


async def start_game(first: Client, second: Client, *, ruleset: str = "tic-tac-toe", **options: Any) -> str:
    """A game of these two, the first in seat 0; its id."""
    terms = {"ruleset": ruleset, "options": options, "seat": 0}
    challenge = done(await first.post("/challenges", json=terms), 201)
    accepted = done(await second.post(f"/challenges/{challenge['id']}/respond", json={"action": "accept"}))
    return str(accepted["game_id"])


async def play(game_id: str, players: list[Client], moves: str) -> list[dict[str, Any]]:
    """Plays moves, separated by spaces, in turn from the game's beginning; the answers."""
    return [
        done(await players[n % 2].post(f"/games/{game_id}/moves", json={"move": move}))
        for n, move in enumerate(moves.split())
    ]
