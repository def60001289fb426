"""The feed: every committed event, once, in one order, in every worker.

The event table is the truth. Each worker reads it forward from its place; wake-ups only say "look now", and a slow
poll covers their failure.

On PostgreSQL ids are handed out before the commit, so a row with a smaller id can become visible later than one with
a greater id, and reading "everything behind the last id" would skip it for ever. Rows therefore carry the number of
the transaction that wrote them and are read in the order (tx, id), and only up to the oldest transaction that is
still running: whatever commits later has a greater number than everything read before. SQLite commits in order.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import itertools
import logging
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from gamehall.database import Database, Prepared, has_news
from gamehall.events import Cursor, Event, NewEvent
from gamehall.facts import Fact, note_fact
from gamehall.tables import event, now
from gamehall.tasks import beside

__all__ = ["HEAD", "Feed", "Subscription", "begin_anew", "emit", "head"]

log = logging.getLogger(__name__)

_PAGE = 500
_REMEMBERED = 1_000  # events
_HEAR_AT_ONCE = 100  # listeners, some milliseconds of work; then whatever else has come goes on, too
_LEAP = 1_000_000_000  # further than any hall comes between a backup and the day on which it is restored
_REPLAY_LIMIT = 5_000  # events a returning client may be behind before a fresh look at everything is cheaper

_TX: sa.ColumnElement[int] = sa.literal_column("pg_current_xact_id()::text::bigint", sa.BigInteger)
_HORIZON_OF_NOW = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_ROW = ("at", "kind", "channels", "data")
_INSERT = Prepared(event.insert().values(tx=0).returning(event.c.tx, event.c.id), *_ROW)
_INSERT_WITH_TX = Prepared(event.insert().values(tx=_TX).returning(event.c.tx, event.c.id), *_ROW)


def emit(connection: sa.Connection, events: Iterable[NewEvent]) -> Cursor | None:
    """Writes events in this transaction; the place of the last one, None when there were none."""
    insert = _INSERT_WITH_TX if connection.dialect.name == "postgresql" else _INSERT
    cursor = None
    for new in events:
        channels, data = (msgspec.json.encode(each).decode() for each in (new.channels, new.data))
        (row,) = insert.rows(connection, at=now(), kind=new.kind, channels=channels, data=data)
        has_news(connection)
        note_fact(Fact("event", new.kind))
        cursor = Cursor(row.tx, row.id)
    return cursor


def begin_anew(connection: sa.Connection, last_id: int) -> None:
    """Begins the empty feed of a hall that was restored, whose last event had this id: far behind all that there can
    have been, so that every place in the feed from before is too old, and no event is taken for one of then."""
    first = last_id + _LEAP
    tx = connection.scalar(sa.select(_TX)) if connection.dialect.name == "postgresql" else 0
    row = {"id": first, "tx": tx, "at": now(), "kind": "restored", "channels": "[]", "data": "{}"}
    connection.execute(event.insert(), row)
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(event.name, "id"), first)))


class _HeadTx(sa.sql.functions.FunctionElement[int]):
    type = sa.BigInteger()
    inherit_cache = True


class _HeadId(sa.sql.functions.FunctionElement[int]):
    type = sa.BigInteger()
    inherit_cache = True


@compiles(_HeadTx, "postgresql")
def _head_tx(*_: object, **_kw: object) -> str:
    return _HORIZON_OF_NOW


@compiles(_HeadId, "sqlite")
def _head_id(*_: object, **_kw: object) -> str:
    return "coalesce((SELECT max(event.id) FROM event), 0)"


@compiles(_HeadTx, "sqlite")
@compiles(_HeadId, "postgresql")
def _no_part(*_: object, **_kw: object) -> str:
    return "0"


HEAD = (_HeadTx().label("head_tx"), _HeadId().label("head_id"))
"""A place that has everything this statement cannot see behind it: select a state and this, then follow on."""


def head(connection: sa.Connection) -> Cursor:
    """The same for a transaction, as it sees the database now."""
    return Cursor(*connection.execute(sa.select(*HEAD)).one())


class _Page(NamedTuple):
    events: list[Event]
    held_back: bool  # committed events wait for a transaction that is still running


_AFTER = (sa.bindparam("after_tx", type_=sa.BigInteger), sa.bindparam("after_id", type_=sa.BigInteger))
_LIMIT = sa.bindparam("most", type_=sa.Integer)
_READ = Prepared(sa.select(event).where(event.c.id > _AFTER[1]).order_by(event.c.id).limit(_LIMIT))
# The horizon is that of the statement's own snapshot, so everything before it that was committed is seen.
_READ_TO_HORIZON = Prepared(
    sa.select(event, sa.literal_column(_HORIZON_OF_NOW, sa.BigInteger).label("horizon"))
    .where(sa.tuple_(event.c.tx, event.c.id) > sa.tuple_(*_AFTER))
    .order_by(event.c.tx, event.c.id)
    .limit(_LIMIT)
)


async def _read_page(database: Database, after: Cursor, limit: int = _PAGE) -> _Page:
    if database.dialect == "postgresql":
        rows = await database.look(_READ_TO_HORIZON, after_tx=after.tx, after_id=after.id, most=limit)
        settled = [row for row in rows if row.tx < row.horizon]
        return _Page([_event(row) for row in settled], held_back=len(settled) < len(rows))
    rows = await database.look(_READ, after_id=after.id, most=limit)
    return _Page([_event(row) for row in rows], held_back=False)


def _behind(connection: sa.Connection, query: sa.Select[Any], place: Cursor) -> sa.Select[Any]:
    """What of these events is behind a place, in their order. SQLite would look through all of its one transaction
    number for a pair."""
    if connection.dialect.name == "postgresql":
        pair = sa.tuple_(event.c.tx, event.c.id)
        behind = pair > sa.tuple_(sa.literal(place.tx), sa.literal(place.id))
        return query.where(behind).order_by(event.c.tx, event.c.id)
    return query.where(event.c.id > place.id).order_by(event.c.id)


def _event(row: Any) -> Event:
    channels = msgspec.json.decode(row.channels, type=tuple[str, ...])
    return Event(Cursor(row.tx, row.id), row.at, row.kind, channels, msgspec.Raw(row.data.encode()))


def _oldest_behind(connection: sa.Connection, place: Cursor) -> datetime | None:
    found: datetime | None = connection.scalar(_behind(connection, sa.select(event.c.at), place).limit(1))
    return found


def _oldest(connection: sa.Connection) -> Cursor | None:
    row = connection.execute(sa.select(event.c.tx, event.c.id).order_by(event.c.tx, event.c.id).limit(1)).first()
    return Cursor(row.tx, row.id) if row else None


class Subscription:
    """What one listener has not taken yet. Bounded: one that never takes is told that it lost events.

    While the listener waits, `at_once` can take each event without waking it, and says whether it has; after one that
    it has not taken the listener wakes, and takes that one and all behind it. A task that wakes costs more than most of
    a crowd then have to do.
    """

    __slots__ = ("__weakref__", "_arriving", "_loop", "_waiting", "_woken", "at_once", "channels", "overflowed")
    max_waiting = 1_000

    def __init__(self, channels: frozenset[str]) -> None:
        self._loop = asyncio.get_running_loop()  # which to look up is a call of the system, each time
        self.channels = channels
        self.overflowed = False
        self.at_once: Callable[[Event], bool] | None = None
        self._waiting: list[Event] = []
        self._woken = False
        self._arriving: asyncio.Future[None] | None = None

    def push(self, item: Event) -> bool:
        """Whether it is the first that waits: then the listener is to `hear` of it."""
        waiting = self._waiting
        if waiting and waiting[-1] is item:  # an event of several of its channels comes once
            return False
        if len(waiting) >= self.max_waiting:
            self.overflowed = True
            return False
        waiting.append(item)
        return len(waiting) == 1

    def hear(self) -> None:
        """Has the listener take what waits, at once or by waking."""
        arriving = self._arriving
        if arriving is None or arriving.done():  # it is at work, and takes it when it is done with that
            return
        waiting, at_once = self._waiting, self.at_once
        if at_once is not None and not self.overflowed:
            # What fails here fails again for the listener that wakes, and is then its failure and nobody else's.
            with contextlib.suppress(Exception):
                while waiting and at_once(waiting[0]):
                    del waiting[0]
        if waiting:
            arriving.set_result(None)

    def wake(self) -> None:
        """Makes `arrived` return at once, with nothing if there is nothing."""
        self._woken = True
        if self._arriving is not None and not self._arriving.done():
            self._arriving.set_result(None)

    async def arrived(self) -> list[Event]:
        """What has arrived, waiting for the first; empty when it was woken for nothing."""
        if not (self._woken or self._waiting):
            self._arriving = self._loop.create_future()
            await self._arriving
        self._woken, self._arriving = False, None
        taken, self._waiting = self._waiting, []
        return taken

    async def take(self, seconds: float) -> list[Event]:
        """The same, waiting up to so many seconds."""
        timer = self._loop.call_later(seconds, self.wake)
        try:
            return await self.arrived()
        finally:
            timer.cancel()


class Feed:
    """This worker's reading of the feed."""

    def __init__(self, database: Database, poll_seconds: float = 1.0) -> None:
        self._database = database
        self._poll_seconds = poll_seconds
        self._subscriptions: defaultdict[str, set[Subscription]] = defaultdict(set)
        self._hearing: deque[Subscription] = deque()
        self._listeners: list[Callable[[Event], None]] = []
        self._look = asyncio.Event()
        self._read_at = time.monotonic()
        # What was read last, for those who come back. Events do not change; behind `_complete_since` none is missing.
        self._latest: deque[Event] = deque(maxlen=_REMEMBERED)
        self._complete_since = self.place = Cursor(0, 0)

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Calls a function with every event, as it is read; it must not wait nor fail."""
        self._listeners.append(listener)

    def wake(self) -> None:
        """There may be something new: look now."""
        self._look.set()

    def take(self, events: Sequence[Event]) -> None:
        """Tells of what this process has just committed. What follows this worker's place without a gap need not be
        read for that; on PostgreSQL only the database knows what comes before it."""
        for item in events:
            if item.cursor != (0, self.place.id + 1):
                self.wake()
                return
            self._tell(item)

    @contextlib.contextmanager
    def subscribe(self, channels: Iterable[str]) -> Iterator[Subscription]:
        """Everything read from now on for these channels, until the block ends."""
        subscription = Subscription(frozenset())
        self.follow(subscription, channels)
        try:
            yield subscription
        finally:
            self.follow(subscription, ())

    def follow(self, subscription: Subscription, channels: Iterable[str]) -> None:
        """Lets a subscription have what is read from now on for these channels, in place of those that it had."""
        wanted = frozenset(channels)
        for channel in wanted - subscription.channels:
            self._subscriptions[channel].add(subscription)
        for channel in subscription.channels - wanted:
            self._subscriptions[channel].discard(subscription)
            if not self._subscriptions[channel]:
                del self._subscriptions[channel]
        subscription.channels = wanted

    def wake_subscribers(self, channels: Iterable[str] | None = None) -> None:
        """Wakes who follows these channels, or everybody, to check again what they may see."""
        for channel in list(self._subscriptions) if channels is None else channels:
            for subscription in tuple(self._subscriptions.get(channel, ())):
                subscription.wake()

    async def since(self, after: Cursor, channels: frozenset[str]) -> Sequence[Event] | None:
        """The events of these channels behind a cursor, up to this worker's place.

        None when they cannot be told any more, because the cursor is too old or not of this feed.
        """
        upto = self.place
        if self._complete_since <= after <= upto:
            latest = itertools.takewhile(lambda item: item.cursor > after, reversed(self._latest))
            return [item for item in latest if channels.intersection(item.channels)][::-1]
        if not await self._database.read(_is_known, after, upto):
            return None
        missed: list[Event] = []
        scanned = 0
        while after < upto:
            page = await _read_page(self._database, after)
            if not page.events:
                break
            scanned += len(page.events)
            if scanned > _REPLAY_LIMIT:
                return None
            missed += [e for e in page.events if e.cursor <= upto and channels.intersection(e.channels)]
            after = page.events[-1].cursor
        return missed

    async def lag(self) -> float:
        """For how many seconds the oldest event that this worker has not read has been there; 0 without one."""
        waiting_since = await self._database.read(_oldest_behind, self.place)
        return max(0.0, (now() - waiting_since).total_seconds()) if waiting_since else 0.0

    @property
    def silent_seconds(self) -> float:
        """How long ago this worker has read to the end of what there was."""
        return time.monotonic() - self._read_at

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Reads on until the block ends, from the present head."""
        self._complete_since = self.place = await self._database.read(head)
        async with beside(self._read_on(), "feed"):
            yield

    async def _read_on(self) -> None:
        retry = 0.0
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(retry or self._poll_seconds):
                    await self._look.wait()
            self._look.clear()
            try:
                held_back = await self._catch_up()
            except Exception as error:
                # The database is away, perhaps for long: the poll goes on and finds it when it is back.
                trace = None if isinstance(error, sa.exc.DBAPIError) else error
                log.warning("the feed could not be read (%s); trying again", type(error).__name__, exc_info=trace)
                retry = 1.0
                continue
            # Nobody announces that the transaction we wait for has ended without an event of its own.
            retry = 0.005 if held_back and not retry else min(retry * 2, 0.2) if held_back else 0.0

    async def _catch_up(self) -> bool:
        while True:
            page = await _read_page(self._database, self.place)
            for item in page.events:
                if item.cursor > self.place:  # else it was taken while the page was read
                    self._tell(item)
            if len(page.events) < _PAGE:
                self._read_at = time.monotonic()
                return page.held_back

    def _tell(self, item: Event) -> None:
        self.place = item.cursor
        if len(self._latest) == _REMEMBERED:
            self._complete_since = self._latest[0].cursor
        self._latest.append(item)
        for listener in self._listeners:
            listener(item)
        begin = not self._hearing
        for channel in item.channels:
            self._hearing += [each for each in self._subscriptions.get(channel, ()) if each.push(item)]
        if begin and self._hearing:
            self._let_hear_soon()

    def _let_hear_soon(self) -> None:
        # In a context of its own: whoever has made the news is not who is told of them.
        asyncio.get_running_loop().call_soon(self._let_hear, context=contextvars.Context())

    def _let_hear(self) -> None:
        for _ in range(min(_HEAR_AT_ONCE, len(self._hearing))):
            self._hearing.popleft().hear()
        if self._hearing:
            self._let_hear_soon()


def _is_known(connection: sa.Connection, after: Cursor, upto: Cursor) -> bool:
    if after > max(upto, head(connection)):
        return False
    oldest = _oldest(connection)
    # Event 1 still being there says that nothing was ever removed. Retention keeps the newest event for this.
    return oldest is None or after >= oldest or oldest.id == 1
