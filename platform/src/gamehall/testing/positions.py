"""Checks of what a ruleset says about one position, but for how it looks."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from gamehall.game import Outcome, Position, Refusal, cell_place

from .pieces import check_pieces
from .scenes import check_scenes, scenes_of
from .trial import CODE, Trial, as_json
from .words import check_words

__all__ = ["check_moves", "check_position"]

_NONSENSE = ("", " ", "no such move", "-1", "a0", "zzz999", "h\N{FULLWIDTH DIGIT EIGHT}", "\0", "x" * 1000)


def check_moves(trial: Trial, position: Position) -> list[str] | None:
    """Checks that the game goes on or is over; its legal moves, or None where it cannot be played on."""
    with trial.promise("random games"):
        kind = trial.ruleset.Position
        trial.demand(type(position) is kind, f"the position is a {type(position).__name__}, not {kind.__name__}")
        moves = list(trial.ruleset.moves(position))
        _check_end(trial, position, moves)
        doubled = {move for move in moves if moves.count(move) > 1} if len(set(moves)) < len(moves) else set()
        trial.demand(not doubled, f"moves() lists {sorted(doubled)} more than once")
        trial.demand(all(isinstance(move, str) and move for move in moves), "moves() has to list non-empty strings")
        return moves
    return None


def check_position(trial: Trial, position: Position, moves: list[str]) -> None:
    """Checks everything that holds of a single position; `moves` are the legal ones."""
    before = b""
    with trial.promise("JSON round trip"):
        before = _check_stored(trial, position)
    for promise, check in _CHECKS.items():
        with trial.promise(promise):
            check(trial, position, moves)
    with trial.promise("purity"):
        same = not before or as_json(position) == before
        trial.demand(same, "the position was changed by asking about it; positions are frozen")


def _check_stored(trial: Trial, position: Position) -> bytes:
    try:
        stored = as_json(position)
        back = msgspec.json.decode(stored, type=trial.ruleset.Position)
    except (TypeError, msgspec.ValidationError) as error:
        trial.fail(f"the position cannot be stored as JSON and read again: {error}")
    trial.demand(back == position, "the position changed on the way through JSON; use plain, typed fields")
    return stored


def _check_end(trial: Trial, position: Position, moves: list[str]) -> None:
    seat, outcome = trial.ruleset.to_act(position), trial.ruleset.outcome(position)
    seats = range(len(trial.ruleset.seats))
    if outcome is None:
        trial.demand(moves, "outcome() is None but moves() is empty: the game is stuck; end it or allow a pass")
        trial.demand(seat is not None, "outcome() is None but nobody is to act; to_act() has to name a seat")
        trial.demand(seat in seats, f"to_act() is {seat!r}; there is no such seat")
        return
    trial.demand(not moves, "the game is over but moves() is not empty")
    trial.demand(seat is None, "the game is over but to_act() names a seat")
    trial.demand(isinstance(outcome, Outcome), "outcome() has to be an Outcome or None")
    trial.demand(outcome.winner is None or outcome.winner in seats, f"the winner {outcome.winner!r} is no seat")
    trial.demand(CODE.fullmatch(outcome.reason), f"the outcome's reason {outcome.reason!r} has to be a code")


def _check_refusals(trial: Trial, position: Position, moves: list[str]) -> None:
    legal = set(moves)
    for move in trial.sample(moves, 16):
        answer = trial.ask(trial.ruleset.refusal, position, move)
        trial.demand(answer is None, f"moves() lists {move!r} but refusal() says {answer}")
    mangled = [changed for move in trial.sample(moves, 2) for changed in (move.upper(), move + " ", move * 2)]
    for move in (*_NONSENSE, *mangled, *trial.moves[-16:]):
        if move in legal:
            continue
        answer = trial.ask(trial.ruleset.refusal, position, move)
        if answer is None:
            trial.fail(f"refusal() allows {move!r}, which moves() does not list")
        _check_refusal(trial, f"refusal({move!r})", answer)


def _check_refusal(trial: Trial, question: str, answer: object) -> None:
    trial.demand(
        isinstance(answer, Refusal) and CODE.fullmatch(answer.code) and answer.detail.strip(),
        f"{question} is {answer!r}; a Refusal has a code such as illegal-move and a sentence",
    )


def _check_forbidden(trial: Trial, position: Position, moves: list[str]) -> None:
    """Checks some of the cells that may not be taken against the board and against `refusal`."""
    ruleset = trial.ruleset
    told = dict(trial.ask(ruleset.forbidden, position))
    if not told:
        return
    trial.demand(moves, f"the game is over but forbidden() still names {', '.join(sorted(told))}")
    scene = scenes_of(trial, position)[ruleset.to_act(position)]
    taken = {piece.cell for piece in scene.pieces}
    for cell in trial.sample(sorted(told), 8):
        place = cell_place(cell, scene.width, scene.height)
        if place is None:
            trial.fail(f"forbidden() names {cell!r}, which is not on the board of this size")
        trial.demand(cell not in taken, f"forbidden() names {cell}, where a piece stands; name only free cells")
        why = told[cell]
        _check_refusal(trial, f"what forbidden() says of {cell}", why)
        strange = [each for each in why.cells if cell_place(each, scene.width, scene.height) is None]
        trial.demand(not strange, f"what forbidden() says of {cell} names {strange}, which are not on the board")
        move = trial.ask(ruleset.move_at, position, *place)
        answer = trial.ask(ruleset.refusal, position, move)
        code = why.code if answer is None else answer.code
        trial.demand(
            code == why.code,
            f"forbidden() says {why.code} of {cell} but refusal({move!r}) says {code}; both have to say the same",
        )


_CHECKS: dict[str, Callable[[Trial, Position, list[str]], None]] = {
    "refusals": _check_refusals,
    "forbidden cells": _check_forbidden,
    "scenes": check_scenes,
    "distinct pieces": check_pieces,
    "languages": check_words,
}
