"""SQLite: one thread per process writes, and commits what is waiting together.

Each function has a savepoint of its own, and nobody is told that it worked before the COMMIT. Transactions are begun
and ended by hand on connections that are kept: SQLAlchemy's way of doing that costs more than most of what is in them.

What is asked for most often is done on the event loop's own thread, by a connection of its own: looks, and what is
written `together`. To hand it to another thread and back would cost several times as much as SQLite takes, and a
connection that sees others commit forgets all the pages it has read. Only the waiting for the disk is left to the
writer's thread: nobody is told before the log is on the disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa

from gamehall.database import prepared
from gamehall.database.base import Database, Load
from gamehall.database.prepared import Prepared
from gamehall.statements import Stopwatch

__all__ = ["SqliteDatabase", "sqlite_engine"]

P = ParamSpec("P")
T = TypeVar("T")

_BUSY_MS = 10_000
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={_BUSY_MS}", "foreign_keys=ON", "cache_size=-32768")
# On the loop's thread nobody waits: neither for others, nor for the disk, nor while the log is moved to its place.
_PRAGMAS_OF_LOOP = ("synchronous=NORMAL", "busy_timeout=0", "wal_autocheckpoint=0")
_LOGGED = 5_000  # rows that the loop's thread has changed, after which the log is moved to its place
_sync = getattr(os, "fdatasync", os.fsync)


def sqlite_engine(url: sa.URL, begin: str = "", size: int = 1, more: Sequence[str] = ()) -> sa.Engine:
    """An engine of so many connections, each transaction of which begins with this statement, if there is one; with
    `more` settings than all have."""
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
        for pragma in (*_PRAGMAS, *more):
            connection.execute(f"PRAGMA {pragma}")

    if begin:

        @sa.event.listens_for(engine, "begin")
        def start(connection: sa.Connection) -> None:
            connection.exec_driver_sql(begin)

    return engine


class _Lane:
    """A connection of one thread, which is kept."""

    def __init__(self, engine: sa.Engine, begin: str) -> None:
        self._engine = engine
        self._begin = begin
        self._connection: sa.Connection | None = None

    @property
    def connection(self) -> sa.Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        connection = self.connection
        driver = driver_of(connection)
        try:
            driver.execute(self._begin)
            yield connection
            driver.execute("COMMIT")
        except BaseException as error:
            self.close()  # what it was in the middle of ends with it
            if isinstance(error, sqlite3.Error):
                raise prepared.as_of_sqlalchemy(error, "COMMIT", sqlite3.Error) from error
            raise

    def close(self) -> None:
        if self._connection is not None:
            driver = driver_of(self._connection)
            if driver.in_transaction:
                driver.execute("ROLLBACK")
            self._connection.close()
            self._connection = None


class _Log:
    """SQLite's write-ahead log, a file beside the database."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: int | None = None

    @property
    def exists(self) -> bool:
        """Whether there is one: some file systems cannot do it."""
        if self._file is None:
            with contextlib.suppress(OSError):
                self._file = os.open(self._path, os.O_RDWR)
        return self._file is not None

    def put_on_disk(self) -> BaseException | None:
        """Waits until all of it is on the disk; what kept it from that, if anything did."""
        try:
            if self._file is not None:
                _sync(self._file)
        except OSError as error:
            return sa.exc.OperationalError("COMMIT", None, error)
        return None

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)


class _Taken(Exception):
    """Somebody else writes now."""


def _is_busy(error: sa.exc.OperationalError) -> bool:
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def driver_of(connection: sa.Connection) -> sqlite3.Connection:
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    return driver


@dataclass(slots=True)
class _Job:
    """What the writer does; without a function it sees to it that what was committed before is on the disk."""

    run: Callable[[sa.Connection], Any] | None
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[Any]


class SqliteDatabase(Database):
    dialect = "sqlite"
    max_batch = 64

    def __init__(self, url: sa.URL, readers: int = 4, *, stopwatch: Stopwatch | None = None) -> None:
        self._stopwatch = stopwatch or Stopwatch(0)
        self._engine = sqlite_engine(url, size=readers + 1)
        self._engine_of_loop = sqlite_engine(url, more=_PRAGMAS_OF_LOOP)
        if stopwatch is not None:
            stopwatch.watch(self._engine)
            stopwatch.watch(self._engine_of_loop)
        self._number = readers
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="sqlite-reader")
        self._lanes: dict[int, _Lane] = {}  # of the readers, by their threads
        self._here = _Lane(self._engine_of_loop, "BEGIN IMMEDIATE")
        self._log = _Log(f"{url.database}-wal")
        self._turn = threading.Lock()  # of the writer and the loop
        self._logged = 0  # rows, since the log was moved to its place
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._reads = 0  # that are running or wait
        self._writing = False
        self._commits = 0
        self._committed = 0
        self._writer = threading.Thread(target=self._write_batches, name="sqlite-writer", daemon=True)
        self._writer.start()

    async def read(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        context = copy_context()  # so that what is said in it is said in the caller's language
        timed = self._stopwatch.waiting(fn)

        def run() -> T:
            lane = self._lanes.setdefault(threading.get_ident(), _Lane(self._engine, "BEGIN"))
            with lane.transaction() as connection:
                return context.run(timed, connection, *args, **kwargs)

        self._reads += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, run)
        finally:
            self._reads -= 1

    async def look(self, statement: Prepared, **values: Any) -> list[Any]:
        # Here and now: to go to another thread and back would take several times as long as what is found there.
        if not prepared.is_short():
            return await self.read(statement.rows, **values)
        try:
            return statement.rows(self._here.connection, **values)
        except sa.exc.OperationalError:  # somebody has all of the database to themselves; there one can wait for them
            return await self.read(statement.rows, **values)

    async def write(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        context = copy_context()
        timed = self._stopwatch.waiting(fn)
        self._jobs.put(_Job(lambda connection: context.run(timed, connection, *args, **kwargs), loop, done))
        return await done

    async def together(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            result = self._write_here(fn, *args, **kwargs)
        except _Taken:
            return await self.write(fn, *args, **kwargs)
        loop = asyncio.get_running_loop()
        durable: asyncio.Future[None] = loop.create_future()
        self._jobs.put(_Job(None, loop, durable))
        await durable
        return result

    def _write_here(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Commits to the log. Raises _Taken, with nothing done, where one would have to wait for others."""
        if not self._log.exists or not self._turn.acquire(blocking=False):
            raise _Taken
        try:
            with self._here.transaction() as connection:
                before = driver_of(connection).total_changes
                result = fn(connection, *args, **kwargs)
                self._logged += driver_of(connection).total_changes - before
        except sa.exc.OperationalError as error:
            if _is_busy(error):  # another process is at it
                raise _Taken from error
            raise
        finally:
            self._turn.release()
        self._commits += 1
        self._committed += 1
        return result

    def load(self) -> Load:
        pool = self._engine.pool
        assert isinstance(pool, sa.QueuePool)  # noqa: S101 - for the type checker
        in_use = min(self._reads, self._number) + self._writing
        return Load(
            in_use=in_use,
            idle=max(0, pool.checkedout() + pool.checkedin() - in_use),
            waiting=self._jobs.qsize() + max(0, self._reads - self._number),
            commits=self._commits,
            committed=self._committed,
        )

    async def close(self) -> None:
        self._jobs.put(None)
        await asyncio.to_thread(self._writer.join)
        self._readers.shutdown()
        for lane in self._lanes.values():
            lane.close()
        self._here.close()
        self._engine.dispose()
        self._engine_of_loop.dispose()
        self._log.close()

    def _write_batches(self) -> None:
        lane = _Lane(self._engine, "BEGIN IMMEDIATE")
        while True:
            batch = [self._jobs.get()]
            while len(batch) < self.max_batch and batch[-1] is not None:
                try:
                    batch.append(self._jobs.get_nowait())
                except queue.Empty:
                    break
            jobs = [job for job in batch if job is not None and job.run is not None]
            if jobs:
                self._writing = True
                with self._turn:
                    results = self._commit_together(lane, jobs)
                self._writing = False
                _answer(jobs, results)
            if committed := [job for job in batch if job is not None and job.run is None]:
                began = perf_counter()
                _answer(committed, [(None, self._log.put_on_disk())] * len(committed))
                self._stopwatch.committed(began)
                self._move_log(lane)
            if batch[-1] is None:
                lane.close()
                return

    def _move_log(self, lane: _Lane) -> None:
        """Moves the log to its place in the database now and then; the loop does not write meanwhile, or its end would
        never be reached and it would grow for ever."""
        if self._logged < _LOGGED:
            return
        self._logged = 0
        with self._turn, contextlib.suppress(sqlite3.Error):  # there is another time
            driver_of(lane.connection).execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _commit_together(self, lane: _Lane, jobs: list[_Job]) -> list[tuple[Any, BaseException | None]]:
        results: list[tuple[Any, BaseException | None]] = []
        try:
            with lane.transaction() as connection:
                results += (_attempt(connection, job) for job in jobs)
                ended = perf_counter()
            self._stopwatch.committed(ended)
        except Exception as error:  # noqa: BLE001 - BEGIN or COMMIT failed, so nothing of the batch happened
            return [(None, error)] * len(jobs)
        self._commits += 1
        self._committed += len(jobs)
        return results


def _attempt(connection: sa.Connection, job: _Job) -> tuple[Any, BaseException | None]:
    """What the job gives, or the error that undid what it had done, for its caller alone; the others go on."""
    driver = driver_of(connection)
    driver.execute("SAVEPOINT job")
    try:
        result = job.run(connection) if job.run else None
    except Exception as error:  # noqa: BLE001 - it is this caller's answer
        driver.execute("ROLLBACK TO job")
        driver.execute("RELEASE job")
        return None, error
    driver.execute("RELEASE job")
    return result, None


def _answer(jobs: list[_Job], results: list[tuple[Any, BaseException | None]]) -> None:
    """Tells everybody of a batch, at once for each loop that waits."""
    for loop in {job.loop for job in jobs}:
        told = [(job, *result) for job, result in zip(jobs, results, strict=True) if job.loop is loop]
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits for these any more
            loop.call_soon_threadsafe(_settle, told)


def _settle(told: list[tuple[_Job, Any, BaseException | None]]) -> None:
    for job, result, error in told:
        if job.done.done():
            continue
        if error is None:
            job.done.set_result(result)
        else:
            job.done.set_exception(error)
