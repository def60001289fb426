"""Stored games replayed by the rules that are installed now, which may be of another version than those that made them.

A running game goes on with other rules only if these lead its moves to the very positions that were stored. Else it
is suspended with a note, and goes on when rules are installed that do.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from gamehall.declare import Host
from gamehall.game import Outcome, Ruleset, read_options
from gamehall.gamelog import Game, GameLog, Rulesets, load_log
from gamehall.languages import ENGLISH, speaking
from gamehall.notes import RULES_CHANGED
from gamehall.origins import at_work
from gamehall.problems import Problem
from gamehall.standing import MovedOn, settle
from gamehall.tables import game

__all__ = ["Difference", "Divergence", "check_game", "check_games", "game_ids", "replay"]

log = logging.getLogger(__name__)

Difference = Literal["refused", "position", "turn", "end", "unreadable", "raised"]

_NOTE = 300
_BATCH = 200


class Divergence(msgspec.Struct, frozen=True):
    """Where the installed rules part with a stored game: after `ply` moves, `move` being the last, empty for none.

    `sentence` says it to players, without a full stop; `detail` says more to the author of the rules.
    """

    ply: int
    move: str
    what: Difference
    sentence: str
    detail: str = ""


class _Differs(Exception):
    def __init__(self, what: Difference, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.what, self.sentence, self.detail = what, sentence, detail


def replay(ruleset: Ruleset[Any, Any], stored: GameLog) -> Divergence | None:
    """The first place where this ruleset parts with a stored game, None when it plays all of it just the same.

    Whatever the rules raise is such a place too.
    """
    ply, position = 0, None
    try:
        for ply in range(len(stored.moves) + 1):
            position = _next(ruleset, stored, ply, position)
            _compare(ruleset, stored, ply, position)
    except _Differs as found:
        return Divergence(ply, _move(stored, ply), found.what, found.sentence, found.detail)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - rules that fail do not replay the game, however they fail
        sentence = f"the rules fail {_when(stored, ply, 'at')}"
        return Divergence(ply, _move(stored, ply), "raised", sentence, f"{type(error).__name__}: {error}")
    return None


def _next(ruleset: Ruleset[Any, Any], stored: GameLog, ply: int, position: Any) -> Any:
    """The position after so many moves as the rules have it, given the one before. Raises _Differs."""
    if ply == 0:
        try:
            options = read_options(ruleset, stored.game.options)
        except msgspec.ValidationError as error:
            raise _Differs("unreadable", "its options cannot be read", str(error)) from error
        return ruleset.start(options)
    move = _move(stored, ply)
    if (refusal := ruleset.refusal(position, move)) is not None:
        why = refusal.detail.rstrip(".")
        raise _Differs("refused", f"{_when(stored, ply)} is not allowed: {why}", f"{refusal.code}: {refusal.detail}")
    return ruleset.play(position, move)


def _compare(ruleset: Ruleset[Any, Any], stored: GameLog, ply: int, position: Any) -> None:
    """Raises _Differs unless this position is the stored one, with the same seat to act, and over if that was."""
    last = ply == len(stored.moves)
    text = stored.moves[ply - 1].position if ply else stored.start_position
    try:
        before = msgspec.json.decode(text, type=ruleset.Position)
    except msgspec.DecodeError as error:
        raise _Differs(
            "unreadable", f"the position {_when(stored, ply, 'after')} cannot be read", str(error)
        ) from error
    if position != before:
        fields = [name for name in before.__struct_fields__ if getattr(before, name) != getattr(position, name, None)]
        moved = f"{_when(stored, ply)} leads to" if ply else "the game begins with"
        raise _Differs("position", f"{moved} another position", f"other values of {', '.join(fields)}")
    outcome, expected = ruleset.outcome(position), stored.outcome if last else None
    if outcome != expected:
        ends = "is over" if expected is None else "goes on" if outcome is None else "ends otherwise"
        detail = f"{_said(outcome)} instead of {_said(expected)}"
        raise _Differs("end", f"the game {ends} {_when(stored, ply, 'after')}", detail)
    if outcome is None and (turn := ruleset.to_act(position)) != (was := _turn(stored, ply, turn)):
        sentence = f"somebody else is to move {_when(stored, ply, 'after')}"
        raise _Differs("turn", sentence, f"seat {turn} instead of seat {was}")


def _turn(stored: GameLog, ply: int, unknown: int | None) -> int | None:
    """Who was to act after so many moves; `unknown` for a game that was given up before its first move."""
    if ply < len(stored.moves):
        return stored.moves[ply].seat
    if ply:
        return stored.moves[-1].to_act
    return unknown if stored.game.result else stored.game.to_act


def _move(stored: GameLog, ply: int) -> str:
    return stored.moves[ply - 1].move if ply else ""


def _when(stored: GameLog, ply: int, word: str = "") -> str:
    """`after move 3 (b2)`, or what to say of a game without moves."""
    return f"{word} move {ply} ({_move(stored, ply)})".lstrip() if ply else "at its beginning"


def _said(outcome: Outcome | None) -> str:
    if outcome is None:
        return "no end"
    return f"{'a draw' if outcome.winner is None else f'a win of seat {outcome.winner}'} ({outcome.reason})"


async def check_games(host: Host) -> None:
    """Checks the running games that rules of another version made, and those that are suspended for this reason.

    Every worker does it once, beside serving; `play` checks a game that it has not come to yet.
    """
    try:
        for conditions in _unchecked(host.rulesets):
            async for ids in game_ids(host.read, *conditions):
                # In an order of its own: so workers that start together do not replay the same games at the same time.
                for game_id in random.sample(ids, len(ids)):
                    await check_game(host, game_id)
    except sa.exc.SQLAlchemyError as error:
        log.warning(
            "games of rules that have changed were not all checked (%s): running ones will be before their next move, "
            "suspended ones at the next start",
            type(error).__name__,
        )


async def check_game(host: Host, game_id: str) -> None:
    """Lets a running game that rules of another version made go on with the installed ones, or suspends it.

    One that is suspended for this reason is tried again. Any other game, and one that somebody else changes
    meanwhile, is left alone.
    """
    # The note is stored, and what rules say to a move is part of it.
    with contextlib.suppress(Problem, MovedOn), speaking(ENGLISH):
        stored = await host.read(load_log, game_id)
        ruleset = host.rulesets.get(stored.game.ruleset)
        if ruleset is None or not _is_unchecked(stored.game, ruleset):
            return
        found = await asyncio.to_thread(replay, ruleset, stored)
        note = _note(stored.game, ruleset, found) if found else ""
        if note and note == stored.game.note:
            return
        await host.write(settle, stored.game, ruleset.version, note)
        if found is not None:
            with at_work(host.plugin_of(ruleset.key)):
                log.warning("game %s of %s is suspended: %s (%s)", game_id, ruleset.key, found.sentence, found.detail)


def _unchecked(rulesets: Rulesets) -> tuple[tuple[sa.ColumnElement[bool], ...], ...]:
    """What holds for games that must be checked, as conditions that an index serves each."""
    changed = ((game.c.ruleset == key) & (game.c.ruleset_version != each.version) for key, each in rulesets.items())
    return (
        (game.c.status == "active", sa.or_(sa.false(), *changed)),
        (game.c.status == "suspended", game.c.ruleset.in_(list(rulesets)), game.c.note.startswith(RULES_CHANGED)),
    )


def _is_unchecked(found: Game, ruleset: Ruleset[Any, Any]) -> bool:
    if found.status == "active":
        return found.ruleset_version != ruleset.version
    return found.status == "suspended" and found.note.startswith(RULES_CHANGED)


def _note(found: Game, ruleset: Ruleset[Any, Any], divergence: Divergence) -> str:
    versions = f"It was played by version {found.ruleset_version}; by version {ruleset.version}, installed now"
    return textwrap.shorten(f"{RULES_CHANGED} {versions}, {divergence.sentence}.", _NOTE, placeholder=" …")


async def game_ids(
    read: Callable[..., Awaitable[list[str]]], *conditions: sa.ColumnElement[bool]
) -> AsyncIterator[list[str]]:
    """The ids of the games that meet these conditions, oldest first, in batches that are read when they are wanted."""
    after = ""
    while ids := await read(_ids_after, after, conditions):
        yield ids
        after = ids[-1]


def _ids_after(connection: sa.Connection, after: str, conditions: tuple[sa.ColumnElement[bool], ...]) -> list[str]:
    query = sa.select(game.c.id).where(game.c.id > after, *conditions).order_by(game.c.id).limit(_BATCH)
    return list(connection.scalars(query))
