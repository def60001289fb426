"""The feed: what an event costs every worker, and what it does to commits that each one is announced."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psycopg
from bench._processes import connection_to
from bench._sizes import sized

from gamehall.database import NEWS_CHANNEL, open_database
from gamehall.events import NewEvent
from gamehall.feed import Feed, emit

EVENTS = min(sized(2_000, least=50), 4_000)  # further back a feed does not go
WRITERS = 16
COMMITS = sized(50, least=3)
_QUIET = (
    "INSERT INTO event (tx, at, kind, channels, data) VALUES (pg_current_xact_id()::text::bigint, now(), '', '[]', '')"
)
_HEARD = f"{_QUIET} RETURNING pg_notify('{NEWS_CHANNEL}', '')"

Figures = dict[str, float]


def feeding(url: str) -> Figures:
    """The figures of one kind of database, at whose hall nobody is."""
    found = asyncio.run(_read(url))
    if url.startswith("postgresql"):
        found["commits.quiet"] = _commits_a_second(url, lambda connection: connection.execute(_QUIET))
        found["commits.announced"] = _commits_a_second(url, lambda connection: connection.execute(_HEARD))
    return found


async def _read(url: str) -> Figures:
    """What a worker does with an event that nobody at it follows."""
    database = open_database(url)
    feed = Feed(database)
    event = NewEvent("game_move", ("game-1", "user-1", "user-2"), {"game_id": "1", "move": "h8", "cells": [["h8", 1]]})
    try:
        async with feed.running():
            before = feed.place
            last = await database.write(emit, [event] * EVENTS)
            assert last is not None
            while feed.place < last:
                feed.wake()
                await asyncio.sleep(0.01)
            began = time.process_time()
            missed = await feed.since(before, frozenset({"lobby"}))
            assert missed == []
            return {"event.read": (time.process_time() - began) / EVENTS * 1e6}
    finally:
        await database.close()


def _commits_a_second(url: str, write: Callable[[psycopg.Connection], object]) -> float:
    """Transactions of one statement, by several writers at once."""

    def go_on(connection: psycopg.Connection) -> None:
        for _ in range(COMMITS):
            write(connection)

    connections = [connection_to(url) for _ in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        began = time.perf_counter()
        for done in [pool.submit(partial(go_on, each)) for each in connections]:
            done.result()
        took = time.perf_counter() - began
    for each in connections:
        each.close()
    return WRITERS * COMMITS / took
