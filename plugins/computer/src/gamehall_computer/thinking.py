"""Choosing a move in any game, by nothing but its rules.

What wins at once is played, and what lets the other side win at once is not. Of the rest, where there are many, the
moves are looked at first that make threats, meet threats, or lie near what is on the board; and the one is played that
does best in games that are played on by chance from there.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from gamehall.game import Ruleset, Scene, cell_place

__all__ = ["choose"]

_FEW = 30  # moves, up to which all are tried and the answers to each are told apart
_LOOKED_AT = 12
_DEEPEST = 40  # moves of a game by chance
_CURIOSITY = 0.7
_NEAR = 2  # cells


@dataclass(slots=True)
class _Branch:
    """A position that was come to, and how well games from there went for whoever made the move to it."""

    position: Any
    mover: int
    tries: int = 0
    score: float = 0.0
    untried: list[str] | None = None
    branches: dict[str, _Branch] = field(default_factory=dict)

    def promise(self, of: int) -> float:
        return self.score / self.tries + _CURIOSITY * math.sqrt(math.log(of) / self.tries)


@dataclass(slots=True)
class _Thought:
    """What one choice is made with; `until` is a moment of the monotonic clock."""

    ruleset: Ruleset[Any, Any]
    lottery: Random
    until: float

    def goes_on(self) -> bool:
        return time.monotonic() < self.until


def choose(ruleset: Ruleset[Any, Any], position: Any, seconds: float, lottery: Random) -> str:
    """A legal move for whoever is to act, found in about so many seconds; in a game that goes on there is one."""
    start = time.monotonic()
    moves = list(ruleset.moves(position))
    seat = ruleset.to_act(position)
    if len(moves) == 1 or seat is None:
        return moves[0]
    lottery.shuffle(moves)
    nearness = _nearness(ruleset.scene(position, seat), moves)
    moves.sort(key=nearness.__getitem__, reverse=True)
    early = _Thought(ruleset, lottery, start + 0.4 * seconds)
    if (winner := _winning(early, position, seat, moves)) is not None:
        return winner
    moves = _safe(early, position, seat, moves)
    if len(moves) > _FEW:
        moves = _promising(_Thought(ruleset, lottery, start + 0.7 * seconds), position, seat, moves, nearness)
    return _best_by_chance(_Thought(ruleset, lottery, start + seconds), position, seat, moves)


def _nearness(scene: Scene, moves: Iterable[str]) -> dict[str, float]:
    """How much is on the board near the last cell of each move; on an empty board the middle is near."""
    cells = {each.move: each.cells[-1] for each in scene.inputs if each.cells}
    places = {move: cell_place(cell, scene.width, scene.height) for move, cell in cells.items()}
    taken = {place for piece in scene.pieces if (place := cell_place(piece.cell, scene.width, scene.height))}
    reach = range(-_NEAR, _NEAR + 1)
    around = [(down, across, 1 / max(abs(down), abs(across))) for down in reach for across in reach if down or across]

    def near(move: str) -> float:
        if (place := places.get(move)) is None:
            return 0.0
        row, column = place
        off = max(abs(2 * row - scene.height + 1), abs(2 * column - scene.width + 1)) / (scene.width + scene.height)
        return 1 - off + sum(weight for down, across, weight in around if (row + down, column + across) in taken)

    return {move: near(move) for move in moves}


def _winning(thought: _Thought, position: Any, seat: int, moves: Iterable[str]) -> str | None:
    """A move that wins for this seat at once, or in the same turn; None when none is found in time."""
    again = []
    for move in moves:
        if not thought.goes_on():
            return None
        after = thought.ruleset.play(position, move)
        outcome = thought.ruleset.outcome(after)
        if outcome is not None and outcome.winner == seat:
            return move
        if outcome is None and thought.ruleset.to_act(after) == seat:
            again.append((move, after))
    for move, after in again[:_LOOKED_AT]:
        if _wins(thought, after, seat, thought.ruleset.moves(after), enough=1):
            return move
    return None


def _wins(thought: _Thought, position: Any, seat: int, moves: Iterable[str], enough: int) -> list[str]:
    """Some of the moves that win for this seat at once; more than `enough` are not looked for."""
    found: list[str] = []
    for move in moves:
        if len(found) >= enough or not thought.goes_on():
            break
        outcome = thought.ruleset.outcome(thought.ruleset.play(position, move))
        if outcome is not None and outcome.winner == seat:
            found.append(move)
    return found


def _safe(thought: _Thought, position: Any, seat: int, moves: Sequence[str]) -> list[str]:
    """The moves after which the other side does not win at once, as far as there is time. If each one loses, those that
    at least stop one of its ways to win, or all."""
    ruleset = thought.ruleset
    killers: list[str] = []
    safe = []
    for move in moves:
        after = ruleset.play(position, move)
        outcome = ruleset.outcome(after)
        if outcome is not None and outcome.winner not in (None, seat):
            continue
        other = ruleset.to_act(after)
        if outcome is None and other is not None and other != seat:
            known = [each for each in killers if ruleset.refusal(after, each) is None]
            if _wins(thought, after, other, known, enough=1):
                continue
            if thought.goes_on() and (found := _wins(thought, after, other, ruleset.moves(after), enough=1)):
                killers += found
                continue
        safe.append(move)
    return safe or [move for move in moves if move in killers] or list(moves)


def _promising(
    thought: _Thought, position: Any, seat: int, moves: Sequence[str], nearness: Mapping[str, float]
) -> list[str]:
    """The few moves to look at more closely: those that make threats or meet threats of the other side, those near to
    what there is, and what is no move on the board at all."""
    buttons = [move for move in moves if not nearness[move]][: _LOOKED_AT // 3]
    near = [move for move in moves if nearness[move]][: 3 * _LOOKED_AT]
    far = list(reversed(moves))[:_FEW]
    passed = _elsewhere(thought, position, far)
    worth = {}
    for move in near:
        own = _threats(thought, position, seat, move, near, far)
        other = None if passed is None else thought.ruleset.to_act(passed)
        theirs = 0 if other in (None, seat) else _threats(thought, passed, other or 0, move, near, far)
        worth[move] = 8 * (own > 1) + 4 * (theirs > 1) + (own + theirs) + nearness[move] / 4
    return sorted(near, key=worth.__getitem__, reverse=True)[:_LOOKED_AT] + buttons


def _elsewhere(thought: _Thought, position: Any, far: Iterable[str]) -> Any:
    """The position after a move far from everything, as if whoever is to act did nothing; None if there is none."""
    for move in far:
        if thought.goes_on() and thought.ruleset.refusal(position, move) is None:
            after = thought.ruleset.play(position, move)
            return after if thought.ruleset.outcome(after) is None else None
    return None


def _threats(thought: _Thought, position: Any, seat: int, move: str, near: Sequence[str], far: Sequence[str]) -> int:
    """How many wins a move threatens, up to two, if the other side does nothing about it."""
    ruleset = thought.ruleset
    if not thought.goes_on() or ruleset.refusal(position, move) is not None:
        return 0
    after = ruleset.play(position, move)
    if ruleset.outcome(after) is not None:
        return 0
    if ruleset.to_act(after) != seat and (after := _elsewhere(thought, after, far)) is None:
        return 0
    if ruleset.to_act(after) != seat:
        return 0
    legal = [each for each in near if each != move and ruleset.refusal(after, each) is None]
    return len(_wins(thought, after, seat, legal, enough=2))


def _best_by_chance(thought: _Thought, position: Any, seat: int, moves: Sequence[str]) -> str:
    """The move that was tried most often while the one that did best was tried next; the first one without time."""
    root = _Branch(position, mover=seat, untried=list(reversed(moves)))
    while thought.goes_on():
        _try(thought, root)
    return max(moves, key=lambda move: root.branches[move].tries if move in root.branches else 0)


def _try(thought: _Thought, root: _Branch) -> None:
    """Plays once from the root to an end, and puts down on the way how that went."""
    ruleset = thought.ruleset
    branch, way = root, [root]
    while ruleset.outcome(branch.position) is None:
        seat = ruleset.to_act(branch.position) or 0
        if branch.untried is None:
            branch.untried = list(ruleset.moves(branch.position))
            thought.lottery.shuffle(branch.untried)
        if branch.untried:
            move = branch.untried.pop()
            branch.branches[move] = _Branch(ruleset.play(branch.position, move), seat)
            way.append(branch.branches[move])
            break
        tries = max(1, branch.tries)
        branch = max(branch.branches.values(), key=lambda each: each.promise(tries))
        way.append(branch)
    worth = _played_on(thought, way[-1].position)
    for each in way:
        each.tries += 1
        each.score += worth[each.mover]


def _played_on(thought: _Thought, position: Any) -> Sequence[float]:
    """What a game by chance from here is worth to each seat, from 0 to 1."""
    ruleset = thought.ruleset
    for _ in range(_DEEPEST):
        outcome = ruleset.outcome(position)
        if outcome is not None:
            if outcome.winner is None:
                return [0.5] * len(ruleset.seats)
            return [float(each == outcome.winner) for each in range(len(ruleset.seats))]
        if not thought.goes_on():
            break
        position = ruleset.play(position, thought.lottery.choice(list(ruleset.moves(position))))
    pieces = [0] * len(ruleset.seats)
    for piece in ruleset.scene(position, None).pieces:
        if piece.seat is not None:
            pieces[piece.seat] += 1
    whole = sum(pieces)
    return [0.5 + 0.4 * math.tanh((2 * own - whole) / 6) for own in pieces]
