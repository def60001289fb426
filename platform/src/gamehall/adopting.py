"""Games that were played in another hall, put among those of this one: each proven by the rules that are installed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from gamehall.accounts import user_by_name
from gamehall.clocks import Spent, Times, begin, move_made, read_terms
from gamehall.game import Ruleset, read_options
from gamehall.gamelog import Rulesets, Shown
from gamehall.games import open_game, stored_scene
from gamehall.leaving import add_nobody
from gamehall.problems import Problem
from gamehall.records.proof import Document, prove, read_record
from gamehall.tables import game, game_move, game_seat

__all__ = ["Adopted", "Brought", "adopt"]

_ID = re.compile(r"[0-9a-z]{26}", re.ASCII)
_LONGEST_NAME = 50


class Brought(msgspec.Struct, frozen=True):
    """A file of a game, what it is called for the operator, and the user names of its players, where they are known."""

    file: str
    content: bytes
    players: tuple[str, ...] = ()


class Adopted(msgspec.Struct, frozen=True):
    """What became of a file: its game is `imported`, was `there` already, or is `wrong`, and why."""

    file: str
    outcome: Literal["imported", "there", "wrong"]
    game_id: str = ""
    why: str = ""


def adopt(connection: sa.Connection, brought: Brought, rulesets: Rulesets, known: Mapping[str, str]) -> Adopted:
    """Stores the game of one record under the id that it has, in a savepoint of its own.

    `known` gives the user name here of a player, by their user name in the other hall or by their name in the record;
    players who are not in it stay names, which belong to nobody.
    """
    try:
        record = read_record(brought.content)
        if connection.execute(sa.select(game.c.id).where(game.c.id == record.id)).first() is not None:
            return Adopted(brought.file, "there", record.id)
        _check(brought.content, record, rulesets)
        with connection.begin_nested():
            _store(connection, record, rulesets[record.ruleset], _players(connection, record, brought.players, known))
    except Problem as problem:
        return Adopted(brought.file, "wrong", why=problem.detail)
    return Adopted(brought.file, "imported", record.id)


def _check(content: bytes, record: Document, rulesets: Rulesets) -> None:
    """Raises Problem unless this is a game that has ended, and proven."""
    if record.status not in ("finished", "aborted") or record.finished_at is None:
        raise Problem("not-possible", f"The game is {record.status}; only games that have ended can be imported.")
    if not _ID.fullmatch(record.id):
        raise Problem("malformed", "The id of the game is none of a hall.")
    if differences := prove(content, rulesets).differences:
        told = "; ".join(f"{each.sentence}" for each in differences[:3])
        raise Problem("conflict", f"The record is not what it says: {told}.")
    try:
        read_terms(record.clock)
        moments = [datetime.fromisoformat(each) for each in (record.started_at, record.finished_at)]
    except (msgspec.ValidationError, ValueError) as error:
        raise Problem("malformed", f"Its clock or its times cannot be read: {error}.") from error
    if any(each.tzinfo is None for each in moments):
        raise Problem("malformed", "Its times are in no time zone.")


def _players(
    connection: sa.Connection, record: Document, usernames: Sequence[str], known: Mapping[str, str]
) -> list[str]:
    """The ids of the users of the seats. Raises Problem `not-found` for a user who is not here."""
    ids = []
    for seat in record.players:
        called = [*usernames[seat.seat : seat.seat + 1], seat.name]
        here = next((known[each] for each in called if each in known), None)
        name = (seat.name or seat.side)[:_LONGEST_NAME]
        ids.append(add_nobody(connection, name) if here is None else user_by_name(connection, here, disabled=True).id)
    return ids


def _store(connection: sa.Connection, record: Document, ruleset: Ruleset[Any, Any], players: Sequence[str]) -> None:
    opening, terms = open_game(ruleset, record.options), read_terms(record.clock)
    position = ruleset.start(read_options(ruleset, record.options))
    times, spent_until = begin(terms, len(players), opening.to_act, 0), 0
    started_at, finished_at = (datetime.fromisoformat(each) for each in (record.started_at, record.finished_at or ""))
    moves = []
    for made in record.moves:
        after = ruleset.play(position, made.move)
        to_act = None if ruleset.outcome(after) else ruleset.to_act(after)
        spent_until += made.spent or 0
        times = _after(terms, times, to_act, spent_until)
        row = {"game_id": record.id, "ply": made.ply, "seat": made.seat, "move": made.move, "to_act": to_act}
        shown = Shown(ruleset.changes(position, made.move, after), ruleset.sides(after))
        texts = {"position": after, "shown": shown, "times": times, "spent": Spent(elapsed=made.spent or 0)}
        written = {name: _json(value) for name, value in texts.items()}
        # When a move was made is not in a record; that of the start is right for none, and wrong by least for most.
        moves.append(row | written | {"cursor": "0-0", "at": started_at})
        position = after
    result = record.result
    row = {
        "id": record.id,
        "ruleset": record.ruleset,
        "ruleset_version": ruleset.version,
        "options": opening.options,
        "status": record.status,
        "ply": len(moves),
        "clock": _json(terms),
        "times": _json(Times(times.seats)),
        "sides": _json(ruleset.sides(position)),
        "revision": len(moves),
        "winner": result.winner if result else None,
        "reason": result.reason if result else None,
        "start_position": opening.position,
        "start_scene": opening.scene,
        "final_scene": stored_scene(ruleset, position) if record.ended_by == "rules" else None,
        "created_at": started_at,
        "finished_at": finished_at,
    }
    connection.execute(game.insert(), row)
    seats = [{"game_id": record.id, "seat": seat, "user_id": user_id} for seat, user_id in enumerate(players)]
    connection.execute(game_seat.insert(), seats)
    if moves:
        connection.execute(game_move.insert(), moves)


def _after(terms: Any, times: Times, to_act: int | None, now: int) -> Times:
    """The clock after a move that was charged all of the time since the one before: lag was credited before that."""
    unhelped = tuple(msgspec.structs.replace(seat, lag=0) for seat in times.seats)
    return move_made(terms, msgspec.structs.replace(times, seats=unhelped), to_act, now)[0]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
