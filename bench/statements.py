"""What each statement of the hot path costs in a hall with many games, beside the same in one with two hundred.

Two players do everything in the small hall, then it is filled with BENCH_SIZE × 10,000 games, most of them over, and
they do the same once more. What they send to the database is overheard and sent again by itself: how long that takes,
and how much the database does for it – pages that PostgreSQL looks at, steps of the machine in SQLite – which nothing
else here changes. What finds its rows by an index does no more than before, and whatever does more is named.
Statements that only insert are not sent again. Needs a PostgreSQL as the tests do; BENCH_SIZE=10 is five million moves,
some minutes and four gigabytes of disk in each database.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from bench._filling import Filler
from bench._history import keep
from bench._playing import NAMES, Table, flat, sitting
from bench._processes import databases
from bench._sizes import sized

from gamehall.database import sync_url

MOVES = sized(50, least=6)
FEW, MANY = sized(200, least=10), sized(10_000, least=40)
AGAIN = sized(20, least=3)
FLAT = 2.0
LITTLE = {"sqlite": 3_000, "postgresql": 60}
"""Steps, and pages: below these a ratio tells of how deep an index is."""
TOLD = 2_000

Heard = dict[str, tuple[str, Any]]
"""By the statement without the length of its lists: as it was sent for the first time, and with what."""


@dataclass(frozen=True)
class Cost:
    """Of one statement: the fastest time in seconds, and how much the database did."""

    seconds: float
    work: int


def main() -> None:
    with databases() as urls:
        for name, url in urls.items():
            report(name, *grow(url))


def grow(url: str) -> tuple[dict[str, Cost], dict[str, Cost], Filler]:
    """What statements cost in the small hall and in the large one, and who filled it."""

    async def begin() -> tuple[Filler, str]:
        async with sitting(url) as table:
            return Filler(url, await table.model(MOVES)), await table.begin()

    async def visit(turns: range) -> Heard:
        async with sitting(url) as table:
            with overhearing() as heard:
                for turn in turns:
                    await everything(table, game_id, turn * 2)
                await asyncio.sleep(sized(4))  # for what workers do by themselves
            return heard

    filler, game_id = asyncio.run(begin())
    filler.fill(FEW)
    small = costs(url, asyncio.run(visit(range(2))))
    began = time.perf_counter()
    filler.fill(MANY)
    print(f"filled in {time.perf_counter() - began:.0f} s")
    return small, costs(url, asyncio.run(visit(range(2, 4)))), filler


async def everything(table: Table, game_id: str, first: int) -> None:
    """What players, their pages and programs do all the time."""
    (ada, bob), (browser, *_) = table.players, table.browsers
    await table.play(game_id, 2, first)
    other = await table.begin()
    await table.play(other, 1)
    await bob.post(f"/games/{other}/resign")
    await ada.post("/challenges", json={"ruleset": "renju"})
    for each in (await ada.get("/challenges", params={"box": "sent"})).json()["items"]:
        await ada.post(f"/challenges/{each['id']}/respond", json={"action": "cancel"})
    for path in (
        *(f"/games/{game_id}", f"/games/{game_id}/scene?ply=1", f"/games/{game_id}/record", "/users/me"),
        *("/games?status=active", f"/games?player={NAMES[0]}", "/games?limit=20"),
        *(f"/games?player={NAMES[0]}&status=finished", "/games?ruleset=gomoku", "/games?ruleset=gomoku&status=active"),
        *("/challenges?box=open", "/challenges?box=received", f"/users/{NAMES[1]}", "/friends", "/auth/tokens"),
    ):
        assert (await ada.get(path)).is_success, path
    for path in ("/", "/games", f"/games/{game_id}", f"/@{NAMES[0]}", "/friends", "/play", "/settings"):
        assert (await browser.get(path)).is_success, path
    feed = table.hall.host.feed
    await feed.since(feed.place, frozenset({"lobby"}))
    await feed.lag()


@contextmanager
def overhearing() -> Iterator[Heard]:
    """What this process sends to the database while the block lasts."""
    heard: Heard = {}

    def listen(_connection: Any, _cursor: Any, text: str, given: Any, _context: Any, many: bool) -> None:
        heard.setdefault(flat(text), (text, given[0] if many else given))

    sa.event.listen(sa.Engine, "before_cursor_execute", listen)
    try:
        yield heard
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listen)


def costs(url: str, heard: Heard) -> dict[str, Cost]:
    """What each of these costs when it is sent by itself; nothing of it is kept."""
    engine = sa.create_engine(sync_url(url), poolclass=sa.NullPool)
    found = {}
    with engine.connect() as connection:
        work = _pages if engine.dialect.name == "postgresql" else _steps
        for name, (text, given) in heard.items():
            if name.startswith(("SELECT", "UPDATE", "DELETE")) and "pg_advisory" not in name:
                done = work(connection, text, given)
                found[name] = Cost(min(_seconds(connection, text, given) for _ in range(AGAIN)), done)
                connection.rollback()
    engine.dispose()
    return found


def _seconds(connection: sa.Connection, text: str, given: Any) -> float:
    began = time.perf_counter()
    answer = connection.exec_driver_sql(text, given)
    if answer.returns_rows:
        answer.all()
    return time.perf_counter() - began


def _pages(connection: sa.Connection, text: str, given: Any) -> int:
    """The pages that PostgreSQL looked at."""
    ((plan,),) = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {text}", given)
    return int(plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"])


def _steps(connection: sa.Connection, text: str, given: Any) -> int:
    """The steps that SQLite's machine made, to ten."""
    driver = connection.connection.driver_connection
    assert driver is not None
    counted = itertools.count()
    driver.set_progress_handler(lambda: next(counted) < 0, 10)
    _seconds(connection, text, given)
    driver.set_progress_handler(None, 0)
    return next(counted) * 10


def report(name: str, small: dict[str, Cost], large: dict[str, Cost], filler: Filler) -> None:
    print(f"{name}: {FEW:,} games, then {filler.games:,} with {filler.moves:,} moves, {filler.bytes_used():,} bytes")
    both = small.keys() & large.keys()
    ratios = {each: max(large[each].work, LITTLE[name]) / max(small[each].work, LITTLE[name]) for each in both}
    grown = sorted((each for each in both if ratios[each] > FLAT), key=lambda each: -ratios[each])
    slower = sorted(large[each].seconds / small[each].seconds for each in both - set(grown))
    told = {"compared": len(both), "flat": len(both) - len(grown), "slower": slower[len(slower) // 2]}
    for key, value in told.items():
        print(f"  statements.{key:9} {value:.4g}")
        keep(f"statements.{key}.{name}", value)
    for each in grown:
        before, after = small[each], large[each]
        print(
            f"  {ratios[each]:7.1f} × the work: {before.work:,} → {after.work:,}; "
            f"{before.seconds * 1e3:.2f} → {after.seconds * 1e3:.2f} ms  {each[:TOLD]}"
        )
