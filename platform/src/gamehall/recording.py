"""Moves are written down: what the rules have said becomes rows and an event, on the condition that the game still
stands where it was read.

Moves that wait at the same time are written together, in one transaction: it costs the disk and the database hardly
more than one of them would. Nobody is told of a move before its COMMIT.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from cachetools import LRUCache

from gamehall.answers import Played
from gamehall.clocks import Spent, Times, clock_at, flag_at, receipt
from gamehall.database import Prepared, as_one, has_news, serialize_on
from gamehall.declare import Host
from gamehall.endings import over_event
from gamehall.events import Cursor, Event, NewEvent
from gamehall.facts import Fact, note_fact
from gamehall.feed import emit
from gamehall.game import Position
from gamehall.gamelog import Game, Shown
from gamehall.standing import MovedOn, advance
from gamehall.tables import event, game, game_move, now

__all__ = ["Desk", "Known", "Made", "Step", "answer_to"]

KIND = "game_move"
_MADE = Fact("event", KIND)
_TOGETHER = 64
_REMEMBERED = 2_000  # games


class Step(msgspec.Struct, frozen=True):
    """What the rules said about a legal move, `at` this moment of the hall's time."""

    at: int
    before: Game
    after: Game
    seat: int
    move: str
    reached: Position
    shown: Shown
    spent: Spent
    final_scene: str | None


class Made(msgspec.Struct, frozen=True):
    """A move that was made, as its answer tells it; the clock as it stood then."""

    ply: int
    move: str
    seat: int
    to_act: int | None
    spent: Spent
    times: Times
    cursor: str


class Known(NamedTuple):
    """A game that goes on and its position, as they were written down last by this worker."""

    game: Game
    position: Position


class Desk:
    """Where one worker writes moves down, and what it remembers of the games that it has written in.

    What is remembered can be out of date, because another worker has written since: a move that is made from it goes
    through only where it is not, and no refusal must be given by it.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._waiting: list[tuple[Step, asyncio.Future[Played]]] = []
        self._writes: asyncio.Task[None] | None = None
        self._known: LRUCache[str, Known] = LRUCache(_REMEMBERED)

    def known(self, game_id: str) -> Known | None:
        """What is remembered of a game, once: whoever takes it puts down a move, or knows better."""
        return self._known.pop(game_id, None)

    async def put_down(self, step: Step) -> Played:
        """Writes a move down. Raises MovedOn where the game has changed since it was read."""
        if step.after.status != "active":
            return await self._host.write(_end, step)
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append((step, waiting))
        if self._writes is None:
            self._writes = asyncio.create_task(self._write())
        played: Played = await waiting
        self._known[step.after.id] = Known(step.after, step.reached)
        return played

    async def _write(self) -> None:
        try:
            while self._waiting:
                await self._write_some()
        finally:
            self._writes = None

    async def _write_some(self) -> None:
        batch = {step.after.id: (step, waiting) for step, waiting in reversed(self._waiting[:_TOGETHER])}
        late = [
            (step, waiting) for step, waiting in self._waiting[:_TOGETHER] if batch[step.after.id][1] is not waiting
        ]
        self._waiting = self._waiting[_TOGETHER:]
        for _step, waiting in late:  # of two moves in one game the second was made without knowing the first
            _settle(waiting, MovedOn())
        steps = [step for step, _ in batch.values()]
        try:
            results = await self._host.together(_record, steps)
        except Exception as error:  # noqa: BLE001 - nothing of it was kept, which is the answer to each
            results = [error] * len(steps)
        for (_step, waiting), result in zip(batch.values(), results, strict=True):
            _settle(waiting, result)


def _settle(waiting: asyncio.Future[Played], result: Played | Exception) -> None:
    if waiting.done():
        return
    if isinstance(result, Exception):
        waiting.set_exception(result)
    else:
        waiting.set_result(result)


def _end(connection: sa.Connection, step: Step) -> Played:
    """Writes down the move that ends a game."""
    serialize_on(connection, step.after.id)
    advance(connection, step.before, step.after, step.final_scene)
    cursor = emit(connection, [_event(step), over_event(step.after)])
    _append(connection, step, str(cursor))
    return answer_to(step.after, _made(step, str(cursor)))


def _record(connection: sa.Connection, steps: Sequence[Step]) -> tuple[list[Played | Exception], list[Event]]:
    """Writes down moves of different games that go on: for each its answer, or MovedOn, and their events."""
    write = _write_in_one if connection.dialect.name == "postgresql" else _write_in_three
    at = now()
    lines = [_line(step) for step in steps]
    places = write(connection, lines, at)
    has_news(connection)
    answers: list[Played | Exception] = []
    events = []
    for step, line in zip(steps, lines, strict=True):
        if (cursor := places.get(line.id)) is None:
            answers.append(MovedOn())
            continue
        note_fact(_MADE)
        answers.append(answer_to(step.after, _made(step, str(cursor))))
        events.append(Event(cursor, at, KIND, step.after.channels, msgspec.Raw(line.data.encode())))
    return answers, events


class _Line(msgspec.Struct, frozen=True):
    """What a move changes in its game's row and what is written of it, as columns hold it."""

    id: str
    was: int
    ply: int
    to_act: int | None
    times: str
    flag_at: int | None
    offers: str
    turn_at: int | None
    noticed: bool
    sides: str
    channels: str
    data: str
    seat: int
    move: str
    position: str
    shown: str
    spent: str


def _line(step: Step) -> _Line:
    moved, told = step.after, _event(step)
    return _Line(
        id=moved.id,
        was=step.before.revision,
        ply=moved.ply,
        to_act=moved.to_act,
        times=_json(moved.times),
        flag_at=flag_at(moved.terms, moved.times),
        offers=_json(moved.offers),
        turn_at=moved.turn_at,
        noticed=moved.noticed,
        sides=_json(moved.sides),
        channels=_json(told.channels),
        data=_json(told.data),
        seat=step.seat,
        move=step.move,
        position=_json(step.reached),
        shown=_json(step.shown),
        spent=_json(step.spent),
    )


# The lines come to the database as one JSON array: however many there are, the statements stay the same.
_lines = sa.func.json_each(sa.bindparam("lines", type_=sa.Text)).table_valued("key", "value", name="line")


def _column(name: str) -> sa.ColumnElement[Any]:
    return sa.literal_column(f"line.value ->> '{name}'")


_IN_GAME = ("ply", "to_act", "times", "flag_at", "offers", "turn_at", "noticed", "sides")
_IN_MOVE = ("ply", "seat", "move", "position", "shown", "to_act", "spent", "times")
_AT = sa.bindparam("at", type_=event.c.at.type)
_ADVANCE_ALL = Prepared(
    game.update()
    .values({game.c.revision: game.c.revision + 1} | {game.c[name]: _column(name) for name in _IN_GAME})
    .where(game.c.id == _column("id"), game.c.revision == _column("was"), _lines.c.key.is_not(None))
    .returning(game.c.id)
)
_TELL_ALL = Prepared(
    event.insert()
    .from_select(
        ["tx", "at", "kind", "channels", "data"],
        sa.select(sa.literal_column("0"), _AT, sa.literal_column(f"'{KIND}'"), _column("channels"), _column("data"))
        .select_from(_lines)
        .order_by(_lines.c.key),
    )
    .returning(event.c.id)
)
_PUT_DOWN_ALL = Prepared(
    game_move.insert().from_select(
        ["game_id", *_IN_MOVE, "cursor", "at"],
        sa.select(
            _column("id"),
            *map(_column, _IN_MOVE),
            sa.literal_column("'0-'").op("||")((sa.bindparam("first", type_=sa.Integer) + _lines.c.key).self_group()),
            _AT,
        ).select_from(_lines),
    )
)


def _write_in_three(connection: sa.Connection, lines: Sequence[_Line], at: datetime) -> Mapping[str, Cursor]:
    """The places of their events in the feed, by the games that had not moved on; on SQLite."""
    moved = {row.id for row in _ADVANCE_ALL.rows(connection, lines=_json(lines))}
    lines = [line for line in lines if line.id in moved]
    if not lines:
        return {}
    text = _json(lines)
    # Nobody else writes meanwhile, so that their numbers follow each other as the lines do.
    first = min(row.id for row in _TELL_ALL.rows(connection, lines=text, at=at))
    _PUT_DOWN_ALL.change(connection, lines=text, first=first, at=at)
    return {line.id: Cursor(0, first + number) for number, line in enumerate(lines)}


def _write_in_one(connection: sa.Connection, lines: Sequence[_Line], at: datetime) -> Mapping[str, Cursor]:
    """The same on PostgreSQL, to which every statement is a way there and back."""
    # In one order, so that two who lock some of the same do not wait for each other.
    text = _json(sorted(lines, key=lambda line: line.id))
    with as_one(connection, _RECORD) as driver:
        driver.execute(_LOCK_ALL, {"lines": text})
        made = driver.execute(_RECORD, {"lines": text, "at": at})
        return {game_id: Cursor(tx, number) for game_id, tx, number in made.fetchall()}


_LOCK_ALL = """
SELECT pg_advisory_xact_lock(hashtextextended(line.id, 0)) FROM json_to_recordset(%(lines)s) AS line (id text)
"""
_RECORD = """
WITH line AS (
    SELECT * FROM json_to_recordset(%(lines)s) AS line (
        id text, was int, ply int, to_act int, times text, flag_at bigint, offers text, turn_at bigint, noticed bool,
        sides text, channels text, data text, seat int, move text, position text, shown text, spent text
    )
), moved AS (
    UPDATE game SET revision = line.was + 1, ply = line.ply, to_act = line.to_act, times = line.times,
        flag_at = line.flag_at, offers = line.offers, turn_at = line.turn_at, noticed = line.noticed, sides = line.sides
    FROM line WHERE game.id = line.id AND game.revision = line.was RETURNING game.id
), told AS (
    INSERT INTO event (tx, at, kind, channels, data)
    SELECT pg_current_xact_id()::text::bigint, %(at)s, 'game_move', channels, data FROM line JOIN moved USING (id)
    RETURNING tx, event.id, channels
), put_down AS (
    INSERT INTO game_move (game_id, ply, seat, move, position, shown, to_act, spent, times, cursor, at)
    SELECT line.id, ply, seat, move, position, shown, to_act, spent, times, told.tx || '-' || told.id, %(at)s
    FROM line JOIN told USING (channels)
)
SELECT line.id, told.tx, told.id FROM line JOIN told USING (channels)
"""


def _append(connection: sa.Connection, step: Step, cursor: str) -> None:
    line = _line(step)
    values = {name: getattr(line, name) for name in _IN_MOVE}
    _MOVE.change(connection, game_id=line.id, **values, cursor=cursor, at=now())


_MOVE = Prepared(game_move.insert(), *game_move.columns.keys())


def answer_to(found: Game, made: Made) -> Played:
    """What whoever made this move is told."""
    ended = made.to_act is None
    return Played(
        game_id=found.id,
        ply=made.ply,
        move=made.move,
        seat=made.seat,
        status="finished" if ended else "active",
        to_act=made.to_act,
        result=found.result if ended else None,
        clock=clock_at(found.terms, made.times, made.times.started or 0),
        spent=receipt(made.spent),
        cursor=made.cursor,
    )


def _made(step: Step, cursor: str) -> Made:
    moved = step.after
    return Made(moved.ply, step.move, step.seat, moved.to_act, step.spent, moved.times, cursor)


def _event(step: Step) -> NewEvent:
    moved = step.after
    data = {
        "game_id": moved.id,
        "revision": moved.revision,
        "ply": moved.ply,
        "move": step.move,
        "seat": step.seat,
        "to_act": moved.to_act,
        "clock": moved.clock_at(step.at),
        "spent": receipt(step.spent),
        "status": moved.status,
        "sides": moved.sides,
        "cells": step.shown.cells,
    }
    return NewEvent(KIND, moved.channels, data)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
