"""Games from files: told by their format, and played through by the rules that are installed."""

from __future__ import annotations

import codecs
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from gamehall.declare import GameRecord, ImportedGame, Importer, RecordedMove
from gamehall.game import Ruleset, Scene, read_options
from gamehall.gamelog import Rulesets
from gamehall.languages import catalogue
from gamehall.naming import title_of
from gamehall.problems import UNREADABLE, FieldError, Problem
from gamehall.records.canonical import digest
from gamehall.records.results import read_result

__all__ = ["MOST_MOVES", "PlayedThrough", "play_through", "read_game", "told_game"]

_ = catalogue(__name__)


log = logging.getLogger(__name__)

LARGEST_FILE = 192 * 1024
_LONGEST_NAME = 50
MOST_MOVES = 1_000


@dataclass(frozen=True, slots=True)
class PlayedThrough:
    """A game from its moves alone: its record, and the scene after `ply` of them as a stranger sees it."""

    record: GameRecord
    ply: int
    scene: Scene


def read_game(
    importers: Mapping[str, Importer],
    rulesets: Rulesets,
    content: bytes,
    format_: str | None = None,
    ruleset: str | None = None,
) -> ImportedGame:
    """The game of a file. Its format and its ruleset are found out where they are not given.

    Raises Problem `too-large`, `unknown-format`, `malformed` with what is wrong and where, or `not-found` for a
    ruleset that is not among these.
    """
    if len(content) > LARGEST_FILE:
        raise Problem(
            "too-large", _("A file of a game has at most {largest_file} KiB.", largest_file=LARGEST_FILE // 1024)
        )
    importer = _importer(importers, content, format_)
    chosen = rulesets if ruleset is None else {ruleset: _known(rulesets, ruleset)}
    try:
        found = importer.read(content, chosen)
    except Problem:
        raise
    except Exception as error:
        log.exception("the importer of %s fails", importer.format)
        raise Problem("malformed", _("This file cannot be read as {format}.", format=importer.format)) from error
    if len(found.moves) > MOST_MOVES:
        raise Problem(
            "too-large",
            _(
                "This game has {moves} moves; at most {most_moves} can be shown.",
                moves=len(found.moves),
                most_moves=MOST_MOVES,
            ),
        )
    return found


def told_game(ruleset: str, options: str, moves: str, names: Sequence[str], result: str) -> ImportedGame:
    """The game that an address tells: options as JSON, moves separated by spaces, and a result as `read_result` reads
    it. Raises Problem `invalid`."""
    try:
        told = msgspec.json.decode(options, type=dict[str, Any])
    except UNREADABLE as error:
        message = _("Give the options as a JSON object.")
        raise Problem("invalid", message, errors=(FieldError("options", message),)) from error
    return ImportedGame(ruleset, told, tuple(moves.split()), tuple(names), read_result(result))


def _importer(importers: Mapping[str, Importer], content: bytes, format_: str | None) -> Importer:
    known = ", ".join(sorted(importers))
    if format_ is not None:
        if format_ not in importers:
            raise Problem(
                "unknown-format",
                _("There is no format {format!r} to read here; there are {known}.", format=format_, known=known),
            )
        return importers[format_]
    beginning = content.removeprefix(codecs.BOM_UTF8).lstrip()
    found = next((each for each in importers.values() if beginning.startswith(each.begins)), None)
    if found is None:
        raise Problem(
            "malformed",
            _("Line 1: this is no file of a game in one of the formats that are read: {known}.", known=known),
        )
    return found


def play_through(rulesets: Rulesets, wanted: ImportedGame, ply: int | None = None) -> PlayedThrough:
    """Plays a game by its ruleset, and shows it after so many moves, by default all of them.

    Raises Problem `not-found` for a ruleset that is not installed and for moves not made, `invalid` for options and
    moves that the rules refuse, with the ply, and for rules that fail.
    """
    ruleset = _known(rulesets, wanted.ruleset)
    if len(wanted.moves) > MOST_MOVES:
        raise Problem("invalid", _("At most {most_moves} moves can be played through.", most_moves=MOST_MOVES))
    upto = len(wanted.moves) if ply is None else ply
    if not 0 <= upto <= len(wanted.moves):
        raise Problem("not-found", _("The game has no ply {ply}.", ply=ply))
    try:
        return _play_through(ruleset, wanted, upto)
    except Problem:
        raise
    except Exception as error:
        log.exception("the rules of %s fail on an imported game", ruleset.key)
        raise Problem("invalid", _("The rules of {title} cannot play this game.", title=title_of(ruleset))) from error


def _known(rulesets: Rulesets, key: str) -> Ruleset[Any, Any]:
    if (ruleset := rulesets.get(key)) is None:
        raise Problem("not-found", _("The rules of {key!r} are not offered here.", key=key))
    return ruleset


def _play_through(ruleset: Ruleset[Any, Any], wanted: ImportedGame, upto: int) -> PlayedThrough:
    try:
        options = read_options(ruleset, wanted.options)
    except msgspec.ValidationError as error:
        raise Problem(
            "invalid",
            _(
                "{title} is not played with these options: {error}.",
                title=title_of(ruleset),
                error=error,
            ),
        ) from error
    start = position = shown = ruleset.start(options)
    made: list[RecordedMove] = []
    for number, move in enumerate(wanted.moves, start=1):
        seat = ruleset.to_act(position)
        refusal = ruleset.refusal(position, move)
        if refusal is not None or seat is None:
            why = refusal.detail if refusal else _("The game is over.")
            raise Problem("invalid", _("Move {number}, {move}: {why}", number=number, move=move, why=why), ply=number)
        after = ruleset.play(position, move)
        changes = ruleset.changes(position, move, after)
        made.append(RecordedMove(seat, move, changes, ruleset.sides(after), _digest(after)))
        position = after
        if number == upto:
            shown = position
    scene = ruleset.scene(shown, None)
    outcome = ruleset.outcome(position)
    ended = outcome or wanted.result
    if ended and ended.winner not in (None, *range(len(ruleset.seats))):
        raise Problem(
            "invalid",
            _(
                "There is no seat {winner} in {title} that could have won.",
                winner=ended.winner,
                title=title_of(ruleset),
            ),
        )
    record = GameRecord(
        id="",
        ruleset=ruleset.key,
        ruleset_title=title_of(ruleset),
        ruleset_version=ruleset.version,
        sgf=ruleset.sgf,
        options=msgspec.to_builtins(options),
        start=msgspec.structs.replace(ruleset.scene(start, None), sides=ruleset.sides(start)),
        start_digest=_digest(start),
        names=_names(ruleset, wanted),
        moves=tuple(made),
        final=ruleset.scene(position, None) if outcome else None,
        clock={"kind": "none"},
        status="finished" if ended else "active",
        winner=ended.winner if ended else None,
        reason=ended.reason if ended else None,
        started_at="",
        finished_at=None,
    )
    return PlayedThrough(record, upto, scene)


def _digest(position: Any) -> str:
    return digest(msgspec.json.encode(position))


def _names(ruleset: Ruleset[Any, Any], wanted: ImportedGame) -> tuple[str, ...]:
    """The players' names by seat; where the file does not know one, it is called as the side it begins with."""
    given = dict(enumerate(wanted.names))
    return tuple((given.get(seat) or side.capitalize())[:_LONGEST_NAME] for seat, side in enumerate(ruleset.seats))
