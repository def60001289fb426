"""Rulesets asked without a hall."""

from __future__ import annotations

from typing import Any

from gamehall.game import Ruleset, read_options


def played(game: Ruleset[Any, Any], moves: str, **options: Any) -> Any:
    """The position after these moves, separated by spaces, each of them legal."""
    position = game.start(read_options(game, options))
    for move in moves.split():
        assert (refusal := game.refusal(position, move)) is None, (move, refusal)
        position = game.play(position, move)
    return position


def refusal_code(game: Ruleset[Any, Any], position: Any, move: str) -> str:
    """The code of the refusal, empty where the move is legal."""
    refusal = game.refusal(position, move)
    return refusal.code if refusal else ""
