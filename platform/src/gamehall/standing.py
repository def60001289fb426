"""Whether a game goes on: its row moves on only from where it was read, so of two writers at once one wins.

A game that is suspended keeps everything, with a note for its players. Whoever suspended it knows it again by that
note, and lets it go on.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from gamehall.database import serialize_on
from gamehall.events import NewEvent
from gamehall.feed import emit
from gamehall.gamelog import Game, load_game
from gamehall.tables import game, now

__all__ = ["MovedOn", "advance", "resume_games", "settle", "suspend_game", "suspend_games"]

_GOES_ON = "The game goes on."


class MovedOn(Exception):
    """The game does not stand any more where it was read."""


_ADVANCE = game.update().where(
    game.c.id == sa.bindparam("game_id"),
    game.c.ply == sa.bindparam("at_ply"),
    game.c.status == sa.bindparam("in_status"),
    game.c.note == sa.bindparam("with_note"),
    game.c.ruleset_version == sa.bindparam("by_version"),
)


def advance(connection: sa.Connection, before: Game, after: Game, final_scene: str | None = None) -> None:
    """Moves the game's row on, if it still stands where it was read. Raises MovedOn."""
    values = {
        "game_id": before.id,
        "at_ply": before.ply,
        "in_status": before.status,
        "with_note": before.note,
        "by_version": before.ruleset_version,
        "ruleset_version": after.ruleset_version,
        "ply": after.ply,
        "to_act": after.to_act,
        "status": after.status,
        "winner": after.winner,
        "reason": after.reason,
        "note": after.note,
        "sides": msgspec.json.encode(after.sides).decode(),
        "final_scene": final_scene,
        "finished_at": now() if after.result else None,
    }
    changed = connection.execute(_ADVANCE, values)
    if changed.rowcount != 1:
        raise MovedOn


def suspend_game(connection: sa.Connection, game_id: str, note: str) -> None:
    """Stops an active game, keeping everything, with a message for its players."""
    serialize_on(connection, game_id)
    found = load_game(connection, game_id)
    if found.status == "active":
        advance(connection, found, msgspec.structs.replace(found, status="suspended", note=note))
        _tell(connection, found, note)


def suspend_games(connection: sa.Connection, rulesets: Sequence[str], note: str) -> int:
    """Suspends every active game of these rulesets; how many there were."""
    running = sa.select(game.c.id).where(game.c.ruleset.in_(rulesets), game.c.status == "active")
    ids = list(connection.scalars(running))
    for game_id in ids:
        suspend_game(connection, game_id, note)
    return len(ids)


def resume_games(connection: sa.Connection, rulesets: Sequence[str], note: str) -> int:
    """Lets the games of these rulesets go on that were suspended with this note; how many there were."""
    suspended = sa.select(game.c.id).where(
        game.c.ruleset.in_(rulesets), game.c.status == "suspended", game.c.note == note
    )
    ids = list(connection.scalars(suspended))
    for game_id in ids:
        serialize_on(connection, game_id)
        found = load_game(connection, game_id)
        advance(connection, found, msgspec.structs.replace(found, status="active", note=""))
        _tell(connection, found, _GOES_ON)
    return len(ids)


def settle(connection: sa.Connection, seen: Game, version: int, note: str) -> None:
    """Lets a game that rules of this version have replayed go on with them or, with a note, suspends it.

    A suspended game keeps the version that it was played by. Raises MovedOn.
    """
    serialize_on(connection, seen.id)
    if note:
        advance(connection, seen, msgspec.structs.replace(seen, status="suspended", note=note))
        _tell(connection, seen, note)
        return
    advance(connection, seen, msgspec.structs.replace(seen, status="active", note="", ruleset_version=version))
    if seen.status == "suspended":
        _tell(connection, seen, _GOES_ON)


def _tell(connection: sa.Connection, found: Game, text: str) -> None:
    emit(connection, [NewEvent("notice", found.channels, {"game_id": found.id, "text": text})])
