"""Whether a game goes on: its row moves on only from where it was read, so of two writers at once one wins.

A game that is suspended keeps everything, with a note for its players. Whoever suspended it knows it again by that
note, and lets it go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from gamehall.clocks import flag_at, has_fallen, resume, stop
from gamehall.database import Prepared, serialize_on
from gamehall.events import NewEvent
from gamehall.feed import emit
from gamehall.gamelog import Game, load_game
from gamehall.halltime import stored_time
from gamehall.notes import GOES_ON
from gamehall.tables import game, now

__all__ = ["MovedOn", "advance", "resume_games", "settle", "suspend_game", "suspend_games"]

_RETURN_MS = 10_000  # for players to read that it goes on, before the clock does


class MovedOn(Exception):
    """The game does not stand any more where it was read."""


_MOVED = game.update().where(game.c.id == sa.bindparam("game_id"), game.c.revision == sa.bindparam("was"))
_CHANGED = (
    *("revision", "ruleset_version", "ply", "to_act", "status", "times", "flag_at", "offers", "rematch_id", "turn_at"),
    *("noticed", "winner", "reason", "note", "sides"),
)
_ADVANCE = Prepared(_MOVED, *_CHANGED)
_END = Prepared(_MOVED, *_CHANGED, "final_scene", "finished_at")


def advance(connection: sa.Connection, before: Game, after: Game, final_scene: str | None = None) -> None:
    """Moves the game's row on, if nothing of it has changed since it was read. Raises MovedOn."""
    values = {
        "game_id": before.id,
        "was": before.revision,
        "revision": before.revision + 1,
        "ruleset_version": after.ruleset_version,
        "ply": after.ply,
        "to_act": after.to_act,
        "status": after.status,
        "times": _json(after.times),
        "flag_at": flag_at(after.terms, after.times) if after.status == "active" else None,
        "offers": _json(after.offers),
        "rematch_id": after.rematch_id,
        "turn_at": after.turn_at,
        "noticed": after.noticed,
        "winner": after.winner,
        "reason": after.reason,
        "note": after.note,
        "sides": _json(after.sides),
    }
    if after.result and not before.result:
        changed = _END.change(connection, **values, final_scene=final_scene, finished_at=now())
    else:
        changed = _ADVANCE.change(connection, **values)
    if changed != 1:
        raise MovedOn


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def suspend_game(connection: sa.Connection, game_id: str, note: str) -> None:
    """Stops an active game, keeping everything, with a message for its players."""
    serialize_on(connection, game_id)
    found = load_game(connection, game_id)
    if found.status == "active" and not _is_lost(connection, found):
        advance(connection, found, _suspended(connection, found, note))
        _tell(connection, found, note)


def suspend_games(connection: sa.Connection, rulesets: Sequence[str], note: str) -> int:
    """Suspends every active game of these rulesets; how many there were."""
    ids = _ids(connection, game.c.ruleset.in_(rulesets), game.c.status == "active")
    for game_id in ids:
        suspend_game(connection, game_id, note)
    return len(ids)


def resume_games(connection: sa.Connection, rulesets: Sequence[str], note: str) -> int:
    """Lets the games of these rulesets go on that were suspended with this note; how many there were."""
    ids = _ids(connection, game.c.ruleset.in_(rulesets), game.c.status == "suspended", game.c.note == note)
    for game_id in ids:
        serialize_on(connection, game_id)
        found = load_game(connection, game_id)
        advance(connection, found, _resumed(connection, found))
        _tell(connection, found, GOES_ON)
    return len(ids)


def _ids(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> list[str]:
    """In the one order in which whoever holds several games takes hold of them."""
    return list(connection.scalars(sa.select(game.c.id).where(*which).order_by(game.c.id)))


def settle(connection: sa.Connection, seen: Game, version: int, note: str) -> None:
    """Lets a game that rules of this version have replayed go on with them or, with a note, suspends it.

    A suspended game keeps the version that it was played by. Raises MovedOn.
    """
    serialize_on(connection, seen.id)
    if _is_lost(connection, seen):
        return
    if note:
        advance(connection, seen, _suspended(connection, seen, note))
        _tell(connection, seen, note)
        return
    goes_on = _resumed(connection, seen) if seen.status == "suspended" else seen
    advance(connection, seen, msgspec.structs.replace(goes_on, ruleset_version=version))
    if seen.status == "suspended":
        _tell(connection, seen, GOES_ON)


def _is_lost(connection: sa.Connection, found: Game) -> bool:
    """Whether a flag falls any moment: to suspend the game would give back time that was up."""
    return has_fallen(found.terms, found.times, stored_time(connection))


def _suspended(connection: sa.Connection, found: Game, note: str) -> Game:
    times = stop(found.terms, found.times, stored_time(connection))
    return msgspec.structs.replace(found, status="suspended", note=note, times=times)


def _resumed(connection: sa.Connection, found: Game) -> Game:
    times = resume(found.times, stored_time(connection) + _RETURN_MS)
    return msgspec.structs.replace(found, status="active", note="", times=times)


def _tell(connection: sa.Connection, found: Game, text: str) -> None:
    """Tells of what has just changed in a game that was read before it."""
    emit(
        connection,
        [NewEvent("notice", found.channels, {"game_id": found.id, "revision": found.revision + 1, "text": text})],
    )
