"""Games from their start to their end. A game is a log: each move is stored with the position that it led to.

The rules are asked outside the transaction, which then only appends what they said, on the condition that the game
still stands where it was read. Of two writers at once the database lets one win; the other looks again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from gamehall.answers import Played
from gamehall.database import serialize_on
from gamehall.declare import Host
from gamehall.events import LOBBY, NewEvent
from gamehall.feed import emit
from gamehall.game import Outcome, Position, Refusal, Ruleset, Scene, read_options
from gamehall.gamelog import Game, Rulesets, Shown, load_game, load_game_and_position, position_text, timestamp
from gamehall.problems import Problem
from gamehall.replays import check_game
from gamehall.standing import MovedOn, advance, suspend_game
from gamehall.tables import game, game_move, game_seat, new_id, now

__all__ = [
    "Opening",
    "end_game",
    "open_game",
    "play",
    "resign",
    "start_game",
]

log = logging.getLogger(__name__)

_ATTEMPTS = 5


class Opening(msgspec.Struct, frozen=True):
    """A game as its rules start it."""

    ruleset: str
    version: int
    options: str
    position: str
    scene: str
    sides: tuple[str, ...]
    to_act: int | None


class _Step(msgspec.Struct, frozen=True):
    """What the rules said about a legal move."""

    before: Game
    after: Game
    seat: int
    move: str
    position: str
    shown: Shown
    final_scene: str | None


def open_game(ruleset: Ruleset[Any, Any], options: Mapping[str, Any]) -> Opening:
    """Asks the rules how a game with these options starts. Raises msgspec.ValidationError for wrong options."""
    chosen = read_options(ruleset, options)
    position = ruleset.start(chosen)
    return Opening(
        ruleset=ruleset.key,
        version=ruleset.version,
        options=_json(chosen),
        position=_json(position),
        scene=_json(ruleset.scene(position, None)),
        sides=ruleset.sides(position),
        to_act=ruleset.to_act(position),
    )


def start_game(connection: sa.Connection, opening: Opening, players: Sequence[str], clock: Mapping[str, Any]) -> str:
    """Starts a game of these users, by seat, and tells them; its id."""
    game_id = new_id()
    row = {
        "id": game_id,
        "ruleset": opening.ruleset,
        "ruleset_version": opening.version,
        "options": opening.options,
        "status": "active",
        "ply": 0,
        "to_act": opening.to_act,
        "clock": _json(dict(clock)),
        "note": "",
        "sides": _json(opening.sides),
        "start_position": opening.position,
        "start_scene": opening.scene,
        "created_at": now(),
    }
    connection.execute(game.insert(), row)
    connection.execute(
        game_seat.insert(), [{"game_id": game_id, "seat": n, "user_id": user_id} for n, user_id in enumerate(players)]
    )
    started = load_game(connection, game_id)
    data = {
        "game_id": game_id,
        "ruleset": opening.ruleset,
        "to_act": opening.to_act,
        "clock": started.clock,
        "seats": [{"seat": s.seat, "side": started.sides[s.seat], "username": s.username} for s in started.seats],
    }
    emit(connection, [NewEvent("game_started", (*started.channels, LOBBY), data)])
    return game_id


async def play(host: Host, game_id: str, user_id: str, move: str | tuple[int, int], ply: int | None = None) -> Played:
    """Plays a move, given by its name or by (row, column) from the top left, and tells who must learn of it.

    With `ply`, the moves already made, the call can be repeated: the same move of the same player at the same ply
    gets the first answer again. Raises Problem `not-found`, `forbidden`, `game-over`, `game-suspended`,
    `not-your-turn`, `stale-ply` or `illegal-move`; then nothing has changed.
    """
    for _ in range(_ATTEMPTS):
        found, text, answered = await host.read(_look, host.rulesets, game_id, user_id, move, ply)
        if answered is not None:
            return answered
        ruleset = host.rulesets[found.ruleset]
        if found.ruleset_version != ruleset.version:
            await check_game(host, game_id)
            continue
        try:
            step = _ask(ruleset, found, text, move)
        except Problem:
            raise
        except Exception as error:
            log.exception("the rules of %s failed in game %s", found.ruleset, game_id)
            if host.settings.strict:
                raise
            note = (
                f"The rules of this game failed ({type(error).__name__}). Nothing is lost; the operator has been told."
            )
            await host.write(suspend_game, game_id, note)
            raise Problem("game-suspended", note) from error
        try:
            return await host.write(_append, step)
        except MovedOn:
            continue
    raise Problem("busy", "Many moves arrive in this game at once; look at it again.")


def _look(
    connection: sa.Connection,
    rulesets: Rulesets,
    game_id: str,
    user_id: str,
    move: str | tuple[int, int],
    ply: int | None,
) -> tuple[Game, str, Played | None]:
    """The game and its position, for a user who may move now; or the answer to a move that was made already."""
    found, position = load_game_and_position(connection, game_id)
    seat = found.seat_of(user_id)
    if seat is None:
        raise Problem("forbidden", "Only the players of a game can move in it.")
    if ply is not None and ply != found.ply:
        return found, "", _first_answer(connection, rulesets, found, user_id, move, ply)
    _check_active(found)
    if found.to_act != seat:
        raise Problem("not-your-turn", "It is your opponent's turn.", ply=found.ply, to_act=found.to_act)
    if found.ruleset not in rulesets:
        raise Problem("game-suspended", f"The rules of this game ({found.ruleset}) are not installed here any more.")
    return found, position, None


def _check_active(found: Game) -> None:
    if found.status == "suspended":
        raise Problem("game-suspended", found.note)
    if found.status != "active":
        raise Problem("game-over", "The game is over.", ply=found.ply, result=found.result)


def _ask(ruleset: Ruleset[Any, Any], found: Game, text: str, move: str | tuple[int, int]) -> _Step:
    before: Position = msgspec.json.decode(text, type=ruleset.Position)
    name = move if isinstance(move, str) else ruleset.move_at(before, *move)
    if (refusal := ruleset.refusal(before, name)) is not None:
        if not isinstance(move, str) and _is_off(ruleset.scene(before, None), *move):
            refusal = Refusal("out-of-board", "There is no such place on this board.")
        raise Problem("illegal-move", refusal.detail, code=refusal.code, cells=list(refusal.cells))
    after = ruleset.play(before, name)
    outcome = ruleset.outcome(after)
    seat = ruleset.to_act(before)
    if seat is None or (outcome is None and ruleset.to_act(after) is None):
        raise ValueError(f"{ruleset.key} has nobody to act in a game that goes on")
    moved = msgspec.structs.replace(
        found,
        ply=found.ply + 1,
        to_act=None if outcome else ruleset.to_act(after),
        status="finished" if outcome else "active",
        winner=outcome.winner if outcome else None,
        reason=outcome.reason if outcome else None,
        sides=ruleset.sides(after),
    )
    return _Step(
        before=found,
        after=moved,
        seat=seat,
        move=name,
        position=_json(after),
        shown=Shown(ruleset.changes(before, name, after), moved.sides),
        final_scene=_json(ruleset.scene(after, None)) if outcome else None,
    )


def _is_off(scene: Scene, row: int, column: int) -> bool:
    return row >= scene.height or column >= scene.width


def _append(connection: sa.Connection, step: _Step) -> Played:
    moved = step.after
    serialize_on(connection, moved.id)
    advance(connection, step.before, moved, step.final_scene)
    events = [NewEvent("game_move", moved.channels, _move_data(step))]
    if moved.status == "finished":
        events.append(_over_event(moved))
    cursor = str(emit(connection, events))
    connection.execute(
        game_move.insert(),
        {
            "game_id": moved.id,
            "ply": moved.ply,
            "seat": step.seat,
            "move": step.move,
            "position": step.position,
            "shown": _json(step.shown),
            "to_act": moved.to_act,
            "cursor": cursor,
            "at": now(),
        },
    )
    return _answer(moved, moved.ply, step.move, step.seat, moved.to_act, cursor)


def _first_answer(
    connection: sa.Connection,
    rulesets: Rulesets,
    found: Game,
    user_id: str,
    move: str | tuple[int, int],
    ply: int,
) -> Played:
    """The answer to a move that was made already, for a client that did not get it."""
    made = None
    if ply < found.ply:
        made = connection.execute(
            sa.select(game_move).where(game_move.c.game_id == found.id, game_move.c.ply == ply + 1)
        ).first()
    if made is not None and found.seats[made.seat].user_id == user_id:
        name = move if isinstance(move, str) else _name_then(connection, rulesets, found, ply, move)
        if name == made.move:
            return _answer(found, made.ply, made.move, made.seat, made.to_act, made.cursor)
    raise Problem("stale-ply", f"The game stands at ply {found.ply}, not {ply}.", ply=found.ply, to_act=found.to_act)


def _name_then(
    connection: sa.Connection, rulesets: Rulesets, found: Game, ply: int, place: tuple[int, int]
) -> str | None:
    """The move that touching this place meant at an earlier ply; None where the rules of now cannot tell."""
    if (ruleset := rulesets.get(found.ruleset)) is None:
        return None
    text = position_text(connection, found.id, ply)
    try:
        return ruleset.move_at(msgspec.json.decode(text, type=ruleset.Position), *place)
    except Exception:
        log.exception("the rules of %s cannot read an earlier position of game %s", found.ruleset, found.id)
        return None


def _answer(found: Game, ply: int, move: str, seat: int, to_act: int | None, cursor: str) -> Played:
    ended = to_act is None
    return Played(
        game_id=found.id,
        ply=ply,
        move=move,
        seat=seat,
        status="finished" if ended else "active",
        to_act=to_act,
        result=found.result if ended else None,
        clock=found.clock,
        cursor=cursor,
    )


def _move_data(step: _Step) -> dict[str, Any]:
    return {
        "game_id": step.after.id,
        "ply": step.after.ply,
        "move": step.move,
        "seat": step.seat,
        "to_act": step.after.to_act,
        "clock": step.after.clock,
        "status": step.after.status,
        "sides": step.after.sides,
        "cells": step.shown.cells,
    }


def _over_event(ended: Game) -> NewEvent:
    data = {"game_id": ended.id, "ply": ended.ply, "status": ended.status, "result": ended.result}
    return NewEvent("game_over", (*ended.channels, LOBBY), data)


def resign(connection: sa.Connection, game_id: str, user_id: str) -> Game:
    """Ends the game as lost by this user. Raises Problem `not-found`, `forbidden`, `game-over`, `game-suspended`."""
    serialize_on(connection, game_id)
    found = load_game(connection, game_id)
    seat = found.seat_of(user_id)
    if seat is None:
        raise Problem("forbidden", "Only the players of a game can resign it.")
    _check_active(found)
    winner = next(s.seat for s in found.seats if s.seat != seat)
    return end_game(connection, found, Outcome(winner, "resigned"))


def end_game(connection: sa.Connection, found: Game, outcome: Outcome, *, status: str = "finished") -> Game:
    """Ends an active game for a reason outside its rules; the caller has it serialized and freshly read."""
    ended = msgspec.structs.replace(
        found, status=status, to_act=None, winner=outcome.winner, reason=outcome.reason, finished_at=timestamp(now())
    )
    advance(connection, found, ended)
    emit(connection, [_over_event(ended)])
    return ended


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
