"""Moves are written down: what the rules have said becomes rows and an event, on the condition that the game still
stands where it was read.

Moves that wait at the same time are written together, in one transaction: it costs the disk and the database hardly
more than one of them would. Nobody is told of a move before its COMMIT.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from cachetools import LRUCache

from gamehall.answers import Played
from gamehall.clocks import Spent, Times, clock_at, flag_at, receipt
from gamehall.database import Prepared, has_news, serialize_on
from gamehall.declare import Host
from gamehall.endings import over_event
from gamehall.events import Cursor, Event, NewEvent
from gamehall.facts import Fact, note_fact
from gamehall.feed import emit, written
from gamehall.game import Position
from gamehall.gamelog import Game, Shown
from gamehall.standing import MovedOn, advance
from gamehall.tables import game_move, now

__all__ = ["Desk", "Known", "Made", "Step", "answer_to"]

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
    if connection.dialect.name == "postgresql":
        found = _record_at_once(connection, steps)
    else:
        found = [_record_one(connection, step) for step in steps]
    answers: list[Played | Exception] = [
        MovedOn() if event is None else answer_to(step.after, _made(step, str(event.cursor)))
        for step, event in zip(steps, found, strict=True)
    ]
    return answers, [event for event in found if event is not None]


def _record_one(connection: sa.Connection, step: Step) -> Event | None:
    try:
        advance(connection, step.before, step.after)
    except MovedOn:
        return None
    event = written(connection, _event(step))
    _append(connection, step, str(event.cursor))
    return event


def _record_at_once(connection: sa.Connection, steps: Sequence[Step]) -> list[Event | None]:
    """The same in two statements that go to PostgreSQL together, however many moves there are."""
    ordered = sorted(steps, key=lambda step: step.after.id)  # so that two who lock some of the same wait in one order
    at = now()
    events = {step.after.id: _event(step) for step in steps}
    columns = {
        "id": [step.after.id for step in ordered],
        "was": [step.before.revision for step in ordered],
        "ply": [step.after.ply for step in ordered],
        "to_act": [step.after.to_act for step in ordered],
        "times": [_json(step.after.times) for step in ordered],
        "flag_at": [flag_at(step.after.terms, step.after.times) for step in ordered],
        "offers": [_json(step.after.offers) for step in ordered],
        "turn_at": [step.after.turn_at for step in ordered],
        "noticed": [step.after.noticed for step in ordered],
        "sides": [_json(step.after.sides) for step in ordered],
        "channels": [_json(events[step.after.id].channels) for step in ordered],
        "data": [_json(events[step.after.id].data) for step in ordered],
        "seat": [step.seat for step in ordered],
        "move": [step.move for step in ordered],
        "position": [_json(step.reached) for step in ordered],
        "shown": [_json(step.shown) for step in ordered],
        "spent": [_json(step.spent) for step in ordered],
    }
    driver: Any = connection.connection.driver_connection
    has_news(connection)
    with driver.pipeline():
        driver.execute(_LOCK_ALL, columns)
        made = driver.execute(_RECORD, columns | {"at": at})
        rows = {game_id: (tx, number) for game_id, tx, number in made.fetchall()}
    found: list[Event | None] = []
    for step in steps:
        new = events[step.after.id]
        if (place := rows.get(step.after.id)) is None:
            found.append(None)
            continue
        note_fact(Fact("event", new.kind))
        found.append(Event(Cursor(*place), at, new.kind, new.channels, msgspec.Raw(_json(new.data).encode())))
    return found


_LOCK_ALL = "SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM unnest(%(id)s::text[]) AS id"
_RECORD = """
WITH made AS (
    SELECT * FROM unnest(
        %(id)s::text[], %(was)s::int[], %(ply)s::int[], %(to_act)s::int[], %(times)s::text[], %(flag_at)s::bigint[],
        %(offers)s::text[], %(turn_at)s::bigint[], %(noticed)s::bool[], %(sides)s::text[], %(channels)s::text[],
        %(data)s::text[], %(seat)s::int[], %(move)s::text[], %(position)s::text[], %(shown)s::text[], %(spent)s::text[]
    ) AS made (id, was, ply, to_act, times, flag_at, offers, turn_at, noticed, sides, channels, data, seat, move,
               position, shown, spent)
), moved AS (
    UPDATE game SET revision = made.was + 1, ply = made.ply, to_act = made.to_act, times = made.times,
        flag_at = made.flag_at, offers = made.offers, turn_at = made.turn_at, noticed = made.noticed, sides = made.sides
    FROM made WHERE game.id = made.id AND game.revision = made.was RETURNING game.id
), told AS (
    INSERT INTO event (tx, at, kind, channels, data)
    SELECT pg_current_xact_id()::text::bigint, %(at)s, 'game_move', channels, data FROM made JOIN moved USING (id)
    RETURNING tx, event.id, channels
), put_down AS (
    INSERT INTO game_move (game_id, ply, seat, move, position, shown, to_act, spent, times, cursor, at)
    SELECT made.id, ply, seat, move, position, shown, to_act, spent, times, told.tx || '-' || told.id, %(at)s
    FROM made JOIN told USING (channels)
)
SELECT made.id, told.tx, told.id FROM made JOIN told USING (channels)
"""


def _append(connection: sa.Connection, step: Step, cursor: str) -> None:
    moved = step.after
    _MOVE.change(
        connection,
        game_id=moved.id,
        ply=moved.ply,
        seat=step.seat,
        move=step.move,
        position=_json(step.reached),
        shown=_json(step.shown),
        to_act=moved.to_act,
        spent=_json(step.spent),
        times=_json(moved.times),
        cursor=cursor,
        at=now(),
    )


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
    return NewEvent("game_move", moved.channels, data)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
