"""Games of which one only knows the stones in their order: by the rules of which ruleset they were played."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from gamehall.declare import ImportedGame
from gamehall.game import Ruleset, Scene, cell_name, read_options
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.records.sgfboards import BLACK, WHITE, Place, colour_of

__all__ = ["StoneGame", "StonePlaced", "guess_ruleset"]

_ = catalogue(__name__)

_PASS = "pass"  # noqa: S105 - a move, not a password


@dataclass(frozen=True, slots=True)
class StonePlaced:
    """A stone of a colour (`B` or `W`) at a place, None for a pass; `line` is where the file says so, from 1."""

    colour: str
    place: Place | None
    line: int


@dataclass(frozen=True, slots=True)
class StoneGame:
    """What such a file tells: the board, the stones, the names of black and white, and who won where it says so."""

    width: int
    height: int
    stones: tuple[StonePlaced, ...]
    black: str = ""
    white: str = ""
    winner: str = ""


class _DoesNotFit(Exception):
    """The stones cannot be placed like this by these rules; `placed` is how many could."""

    def __init__(self, placed: int, sentence: str) -> None:
        super().__init__(sentence)
        self.placed, self.sentence = placed, sentence


def guess_ruleset(stones: StoneGame, rulesets: Mapping[str, Ruleset[Any, Any]]) -> ImportedGame:
    """The game by the first of these rulesets that has such a board and allows every stone.

    One by which the player wins who won by the file goes before those by which nobody does. Raises Problem
    `malformed` when none fits, with the line of the first stone that is wrong by the rules that go furthest.
    """
    fitting, furthest = None, _DoesNotFit(-1, "")
    for ruleset in rulesets.values():
        for options in _options_for(ruleset, stones):
            try:
                moves, position = _follow(ruleset, options, stones)
            except _DoesNotFit as problem:
                furthest = max(furthest, problem, key=lambda each: each.placed)
                continue
            sides = ruleset.sides(position)
            outcome = ruleset.outcome(position)
            winner = "" if outcome is None or outcome.winner is None else _colour(ruleset, sides[outcome.winner])
            names = tuple(stones.black if _colour(ruleset, side) == BLACK else stones.white for side in sides)
            found = ImportedGame(ruleset.key, options, moves, names if any(names) else ())
            if winner == stones.winner:
                return found
            fitting = fitting or found
    if fitting is not None:
        return fitting
    size = f"{stones.width}×{stones.height}"
    raise Problem(
        "malformed", furthest.sentence or _("No game here is played with stones on a board of {size}.", size=size)
    )


def _options_for(ruleset: Ruleset[Any, Any], stones: StoneGame) -> Iterator[dict[str, Any]]:
    """The options by which the ruleset begins with an empty board of this size: the default ones, or with a size."""
    sizes: list[dict[str, Any]] = [{}, {"width": stones.width, "height": stones.height}]
    if stones.width == stones.height:
        sizes.append({"board_size": stones.width})
    for chosen in sizes:
        try:
            options = read_options(ruleset, chosen)
            scene: Scene = ruleset.scene(ruleset.start(options), None)
        except ValueError:
            continue
        if (scene.width, scene.height) == (stones.width, stones.height) and not scene.pieces and len(scene.sides) == 2:
            yield msgspec.to_builtins(options)
            return


def _follow(ruleset: Ruleset[Any, Any], options: dict[str, Any], stones: StoneGame) -> tuple[tuple[str, ...], Any]:
    """The moves that place these stones, and the position they lead to. Raises _DoesNotFit."""
    position = ruleset.start(read_options(ruleset, options))
    moves: list[str] = []
    for number, stone in enumerate(stones.stones):
        move = ruleset.move_at(position, *stone.place) if stone.place else _PASS
        if (refusal := ruleset.refusal(position, move)) is not None:
            raise _DoesNotFit(number, f"Line {stone.line}: {refusal.detail} (move {number + 1}, {ruleset.title})")
        after = ruleset.play(position, move)
        cell = cell_name(*stone.place, stones.height) if stone.place else ""
        if cell and _placed(ruleset, position, move, after, cell) != stone.colour:
            whose = {BLACK: "black", WHITE: "white"}[stone.colour]
            turn = f"{move} is no stone of {whose} by the rules of {ruleset.title}"
            raise _DoesNotFit(number, f"Line {stone.line}: move {number + 1}, {turn}.")
        moves.append(move)
        position = after
    return tuple(moves), position


def _placed(ruleset: Ruleset[Any, Any], before: Any, move: str, after: Any, cell: str) -> str:
    """The colour of what the move puts on this cell, empty for nothing."""
    put = next((each for each in ruleset.changes(before, move, after) if each.cell == cell), None)
    if put is None or put.kind is None:
        return ""
    if put.kind in ruleset.seats or put.seat is None:
        return _colour(ruleset, put.kind)
    return _colour(ruleset, ruleset.sides(after)[put.seat])


def _colour(ruleset: Ruleset[Any, Any], side: str) -> str:
    return colour_of(ruleset.seats, side)
