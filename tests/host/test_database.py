"""Where transactions run: what is promised to a caller holds, and to one who goes away too."""

from __future__ import annotations

import asyncio
import itertools
import os
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from gamehall.database import Database, Prepared, is_one_of, open_database, postgres, serialize_on, sync_url
from gamehall.database import sqlite as on_sqlite
from gamehall.database.prepared import at_length
from rig.faultproxy import Addressed, FaultProxy
from rig.processes import free_port

pytestmark = pytest.mark.anyio

metadata = sa.MetaData()
note = sa.Table("note", metadata, sa.Column("text", sa.String(20), primary_key=True))
reply = sa.Table(
    "reply",
    metadata,
    sa.Column("to", sa.ForeignKey(note.c.text, deferrable=True, initially="DEFERRED"), nullable=False),
)


def write_down(connection: sa.Connection, text: str) -> str:
    connection.execute(note.insert(), {"text": text})
    return text


def answer_nothing(connection: sa.Connection) -> str:
    """Works so far; what it wrote cannot be committed."""
    connection.execute(reply.insert(), {"to": "nobody"})
    return "done"


def notes(connection: sa.Connection) -> list[str]:
    return list(connection.scalars(sa.select(note.c.text).order_by(note.c.text)))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url)
    await opened.write(metadata.create_all)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    opened = open_database(f"sqlite+aiosqlite:///{tmp_path / 'notes.db'}")
    await opened.write(metadata.create_all)
    yield opened
    await opened.close()


@dataclass(frozen=True)
class Nowhere:
    """An address where nothing answers."""

    port: int
    url: str = ""


class Held:
    """A transaction that stays open until it is let go, so that what comes meanwhile waits."""

    def __init__(self) -> None:
        self.begun, self._go_on = asyncio.Event(), threading.Event()
        self._loop = asyncio.get_running_loop()

    def __call__(self, connection: sa.Connection) -> None:
        self._loop.call_soon_threadsafe(self.begun.set)
        self._go_on.wait()

    def let_go(self) -> None:
        self._go_on.set()


async def together(database: Database, *functions: Callable[[sa.Connection], str]) -> list[str | BaseException]:
    """The answers to functions that wait for the writer at the same time, and so are committed together."""
    held = Held()
    first = asyncio.create_task(database.write(held))
    await held.begun.wait()
    waiting = [asyncio.create_task(database.write(fn)) for fn in functions]
    await asyncio.sleep(0)  # lets each of them queue up
    held.let_go()
    await first
    return await asyncio.gather(*waiting, return_exceptions=True)


async def test_what_was_written_is_read(database: Database) -> None:
    assert await database.write(write_down, "a") == "a"
    assert await database.read(notes) == ["a"]


async def test_a_function_that_fails_leaves_nothing(database: Database) -> None:
    def write_and_fail(connection: sa.Connection) -> None:
        write_down(connection, "a")
        raise LookupError("changed my mind")

    with pytest.raises(LookupError, match="changed my mind"):
        await database.write(write_and_fail)
    assert await database.read(notes) == []


async def test_nothing_is_written_by_reading_on_postgres(postgres_url: str) -> None:
    database = open_database(postgres_url)
    await database.write(metadata.create_all)
    with pytest.raises(sa.exc.DBAPIError):
        await database.read(write_down, "a")
    assert await database.read(notes) == []
    await database.close()


async def test_of_those_committed_together_one_may_fail(sqlite: Database) -> None:
    def repeat(connection: sa.Connection) -> str:
        write_down(connection, "x")
        return write_down(connection, "a")

    answers = await together(
        sqlite, lambda c: write_down(c, "a"), repeat, lambda c: write_down(c, "b"), lambda c: str(1 // 0)
    )
    assert answers[0] == "a"
    assert isinstance(answers[1], sa.exc.IntegrityError)
    assert answers[2] == "b"
    assert isinstance(answers[3], ZeroDivisionError)
    assert await sqlite.read(notes) == ["a", "b"]


async def test_nobody_is_told_that_it_worked_when_the_commit_fails(sqlite: Database) -> None:
    answers = await together(sqlite, lambda c: write_down(c, "a"), answer_nothing, lambda c: write_down(c, "b"))
    assert [type(answer) for answer in answers] == [sa.exc.IntegrityError] * 3
    assert await sqlite.read(notes) == []
    assert await sqlite.write(write_down, "c") == "c", "the writer goes on"
    assert await sqlite.read(notes) == ["c"]


async def test_a_commit_that_fails_is_told(database: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        await database.write(answer_nothing)
    assert await database.write(write_down, "a") == "a"


async def test_what_is_written_together_is_written_once_and_told_when_it_is(database: Database) -> None:
    assert await database.together(write_down, "first") == "first"
    with pytest.raises(sa.exc.IntegrityError):
        await database.together(write_down, "first")
    assert await database.together(write_down, "second") == "second"
    assert await database.read(notes) == ["first", "second"]


async def test_what_is_written_together_waits_for_another_process_on_sqlite(sqlite: Database, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "notes.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(sqlite.together(write_down, "ours"))
    assert await sqlite.read(notes) == []
    assert not waiting.done()
    other.execute("INSERT INTO note VALUES ('theirs')")
    other.execute("COMMIT")
    other.close()
    assert await waiting == "ours"
    assert await sqlite.read(notes) == ["ours", "theirs"]


async def test_nobody_writes_between_what_a_writer_reads_and_what_it_writes_on_sqlite(
    sqlite: Database, tmp_path: Path
) -> None:
    """A transaction that only began to read would be refused at its first write, however long it may wait."""
    other = sqlite3.connect(tmp_path / "notes.db", timeout=0, isolation_level=None, check_same_thread=False)
    said: list[str] = []

    def read_and_write(connection: sa.Connection, text: str) -> list[str]:
        before = notes(connection)
        try:
            other.execute("INSERT INTO note VALUES ('between')")
        except sqlite3.OperationalError as error:
            said.append(str(error))
        write_down(connection, text)
        return before

    assert await sqlite.write(read_and_write, "a") == []
    assert await sqlite.together(read_and_write, "b") == ["a"]
    assert said == ["database is locked"] * 2
    other.close()


async def test_what_was_told_is_on_the_disk_on_sqlite(
    sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What only a power cut would show: by SQLite's own settings, or by the hall where SQLite leaves it to the hall."""

    def settings(connection: sa.Connection) -> list[object]:
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]

    assert await sqlite.write(settings) == ["wal", 2]
    on_disk: list[int] = []
    monkeypatch.setattr(on_sqlite, "_sync", lambda file: on_disk.append(os.fstat(file).st_size))
    await sqlite.together(write_down, "a")
    assert on_disk[-1:] == [(tmp_path / "notes.db-wal").stat().st_size]


async def test_what_is_written_together_and_by_itself_at_once_is_all_there_on_sqlite(sqlite: Database) -> None:
    ways = itertools.cycle((sqlite.together, sqlite.write))
    await asyncio.gather(*(way(write_down, f"{number:03}") for number, way in zip(range(400), ways)))  # noqa: B905
    assert await sqlite.read(notes) == [f"{number:03}" for number in range(400)]


async def test_the_log_of_what_is_written_together_does_not_grow_for_ever_on_sqlite(
    sqlite: Database, tmp_path: Path
) -> None:
    def write_many(connection: sa.Connection, number: int) -> None:
        connection.execute(note.insert(), [{"text": f"{number} {each} {'x' * 200}"} for each in range(500)])

    for number in range(100):
        await sqlite.together(write_many, number)
    size, log = ((tmp_path / name).stat().st_size for name in ("notes.db", "notes.db-wal"))
    assert log < size  # everything went through it


async def test_a_caller_who_goes_away_does_not_undo_it_on_sqlite(sqlite: Database) -> None:
    held = Held()
    first = asyncio.create_task(sqlite.write(held))
    await held.begun.wait()
    gone = [asyncio.create_task(sqlite.write(write_down, text)) for text in "abc"]
    await asyncio.sleep(0)
    for task in (first, *gone):
        task.cancel()
    assert all(isinstance(each, asyncio.CancelledError) for each in await asyncio.gather(*gone, return_exceptions=True))
    held.let_go()
    assert await sqlite.write(write_down, "d") == "d"
    assert await sqlite.read(notes) == ["a", "b", "c", "d"]
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_caller_who_goes_away_undoes_and_leaks_nothing_on_postgres(postgres_url: str) -> None:
    database = open_database(postgres_url)
    await database.write(metadata.create_all)
    arrived = asyncio.Queue[str]()

    def locked(connection: sa.Connection, text: str) -> None:
        write_down(connection, text)
        arrived.put_nowait(text)
        serialize_on(connection, "note")

    conninfo = sync_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    written = []
    with psycopg.connect(conninfo, autocommit=True) as other:
        for turn in range(3):  # together more than the pool has connections
            await asyncio.to_thread(other.execute, "SELECT pg_advisory_lock(hashtextextended('note', 0))")
            names = [f"{turn}{n}" for n in range(6)]
            gone = [asyncio.create_task(database.write(locked, name)) for name in names]
            written += [await arrived.get() for _ in names]
            for task in gone:
                task.cancel()
            left = await asyncio.gather(*gone, return_exceptions=True)
            assert all(isinstance(each, asyncio.CancelledError) for each in left)
            other.execute("SELECT pg_advisory_unlock(hashtextextended('note', 0))")
        assert len(await asyncio.gather(*(database.read(notes) for _ in range(20)))) == 20
        await database.close()
        found = other.execute("SELECT text FROM note ORDER BY text").fetchall()
    assert [text for (text,) in found] == sorted(written)
    assert len(written) == 18


async def test_a_reader_sees_one_state(database: Database, database_url: str) -> None:
    engine = sa.create_engine(sync_url(database_url), poolclass=sa.NullPool)

    def look_twice(connection: sa.Connection) -> tuple[list[str], list[str]]:
        before = notes(connection)
        with engine.begin() as other:
            write_down(other, "new")
        return before, notes(connection)

    assert await database.read(look_twice) == ([], [])
    assert await database.read(notes) == ["new"]
    engine.dispose()


@pytest.mark.parametrize("url", ["sqlite+aiosqlite:///:memory:", "sqlite://", "mysql://x/y", "nonsense", ""])
async def test_an_address_that_cannot_be_used_is_named(url: str) -> None:
    with pytest.raises(ValueError, match="GAMEHALL_DATABASE_URL"):
        open_database(url)


async def test_connections_that_the_server_has_closed_cost_nobody_a_request_on_postgres(postgres_url: str) -> None:
    database = open_database(postgres_url)
    await database.write(metadata.create_all)
    end_others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    conninfo = sync_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    for use in (lambda: database.write(write_down, "kept"), lambda: database.read(notes)):
        await asyncio.gather(*(database.read(notes) for _ in range(4)))  # several connections wait in the pool
        async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as killer:
            await killer.execute(end_others)
        assert await use() in ("kept", ["kept"])
    await database.close()


@pytest.mark.postgres
async def test_a_database_that_is_away_is_not_asked_by_everybody(line_to: Callable[[Addressed], FaultProxy]) -> None:
    line = line_to(Nowhere(free_port()))
    database = open_database(f"postgresql+psycopg://nobody@127.0.0.1:{line.port}/hall")
    for _ in range(40):
        with pytest.raises(sa.exc.OperationalError):
            await database.read(notes)
    assert 1 <= line.accepted < 20
    await database.close()


_SOME = Prepared(sa.select(note.c.text).where(is_one_of(note.c.text, "texts")).order_by(note.c.text))


@pytest.mark.postgres
async def test_a_loop_that_stood_still_gives_up_no_connection_on_postgres(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(postgres, "_TRANSACTION_SECONDS", 1.0)
    monkeypatch.setattr(postgres, "_STOOD_STILL_SECONDS", 0.5)

    def stand_still(connection: sa.Connection) -> int | None:
        connection.execute(sa.select(sa.literal(1)))
        time.sleep(2.0)  # transactions run on the loop
        return connection.scalar(sa.select(sa.literal(2)))

    database = open_database(postgres_url)
    assert await database.write(stand_still) == 2
    assert not caplog.messages
    await database.close()


@pytest.mark.postgres
async def test_every_session_asks_the_same_of_postgres(postgres_url: str) -> None:
    """To compile no plans, and to let go of what a dead connection has left behind."""
    wanted = {"jit": "off", "idle_in_transaction_session_timeout": "10s", "tcp_keepalives_idle": "10"}
    wanted |= {"tcp_keepalives_interval": "3", "tcp_keepalives_count": "3"}
    settings = sa.select(*(sa.func.current_setting(name).label(name) for name in wanted))
    database = open_database(postgres_url + "?options=-c%20work_mem%3D5MB")

    def memory(connection: sa.Connection) -> str | None:
        return connection.scalar(sa.select(sa.func.current_setting("work_mem")))

    def asked(connection: sa.Connection) -> dict[str, str]:
        return dict(connection.execute(settings).mappings().one())

    for way in (database.read, database.write, database.together):
        assert await way(asked) == wanted
    assert await database.look(Prepared(settings)) == [tuple(wanted.values())]
    assert await database.read(memory) == "5MB", "what the operator wants besides"
    await database.close()


async def test_a_list_is_one_value_of_a_statement(database: Database) -> None:
    odd = ["a'b", 'a"b', "{a,b}", "ü\\", ""]
    for text in (*odd, "left out"):
        await database.write(write_down, text)
    many = [f"number {each}" for each in range(5_000)]
    for texts in ([], odd, [*many, *odd], ("left out",), frozenset({"nothing"})):
        there = sorted({*texts} & {*odd, "left out"})
        assert sorted(row.text for row in await database.look(_SOME, texts=texts)) == there
        with at_length():
            assert sorted(row.text for row in await database.look(_SOME, texts=texts)) == there
