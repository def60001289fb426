"""A hall in this process: what a move costs in rules, statements and writing, and how much there is on the disk."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from bench._filling import Filler, Model
from bench._playing import Table, sitting
from bench._sizes import sized

from gamehall.accounts import user_by_name
from gamehall.database import sync_url
from gamehall.game import read_options
from gamehall.games import play
from gamehall.origins import origin
from gamehall.statements import Stopwatch
from rig.people import moves_without_end

MOVES = sized(60, least=4)  # of a game
GAMES = sized(12, least=2)  # at once
FILLED = sized(1_000, least=20)
IDLE_SECONDS = sized(6, least=2)
_MOVE = "POST /api/v1/games/{game_id}/moves"

Figures = dict[str, float]


def inside(url: str) -> Figures:
    """The figures of one kind of database."""
    found, model = asyncio.run(_played(url))
    return found | _on_the_disk(url, model)


async def _played(url: str) -> tuple[Figures, Model]:
    async with sitting(url) as table:
        model = await table.model(MOVES)
        return {
            **_rules(table),
            **await _statements(table),
            **await _written(table, url),
            **await _plays(table),
            **await _idle(),
        }, model


def _rules(table: Table) -> Figures:
    """What is asked of the rules for a move, the position read and written included."""
    ruleset = table.hall.host.rulesets["gomoku"]
    position = ruleset.start(read_options(ruleset, {}))
    text, moves = msgspec.json.encode(position), list(moves_without_end())[:MOVES]
    began = time.thread_time()
    for move in moves:
        before = msgspec.json.decode(text, type=ruleset.Position)
        assert ruleset.refusal(before, move) is None
        after = ruleset.play(before, move)
        ruleset.outcome(after)
        ruleset.to_act(after)
        ruleset.changes(before, move, after)
        text = msgspec.json.encode(after)
    return {"move.rules": (time.thread_time() - began) / len(moves) * 1e6}


async def _statements(table: Table) -> Figures:
    """By the statements that belong to a request, which are not those of what the hall does beside."""
    game_id = await table.begin()
    with _counting() as counts:
        await table.play(game_id, MOVES)
    of_moves = {what: number / MOVES for (what, route), number in counts.items() if route == _MOVE}
    if table.database.dialect == "sqlite":  # its threads begin transactions for several requests
        return {"move.statements": of_moves["statement"]}
    return {
        "move.statements": of_moves["statement"],
        "move.transactions": of_moves["begin"],
        "move.round_trips": sum(of_moves.values()),  # BEGIN and COMMIT are one each
    }


@contextmanager
def _counting() -> Iterator[Counter[tuple[str, str]]]:
    """How many statements were sent, and transactions begun and committed, by the route of the request. Those that are
    sent as one, so that there is one way there and back, count once."""
    counts: Counter[tuple[str, str]] = Counter()
    note = Stopwatch.note  # which is told of all, whether they go by SQLAlchemy or to the driver by themselves

    def noted(self: Stopwatch, statement: str, began: float) -> None:
        counts["statement", origin().route] += 1
        note(self, statement, began)

    def count(what: str) -> Any:
        def listen(*_: Any) -> None:
            counts[what, origin().route] += 1

        return listen

    listeners = [("begin", count("begin")), ("commit", count("commit"))]
    for name, listen in listeners:
        sa.event.listen(sa.Engine, name, listen)
    Stopwatch.note = noted  # type: ignore[method-assign]
    try:
        yield counts
    finally:
        Stopwatch.note = note  # type: ignore[method-assign]
        for name, listen in listeners:
            sa.event.remove(sa.Engine, name, listen)


async def _written(table: Table, url: str) -> Figures:
    """The bytes of the log that is written before the database itself, for moves one after the other."""
    moves, game_id = min(MOVES, 40), await table.begin()  # SQLite begins its log anew after a thousand pages
    before = await asyncio.to_thread(_log, url, begin=True)
    await table.play(game_id, moves)
    return {"move.log": (await asyncio.to_thread(_log, url) - before) / moves}


def _log(url: str, *, begin: bool = False) -> int:
    """How far the log has come. On SQLite it is put into the database first, to `begin` with none."""
    engine = sa.create_engine(sync_url(url), poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                return int(connection.exec_driver_sql("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn").scalar_one())
            if begin:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            return Path(f"{engine.url.database}-wal").stat().st_size
    finally:
        engine.dispose()


async def _plays(table: Table) -> Figures:
    """Moves without HTTP and without asking who it is: one after the other, and in many games at once."""
    host = table.hall.host
    ids = [(await host.read(user_by_name, name)).id for name in ("ada", "bob")]
    moves = list(moves_without_end())[:MOVES]

    async def go_on(game_id: str) -> None:
        for ply, move in enumerate(moves):
            await play(host, game_id, ids[ply % 2], move)

    alone, *together = [await table.begin() for _ in range(1 + GAMES)]
    began = time.process_time()
    await go_on(alone)
    once = (time.process_time() - began) / MOVES
    began, started = time.process_time(), time.perf_counter()
    await asyncio.gather(*map(go_on, together))
    number = MOVES * len(together)
    return {
        "move.play": once * 1e6,
        "move.play_together": (time.process_time() - began) / number * 1e6,
        "move.a_second": number / (time.perf_counter() - started),
    }


async def _idle() -> Figures:
    """What a worker sends by itself while nobody does anything."""
    with _counting() as counts, _reading_the_feed() as reads:
        await asyncio.sleep(IDLE_SECONDS)
    sent = sum(number for (what, _route), number in counts.items() if what == "statement")
    return {"worker.idle_statements": sent / IDLE_SECONDS, "worker.idle_feed_reads": reads.total() / IDLE_SECONDS}


@contextmanager
def _reading_the_feed() -> Iterator[Counter[str]]:
    reads: Counter[str] = Counter()

    def listen(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        if text.startswith("SELECT event.id"):
            reads[text] += 1

    sa.event.listen(sa.Engine, "before_cursor_execute", listen)
    try:
        yield reads
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listen)


def _on_the_disk(url: str, model: Model) -> Figures:
    """Bytes of one more row of each kind, with its indexes."""
    filler = Filler(url, model)
    adding = {
        "disk.user": filler.add_users,
        "disk.session": filler.add_sessions,
        "disk.token": filler.add_tokens,
        "disk.game": filler.add_games,
        "disk.move": filler.add_moves,
        "disk.event": filler.add_events,
    }
    found = {}
    for key, add in adding.items():
        before, moves = filler.bytes_used(), filler.moves
        add(FILLED)
        found[key] = (filler.bytes_used() - before) / (filler.moves - moves or FILLED)
    return found
