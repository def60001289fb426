"""The feed: every committed event once and in one order, in every process, whatever commits when."""

from __future__ import annotations

import asyncio
import contextlib
import tracemalloc
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator

import msgspec
import psycopg
import pytest
import redis
import sqlalchemy as sa

from gamehall.database import Database, open_database, serialize_on, sync_url
from gamehall.events import Cursor, Event, NewEvent
from gamehall.feed import Feed, Subscription, emit, head
from gamehall.tables import event, metadata, now
from gamehall.wakeups import PostgresWakeups, RedisWakeups, Wakeups

pytestmark = pytest.mark.anyio

# A poll that does not come during a test: what arrives was announced or, held back, was looked for again.
NEVER = 3_600.0
RAW = msgspec.Raw(b"{}")

Heard = asyncio.Queue[Event]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with hall_database(database_url) as opened:
        yield opened


@contextlib.asynccontextmanager
async def hall_database(url: str) -> AsyncIterator[Database]:
    opened = open_database(url)
    try:
        await opened.write(metadata.create_all)
        yield opened
    finally:
        await opened.close()


@contextlib.asynccontextmanager
async def reading(database: Database, poll_seconds: float = NEVER) -> AsyncIterator[tuple[Feed, Heard]]:
    """A feed at work, and what it tells."""
    feed, heard = Feed(database, poll_seconds), Heard()
    feed.listen(heard.put_nowait)
    async with feed.running():
        yield feed, heard


async def hear(heard: Heard, count: int = 1) -> list[Event]:
    async with asyncio.timeout(120):
        return [await heard.get() for _ in range(count)]


async def tell(database: Database, *kinds: str, channel: str = "lobby") -> Cursor:
    cursor = await database.write(emit, [NewEvent(kind, (channel,), {}) for kind in kinds])
    assert cursor is not None
    return cursor


def kinds(events: list[Event] | None) -> list[str]:
    assert events is not None
    return [each.kind for each in events]


async def test_an_event_is_told_as_it_was_written(database: Database) -> None:
    async with reading(database) as (feed, heard):
        written = await database.write(emit, [NewEvent("greeting", ("lobby", "user-1"), {"text": "Grüß dich\u2028\n"})])
        feed.wake()
        (told,) = await hear(heard)
    assert (told.cursor, told.kind, told.channels) == (written, "greeting", ("lobby", "user-1"))
    assert told.values() == {"text": "Grüß dich\u2028\n"}
    assert told.at.utcoffset() is not None


async def test_the_feed_begins_at_the_present(database: Database) -> None:
    await tell(database, "before")
    async with reading(database) as (feed, heard):
        await tell(database, "after")
        feed.wake()
        assert kinds(await hear(heard)) == ["after"]


async def test_what_was_rolled_back_is_never_told(database: Database) -> None:
    def fail(connection: sa.Connection) -> None:
        emit(connection, [NewEvent("undone", ("lobby",), {})])
        raise LookupError

    async with reading(database) as (feed, heard):
        with pytest.raises(LookupError):
            await database.write(fail)
        await tell(database, "done")
        feed.wake()
        assert kinds(await hear(heard)) == ["done"]


async def test_without_any_wake_up_the_poll_finds_it(database: Database) -> None:
    async with reading(database, poll_seconds=0.01) as (_, heard):
        await tell(database, "found")
        assert kinds(await hear(heard)) == ["found"]


async def test_many_writers_at_once_skip_and_double_nothing(database: Database) -> None:
    async def write(writer: int) -> None:
        for number in range(20):
            await tell(database, f"{writer}.{number}")
            feed.wake()

    async with reading(database) as (feed, heard):
        start = feed.place
        await asyncio.gather(*(write(writer) for writer in range(8)))
        told = await hear(heard, 160)
        assert heard.empty()
        again = await feed.since(start, frozenset({"lobby"}))
    assert sorted(kinds(told)) == sorted(f"{writer}.{number}" for writer in range(8) for number in range(20))
    assert [each.cursor for each in told] == sorted({each.cursor for each in told})
    assert again == told


async def test_events_of_one_game_come_in_the_order_of_its_transactions(database: Database) -> None:
    def move(connection: sa.Connection, game: str) -> None:
        serialize_on(connection, game)
        ply = connection.scalar(sa.select(sa.func.count()).where(event.c.kind == game))
        emit(connection, [NewEvent(game, ("lobby",), {"ply": ply})])

    games = [f"game-{number}" for number in range(4)]
    async with reading(database) as (feed, heard):
        await asyncio.gather(*(database.write(move, game) for game in games * 25))
        feed.wake()
        told = await hear(heard, 100)
    plies = defaultdict(list)
    for each in told:
        plies[each.kind].append(each.values()["ply"])
    assert plies == {game: list(range(25)) for game in games}


@pytest.fixture
def connections(postgres_url: str) -> Iterator[tuple[sa.Connection, sa.Connection, sa.Connection]]:
    engine = sa.create_engine(sync_url(postgres_url))
    with engine.connect() as first, engine.connect() as second, engine.connect() as third:
        yield first, second, third
    engine.dispose()


@pytest.mark.parametrize("early_one_commits", [True, False])
async def test_who_writes_first_and_commits_last_is_not_skipped(
    postgres_url: str, connections: tuple[sa.Connection, sa.Connection, sa.Connection], early_one_commits: bool
) -> None:
    def write(connection: sa.Connection, kind: str) -> None:
        emit(connection, [NewEvent(kind, ("lobby",), {})])

    oldest, early, late = connections
    async with hall_database(postgres_url) as database, reading(database) as (feed, heard):
        for connection, kind in ((oldest, "oldest"), (early, "early"), (late, "late")):
            write(connection, kind)
        late.commit()
        oldest.commit()
        feed.wake()
        # When this one is told, the late one was there to be read too. It is kept until the early one is decided.
        assert kinds(await hear(heard)) == ["oldest"]
        assert heard.empty()
        assert await feed.lag() > 0
        # Nobody announces what follows, and no other transaction commits: the feed itself keeps looking.
        if early_one_commits:
            early.commit()
            assert kinds(await hear(heard, 2)) == ["early", "late"]
        else:
            early.rollback()
            assert kinds(await hear(heard)) == ["late"]
        assert heard.empty()
        assert await feed.lag() == 0


async def test_a_state_and_the_head_beside_it_leave_no_gap(
    postgres_url: str, connections: tuple[sa.Connection, sa.Connection, sa.Connection]
) -> None:
    early, late, _ = connections
    async with hall_database(postgres_url) as database, reading(database) as (feed, heard):
        emit(early, [NewEvent("early", ("lobby",), {})])
        emit(late, [NewEvent("late", ("lobby",), {})])
        late.commit()
        place = await database.read(head)  # who reads now sees the late one's effects, but not the early one's
        early.commit()
        feed.wake()
        await hear(heard, 2)
        missed = await feed.since(place, frozenset({"lobby"}))
    assert missed is not None
    assert "early" in kinds(list(missed))


async def test_the_past_is_told_across_pages_and_only_of_the_channels_asked_for(database: Database) -> None:
    async with reading(database) as (feed, heard):
        first = await tell(database, "first", channel="mine")
        await tell(database, *(f"other-{number}" for number in range(600)), channel="other")
        await tell(database, *(f"mine-{number}" for number in range(600)), channel="mine")
        feed.wake()
        *_, last_but_one, last = [each.cursor for each in await hear(heard, 1_201)]
        async with reading(database) as (another, _):  # which has to look into the database for it
            for each in (feed, another):
                missed = await each.since(first, frozenset({"mine", "unheard-of"}))
                assert kinds(list(missed or ())) == [f"mine-{number}" for number in range(600)]
                assert await each.since(last, frozenset({"mine"})) == []
                lately = await each.since(last_but_one, frozenset({"mine", "other"}))
                assert kinds(list(lately or ())) == ["mine-599"]


async def test_the_past_ends_where_the_live_events_begin(database: Database) -> None:
    """Who subscribes first and asks for the past then gets each event from exactly one of them, or can tell."""
    async with reading(database) as (feed, heard):
        start = await tell(database, "start")
        feed.wake()
        await hear(heard)
        await tell(database, "unread")
        with feed.subscribe(["lobby"]) as news:
            assert await feed.since(start, frozenset({"lobby"})) == []
            feed.wake()
            assert kinds(await news.take(20)) == ["unread"]


async def test_cursors_that_are_not_of_this_feed_are_told_from_those_that_are(database: Database) -> None:
    channels = frozenset({"lobby"})
    async with reading(database) as (feed, heard):
        beginning = feed.place
        assert await feed.since(beginning, channels) == []  # of a feed in which nothing has happened yet
        first = await tell(database, "first")
        last = await tell(database, "second", "third")
        feed.wake()
        await hear(heard, 3)
        assert len(await feed.since(beginning, channels) or ()) == 3
        assert await feed.since(Cursor(10**17, 1), channels) is None
        assert await feed.since(Cursor(10**17, 10**17), channels) is None
        await database.write(lambda connection: connection.execute(event.delete().where(event.c.id < last.id)))
        async with reading(database) as (another, _):  # which has not read it itself
            assert await another.since(first, channels) is None  # what followed it is gone
            assert await another.since(last, channels) == []


async def test_a_cursor_too_far_back_is_not_replayed(database: Database) -> None:
    async with reading(database) as (feed, heard):
        first = await tell(database, "first")
        await tell(database, *["later"] * 5_001)
        feed.wake()
        await hear(heard, 5_002)
        assert await feed.since(first, frozenset({"lobby"})) is None


async def test_an_event_of_several_channels_comes_once(database: Database) -> None:
    async with reading(database) as (feed, _):
        with feed.subscribe(["user-1", "game-1", "lobby"]) as news, feed.subscribe(["game-2"]) as others:
            await database.write(emit, [NewEvent("both", ("user-1", "game-1"), {}), NewEvent("other", ("game-2",), {})])
            feed.wake()
            assert kinds(await news.take(20)) == ["both"]
            assert kinds(await others.take(20)) == ["other"]


async def test_who_takes_nothing_is_told_that_events_are_lost(database: Database) -> None:
    count = Subscription.max_waiting + 1
    async with reading(database) as (feed, heard):
        with feed.subscribe(["lobby", "user-1"]) as news:
            await tell(database, *["kept"] * Subscription.max_waiting)
            feed.wake()
            await hear(heard, Subscription.max_waiting)
            assert not news.overflowed
            await tell(database, "lost")
            feed.wake()
            await hear(heard)
            assert news.overflowed
            assert len(await news.take(20)) == count - 1


async def test_channels_that_nobody_follows_any_more_are_forgotten(database: Database) -> None:
    feed = Feed(database)
    tracemalloc.start()
    for number in range(10_000):
        with feed.subscribe([f"game-{number}", f"user-{number}"]):
            pass
    kept, _most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 100_000, "bytes; each channel alone would be some hundred"


async def test_what_a_listener_takes_at_once_does_not_wake_it(database: Database) -> None:
    """It is woken for the first event that it does not take so, also where it fails in that, and for lost ones; the
    others hear of it all the same."""
    taken: list[str] = []

    def take_small(item: Event) -> bool:
        if item.kind == "bad":
            raise ValueError("a listener's own fault")
        if small := item.kind == "small":
            taken.append(item.kind)
        return small

    async with reading(database) as (feed, _):
        with feed.subscribe(["lobby"]) as news, feed.subscribe(["lobby"]) as others:
            news.at_once = take_small
            for first in ("big", "bad"):
                async with asyncio.TaskGroup() as both:
                    waking, usual = both.create_task(news.take(20)), both.create_task(others.take(20))
                    await asyncio.sleep(0)
                    await tell(database, "small", "small", first, "small")
                    feed.wake()
                assert kinds(waking.result()) == [first, "small"]
                assert kinds(usual.result()) == ["small", "small", first, "small"]
                assert taken == ["small", "small"]
                taken.clear()


async def test_a_listener_that_takes_at_once_hears_that_events_are_lost(database: Database) -> None:
    count = Subscription.max_waiting + 1
    async with reading(database) as (feed, _):
        with feed.subscribe(["lobby"]) as news:
            news.at_once = lambda _: True
            waking = asyncio.ensure_future(news.take(20))
            await asyncio.sleep(0)
            feed.take(
                [Event(Cursor(0, feed.place.id + n), now(), "kept", ("lobby",), RAW) for n in range(1, count + 1)]
            )
            assert len(await waking) == count - 1
            assert news.overflowed


async def test_a_crowd_that_is_told_keeps_nobody_waiting(database: Database) -> None:
    size = 1_000
    told: list[str] = []
    done = asyncio.Event()

    def take(_: Event) -> bool:
        if not told:
            asyncio.get_running_loop().call_soon(told.append, "somebody else")
        told.append("one of the crowd")
        if len(told) >= size:
            done.set()
        return True

    async with reading(database) as (feed, _):
        with contextlib.ExitStack() as stack:
            crowd = [stack.enter_context(feed.subscribe(["lobby"])) for _ in range(size)]
            for each in crowd:
                each.at_once = take
            waiting = [asyncio.ensure_future(each.arrived()) for each in crowd]
            await asyncio.sleep(0)
            await tell(database, "news")
            feed.wake()
            async with asyncio.timeout(120):
                await done.wait()
            feed.wake_subscribers()
            assert await asyncio.gather(*waiting) == [[]] * size
    assert told.index("somebody else") < size / 2


async def test_a_listener_can_be_woken_without_news(database: Database) -> None:
    async with reading(database) as (feed, _):
        with feed.subscribe(["lobby"]) as news:
            feed.wake_subscribers()
            assert await news.take(NEVER) == []
            feed.wake_subscribers(["lobby"])
            assert await news.take(NEVER) == []


@contextlib.asynccontextmanager
async def woken(feed: Feed, wakeups: Wakeups) -> AsyncIterator[asyncio.Queue[None]]:
    """A feed that wake-ups reach; the queue has one item for each, the first for being connected."""
    hints: asyncio.Queue[None] = asyncio.Queue()

    def wake() -> None:
        feed.wake()
        hints.put_nowait(None)

    async with wakeups.running(wake):
        await hint(hints)
        yield hints


async def hint(hints: asyncio.Queue[None]) -> None:
    async with asyncio.timeout(120):
        await hints.get()


async def test_a_notification_wakes_another_process(postgres_url: str) -> None:
    async with contextlib.AsyncExitStack() as stack:
        writing = await stack.enter_async_context(hall_database(postgres_url))
        other = await stack.enter_async_context(hall_database(postgres_url))
        feed, heard = await stack.enter_async_context(reading(other))
        hints = await stack.enter_async_context(woken(feed, PostgresWakeups(sync_url(postgres_url), "reader")))
        await tell(writing, "first")
        await hint(hints)
        assert kinds(await hear(heard)) == ["first"]

        with psycopg.connect(sync_url(postgres_url).set(drivername="postgresql").render_as_string(False)) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'")
        await tell(writing, "while nobody listened")
        await hint(hints)  # it has connected again, and looks at once
        assert kinds(await hear(heard)) == ["while nobody listened"]
        await tell(writing, "second")
        await hint(hints)
        assert kinds(await hear(heard)) == ["second"]


async def test_what_is_committed_is_announced_to_the_others_alone(postgres_url: str) -> None:
    """Each process reads what it has committed by itself; a rolled back transaction, or one without events, is no news
    to anybody."""

    def fail(connection: sa.Connection) -> None:
        emit(connection, [NewEvent("undone", ("lobby",), {})])
        raise LookupError

    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(hall_database(postgres_url))
        own, others = [
            await stack.enter_async_context(
                woken(Feed(database, NEVER), PostgresWakeups(sync_url(postgres_url), name=name))
            )
            for name in (database.name, "another")
        ]
        with pytest.raises(LookupError):
            await database.write(fail)
        await database.write(lambda connection: connection.execute(sa.select(1)))
        await tell(database, "first")
        await hint(others)
        assert others.empty()
        await database.together(emit, [NewEvent("together", ("lobby",), {})])
        await hint(others)
        another = await stack.enter_async_context(hall_database(postgres_url))
        await tell(another, "of somebody else")
        await hint(own)
        assert own.empty()  # which hints come to in their order


async def test_redis_wakes_another_process(database_url: str, redis_url: str) -> None:
    async with contextlib.AsyncExitStack() as stack:
        writing = await stack.enter_async_context(hall_database(database_url))
        other = await stack.enter_async_context(hall_database(database_url))
        feed, heard = await stack.enter_async_context(reading(other))
        hints = await stack.enter_async_context(woken(feed, RedisWakeups(redis_url)))
        announcing = RedisWakeups(redis_url)
        await stack.enter_async_context(woken(Feed(writing, NEVER), announcing))
        await tell(writing, "first")
        announcing.announce()
        await hint(hints)
        assert kinds(await hear(heard)) == ["first"]

        with redis.Redis.from_url(redis_url) as admin:
            admin.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await hint(hints)  # it has connected again
        await tell(writing, "second")
        announcing.announce()
        assert kinds(await hear(heard)) == ["second"]
