"""Where a transaction runs. A transaction is one plain function `fn(connection, …)`, written once for both databases.

On SQLite one thread per process writes, and commits what is waiting together: each function has a savepoint of its
own, and nobody is told that it worked before the COMMIT. On PostgreSQL each function runs on a pooled connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import queue
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from gamehall.settings import SettingsError
from gamehall.sqlite import sqlite_engine
from gamehall.statements import Stopwatch

__all__ = [
    "Database",
    "Load",
    "open_database",
    "process_name",
    "reads",
    "seen_in_rows",
    "serialize_on",
    "snapshot",
    "sync_url",
]

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

_CONNECT_SECONDS = 5
_AWAY_SECONDS = 0.5
_TRANSACTION_SECONDS = 15.0  # of milliseconds that one takes, and the 30 s of a request


@dataclass(frozen=True, slots=True)
class Load:
    """What a database has to do now: its connections, the transactions that wait for one, and what its one writer,
    where there is one, has committed since the start."""

    in_use: int
    idle: int
    waiting: int
    commits: int = 0
    committed: int = 0


class Database(ABC):
    """The hall's database. Functions given to it must not keep the connection nor wait for anything else."""

    dialect: str

    @abstractmethod
    async def read(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result, from one consistent state of the database."""

    @abstractmethod
    async def write(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result, after its changes were committed; a caller who goes away does not undo them."""

    @abstractmethod
    def load(self) -> Load:
        """What there is to do now, in this process."""

    @abstractmethod
    async def close(self) -> None: ...


def open_database(url: str, stopwatch: Stopwatch | None = None) -> Database:
    """The database at a SQLAlchemy URL: `sqlite+aiosqlite:///path` or `postgresql+psycopg://…`.

    Raises SettingsError for any other kind.
    """
    parsed = sync_url(url)
    kind = SqliteDatabase if parsed.get_backend_name() == "sqlite" else PostgresDatabase
    return kind(parsed, stopwatch=stopwatch)


def sync_url(url: str) -> sa.URL:
    """The URL for a synchronous engine, which migrations and SQLite's threads use. Raises SettingsError."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
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


def process_name() -> str:
    """What PostgreSQL's own views call this process, unless the database's URL says otherwise."""
    return f"gamehall {os.getpid()}"


@contextmanager
def snapshot(url: str) -> Iterator[sa.Connection]:
    """One state of the database, to read for as long as it takes: nobody who writes meanwhile waits for it."""
    parsed = sync_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = sqlite_engine(parsed, "BEGIN", 1)
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


@dataclass(slots=True)
class _Job:
    run: Callable[[sa.Connection], Any]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[Any]


class SqliteDatabase(Database):
    dialect = "sqlite"
    max_batch = 64

    def __init__(self, url: sa.URL, readers: int = 4, *, stopwatch: Stopwatch | None = None) -> None:
        self._writer_engine = sqlite_engine(url, "BEGIN IMMEDIATE", 1)
        self._reader_engine = sqlite_engine(url, "BEGIN", readers)
        self._stopwatch = stopwatch or Stopwatch(0)
        if stopwatch is not None:
            stopwatch.watch(self._writer_engine)
            stopwatch.watch(self._reader_engine)
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="sqlite-reader")
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._reads = 0  # that are running or wait
        self._commits = 0
        self._committed = 0
        self._writer = threading.Thread(target=self._write_batches, name="sqlite-writer", daemon=True)
        self._writer.start()

    async def read(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        context = copy_context()  # so that what is said in it is said in the caller's language
        timed = self._stopwatch.waiting(fn)

        def run() -> T:
            with self._reader_engine.begin() as connection:
                return context.run(timed, connection, *args, **kwargs)

        self._reads += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, run)
        finally:
            self._reads -= 1

    async def write(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        context = copy_context()
        timed = self._stopwatch.waiting(fn)
        self._jobs.put(_Job(lambda connection: context.run(timed, connection, *args, **kwargs), loop, done))
        return await done

    def load(self) -> Load:
        pools = _pool(self._reader_engine), _pool(self._writer_engine)
        return Load(
            in_use=sum(pool.checkedout() for pool in pools),
            idle=sum(pool.checkedin() for pool in pools),
            waiting=self._jobs.qsize() + max(0, self._reads - pools[0].checkedout()),
            commits=self._commits,
            committed=self._committed,
        )

    async def close(self) -> None:
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        self._readers.shutdown()
        self._reader_engine.dispose()
        self._writer_engine.dispose()

    def _write_batches(self) -> None:
        while True:
            batch = [self._jobs.get()]
            while len(batch) < self.max_batch and batch[-1] is not None:
                try:
                    batch.append(self._jobs.get_nowait())
                except queue.Empty:
                    break
            jobs = [job for job in batch if job is not None]
            if jobs:
                _answer(jobs, self._commit_together(jobs))
            if batch[-1] is None:
                return

    def _commit_together(self, jobs: list[_Job]) -> list[tuple[Any, BaseException | None]]:
        results: list[tuple[Any, BaseException | None]] = []
        try:
            with self._writer_engine.begin() as connection:
                for job in jobs:
                    try:
                        with connection.begin_nested():
                            results.append((job.run(connection), None))
                    except Exception as error:  # noqa: BLE001 - it is this caller's answer, the others go on
                        results.append((None, error))
                ended = perf_counter()
            self._stopwatch.committed(ended)
        except Exception as error:  # noqa: BLE001 - BEGIN or COMMIT failed, so nothing of the batch happened
            return [(None, error)] * len(jobs)
        self._commits += 1
        self._committed += len(jobs)
        return results


def _pool(engine: sa.Engine) -> sa.QueuePool:
    """The engine's pool, which is one that knows how many connections it has given out."""
    assert isinstance(engine.pool, sa.QueuePool)  # noqa: S101 - for the type checker
    return engine.pool


def _answer(jobs: list[_Job], results: list[tuple[Any, BaseException | None]]) -> None:
    for job, (result, error) in zip(jobs, results, strict=True):
        try:
            job.loop.call_soon_threadsafe(_settle, job.done, result, error)
        except RuntimeError:  # the loop is closed: nobody waits for this answer any more
            continue


def _settle(done: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(result)
    else:
        done.set_exception(error)


@contextmanager
def _cut_off_in_time(connection: AsyncConnection) -> Iterator[None]:
    """Ends a connection that does not come to an end of its transaction.

    A network can take what we send and bring nothing back for good, and nobody is told. Whoever waits there would hold
    the connection for good too. Shut by ourselves, it is one that the server has closed, for which there is a way.
    """
    driven: Any = connection.sync_connection and connection.sync_connection.connection.driver_connection

    def cut() -> None:
        log.warning(
            "a transaction took longer than %g s: its connection to the database is given up", _TRANSACTION_SECONDS
        )
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(driven.pgconn.socket)) as line:
            line.shutdown(socket.SHUT_RDWR)

    timer = asyncio.get_running_loop().call_later(_TRANSACTION_SECONDS, cut)
    try:
        yield
    finally:
        timer.cancel()


def _spare_who_is_away(engine: sa.Engine) -> None:
    """Lets one attempt to connect in half a second fail, and others with it at once.

    Everything that goes on in a worker would try again and again: a server that is about to come back, or to end, has
    other work than to refuse hundreds of connections a second.
    """
    away_until = 0.0

    @sa.event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: object, arguments: Any, options: Any) -> Any:
        nonlocal away_until
        if time.monotonic() < away_until:
            raise dialect.loaded_dbapi.OperationalError("the database was away a moment ago")
        try:
            return dialect.connect(*arguments, **options)
        except dialect.loaded_dbapi.OperationalError:
            away_until = time.monotonic() + _AWAY_SECONDS
            raise


class PostgresDatabase(Database):
    dialect = "postgresql"

    def __init__(self, url: sa.URL, size: int = 8, *, stopwatch: Stopwatch | None = None) -> None:
        self._engine = create_async_engine(
            url,
            pool_size=size,
            max_overflow=0,
            pool_timeout=10,
            pool_recycle=1800,
            hide_parameters=True,
            connect_args={"connect_timeout": _CONNECT_SECONDS, "fallback_application_name": process_name()},
        )
        _spare_who_is_away(self._engine.sync_engine)
        self._stopwatch = stopwatch or Stopwatch(0)
        if stopwatch is not None:
            stopwatch.watch(self._engine.sync_engine)
        self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._running: set[asyncio.Task[Any]] = set()

    async def read(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._run(self._reader, fn, *args, **kwargs)

    async def write(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._run(self._engine, fn, *args, **kwargs)

    def load(self) -> Load:
        pool = _pool(self._engine.sync_engine)
        in_use = pool.checkedout()
        return Load(in_use, pool.checkedin(), waiting=max(0, len(self._running) - in_use))

    async def _run(
        self, engine: Any, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        timed = self._stopwatch.waiting(fn)

        async def transaction(*, again: bool = True) -> T:
            with contextlib.ExitStack() as limit:
                async with engine.connect() as connection:
                    limit.enter_context(_cut_off_in_time(connection))
                    try:
                        result: T = await connection.run_sync(timed, *args, **kwargs)
                    except sa.exc.DBAPIError as error:
                        if not (again and error.connection_invalidated):
                            raise
                    else:
                        ended = perf_counter()
                        await connection.commit()  # if this fails nobody knows whether it was kept: no second attempt
                        self._stopwatch.committed(ended)
                        return result
            # The server has closed our connections, by a restart for instance. Nothing of the transaction was kept.
            return await transaction(again=False)

        # A task of its own: cancelling a request in the middle of a statement would throw its connection away.
        task = asyncio.ensure_future(transaction())
        self._running.add(task)
        task.add_done_callback(self._finished)
        return await asyncio.shield(task)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that a caller who went away does not leave a warning behind

    async def close(self) -> None:
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._engine.dispose()
