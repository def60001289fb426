"""PostgreSQL: each transaction runs on a pooled connection, in a task that outlives a client who hangs up."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import socket
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from time import perf_counter
from typing import Any, Concatenate, ParamSpec, TypeVar

import psycopg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from gamehall.database import prepared
from gamehall.database.base import NEWS_CHANNEL, Database, Load, announced
from gamehall.database.looking import Looks
from gamehall.database.prepared import Prepared
from gamehall.statements import Stopwatch

__all__ = ["PostgresDatabase", "process_name"]

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

_CONNECT_SECONDS = 5
_AWAY_SECONDS = 0.5
_OPENED = "opened"
_ANNOUNCE = "SELECT pg_notify(%(channel)s, %(name)s)"
_ANNOUNCE_SECONDS = 0.001  # for whoever commits at the same time; and this process reads what it has committed first
_TRANSACTION_SECONDS = 15.0  # of milliseconds that one takes, and the 30 s of a request
_STOOD_STILL_SECONDS = 1.0  # by which a loop is late that did nothing else meanwhile
_LEFT_SECONDS = 10  # after which the server ends a transaction that nobody goes on with: before we try it again


def process_name() -> str:
    """What PostgreSQL's own views call this process, unless the database's URL says otherwise."""
    return f"gamehall {os.getpid()}"


@contextmanager
def _cut_off_in_time(line: Callable[[], Any]) -> Iterator[None]:
    """Ends a connection of psycopg that does not come to an end of what it does.

    A network can take what we send and bring nothing back for good, and nobody is told. Whoever waits there would hold
    the connection for good too. Shut by ourselves, it is one that the server has closed, for which there is a way.
    """
    loop = asyncio.get_running_loop()
    timer: asyncio.TimerHandle

    def wait() -> None:
        nonlocal timer
        timer = loop.call_later(_TRANSACTION_SECONDS, cut)

    def cut() -> None:
        if loop.time() - timer.when() > _STOOD_STILL_SECONDS:
            wait()  # what the server has sent meanwhile was not looked at: the silence was ours
            return
        log.warning(
            "a transaction took longer than %g s: its connection to the database is given up", _TRANSACTION_SECONDS
        )
        if (driven := line()) is not None:
            with contextlib.suppress(OSError), socket.socket(fileno=os.dup(driven.pgconn.socket)) as shut:
                shut.shutdown(socket.SHUT_RDWR)

    wait()
    try:
        yield
    finally:
        timer.cancel()


def _share_what_is_known(engine: sa.Engine, reach: _Reach) -> None:
    """Lets one attempt to connect in half a second fail, and others with it at once; and a connection that is found
    dead count for those that were opened before."""

    @sa.event.listens_for(engine, "do_connect")
    def connect(dialect: Any, _record: object, arguments: Any, options: Any) -> Any:
        with reach.trying():
            return dialect.connect(*arguments, **options)

    @sa.event.listens_for(engine, "connect")
    def opened(_connection: object, record: sa.pool.ConnectionPoolEntry) -> None:
        record.info[_OPENED] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def taken(_connection: object, record: sa.pool.ConnectionPoolEntry, _proxy: object) -> None:
        if reach.is_lost(record.info[_OPENED]):
            raise sa.exc.DisconnectionError  # the pool opens another

    @sa.event.listens_for(engine, "handle_error")
    def failed(context: sa.engine.ExceptionContext) -> None:
        if context.is_disconnect:
            reach.lost()


class _Reach:
    """What is known of the way to the server, whichever connection has found it out.

    Everything that goes on in a worker would try again and again: a server that is about to come back, or to end, has
    other work than to refuse hundreds of connections a second. And where one connection has died without a word, the
    others have too: to find that out by each would take the time of a transaction each time.
    """

    def __init__(self) -> None:
        self._until = 0.0
        self._lost_at = 0.0

    def lost(self) -> None:
        """A connection was found dead."""
        self._lost_at = time.monotonic()

    def is_lost(self, opened: float) -> bool:
        """Whether one that was opened at this moment, of `time.monotonic`, must be taken for dead."""
        return opened < self._lost_at

    @contextmanager
    def trying(self) -> Iterator[None]:
        if time.monotonic() < self._until:
            raise psycopg.OperationalError("the database was away a moment ago")
        try:
            yield
        except psycopg.OperationalError:
            self._until = time.monotonic() + _AWAY_SECONDS
            raise


class PostgresDatabase(Database):
    dialect = "postgresql"

    def __init__(self, url: sa.URL, size: int = 8, *, stopwatch: Stopwatch | None = None) -> None:
        self.name = f"{random.getrandbits(64):016x}"  # by which it knows what it has announced itself
        self._url = url
        self._reach = _Reach()
        self._stopwatch = stopwatch or Stopwatch(0)
        # Connections open only when they are needed.
        self._engine = create_async_engine(url, pool_size=size, pool_timeout=10, **_options(url))
        self._recording = sa.create_engine(url, pool_size=1, **_options(url))
        for engine in (self._engine.sync_engine, self._recording):
            _share_what_is_known(engine, self._reach)
            if stopwatch is not None:
                stopwatch.watch(engine)
        self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._running: set[asyncio.Task[Any]] = set()
        self._looks = Looks(self._connect, _cut_off_in_time, self._reach)
        self._has_news = False  # that the others have not been told of
        self._announces = False
        self._recorder = ThreadPoolExecutor(1, thread_name_prefix="postgres-recorder")

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        with self._reach.trying():
            return await psycopg.AsyncConnection.connect(
                self._url.set(drivername="postgresql").render_as_string(hide_password=False),
                autocommit=True,
                prepare_threshold=1,
                **_options(self._url)["connect_args"],
            )

    async def read(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._run(self._reader, fn, *args, **kwargs)

    async def look(self, statement: Prepared, **values: Any) -> list[Any]:
        if not prepared.is_short():
            return await self.read(statement.rows, **values)
        ready = statement.on(self.dialect)
        began = perf_counter()
        try:
            return ready.rows(await self._looks.ask(ready.text, ready.values(values)))
        finally:
            self._stopwatch.note(ready.text, began)

    async def write(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._run(self._engine, fn, *args, **kwargs)

    async def together(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        context, timed = copy_context(), self._stopwatch.waiting(fn)
        line: Any = None

        def transaction(*, again: bool = True) -> T:
            nonlocal line
            with self._recording.connect() as connection:
                line = connection.connection.driver_connection
                connection.begin()  # what goes to the driver by itself would not begin it
                announced(connection)  # by one that was rolled back
                try:
                    result = timed(connection, *args, **kwargs)
                except sa.exc.DBAPIError as error:
                    if line is not None and line.broken and not error.connection_invalidated:
                        connection.invalidate()  # SQLAlchemy does not know of what went to the driver by itself
                        self._reach.lost()
                    if not (again and connection.invalidated):
                        raise
                else:
                    ended = perf_counter()
                    connection.commit()
                    self._stopwatch.committed(ended)
                    self._has_news |= announced(connection)
                    return result
            return transaction(again=False)

        async def wait() -> T:
            with _cut_off_in_time(lambda: line):
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._recorder, context.run, transaction)

        return await self._outlasting(wait())

    def load(self) -> Load:
        pool = self._engine.sync_engine.pool
        assert isinstance(pool, sa.QueuePool)  # noqa: S101 - for the type checker
        in_use = pool.checkedout()
        return Load(in_use, pool.checkedin(), waiting=max(0, len(self._running) - in_use))

    async def _run(
        self, engine: Any, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        timed = self._stopwatch.waiting(fn)

        async def transaction(*, again: bool = True) -> T:
            with contextlib.ExitStack() as limit:
                async with engine.connect() as connection:
                    line = connection.sync_connection.connection.driver_connection
                    announced(connection.sync_connection)  # by one that was rolled back
                    limit.enter_context(_cut_off_in_time(lambda: line))
                    try:
                        result: T = await connection.run_sync(timed, *args, **kwargs)
                    except sa.exc.DBAPIError as error:
                        if not (again and error.connection_invalidated):
                            raise
                    else:
                        ended = perf_counter()
                        await connection.commit()  # if this fails nobody knows whether it was kept: no second attempt
                        self._stopwatch.committed(ended)
                        self._has_news |= announced(connection.sync_connection)
                        return result
            # The server has closed our connections, by a restart for instance. Nothing of the transaction was kept.
            return await transaction(again=False)

        return await self._outlasting(transaction())

    async def _outlasting(self, transaction: Coroutine[Any, Any, T]) -> T:
        """In a task of its own: cancelling a request in the middle of a statement would throw its connection away."""
        task = asyncio.ensure_future(transaction)
        self._running.add(task)
        task.add_done_callback(self._finished)
        return await asyncio.shield(task)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if self._has_news and not self._announces:
            self._announces = True
            self._running.add(announcing := asyncio.ensure_future(self._announce()))
            announcing.add_done_callback(self._running.discard)
        if not task.cancelled():
            task.exception()  # looked at, so that a caller who went away does not leave a warning behind

    async def _announce(self) -> None:
        """Tells the other processes of all that was committed in the last moment, and is told of in another one."""
        try:
            while self._has_news:
                await asyncio.sleep(_ANNOUNCE_SECONDS)
                self._has_news = False
                await self._looks.ask(_ANNOUNCE, {"channel": NEWS_CHANNEL, "name": self.name})
        except sa.exc.SQLAlchemyError as error:
            log.warning("others could not be told of news (%s); they will find it", type(error).__name__)
        finally:
            self._announces = False

    async def close(self) -> None:
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)
        await self._looks.close()
        await asyncio.to_thread(self._recorder.shutdown)
        self._recording.dispose()
        await self._engine.dispose()


def _options(url: sa.URL) -> dict[str, Any]:
    session = {
        # To compile a plan takes longer than any statement here; PostgreSQL does so where a large hall makes one look
        # costly.
        "jit": "off",
        # A connection that has died without a word leaves its transaction behind at the server, with all that it has
        # locked, and no worker is told of anything that was committed since it began.
        "idle_in_transaction_session_timeout": f"{_LEFT_SECONDS}s",
        # And the server keeps the connection itself, of which it has a hundred, for two hours.
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "3",
        "tcp_keepalives_count": "3",
    }
    settings = [f"-c {name}={value}" for name, value in session.items()]
    return {
        "max_overflow": 0,
        "pool_recycle": 1800,
        "hide_parameters": True,
        "connect_args": {
            "connect_timeout": _CONNECT_SECONDS,
            "fallback_application_name": process_name(),
            "options": " ".join([*settings, *url.normalized_query.get("options", ())]),  # whoever runs the hall is last
        },
    }
