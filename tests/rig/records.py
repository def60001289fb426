"""Records of games that no hall has played."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from gamehall.declare import GameRecord, ImportedGame
from gamehall.game import Ruleset, read_options
from gamehall.records.imports import play_through


def recorded(
    game: Ruleset[Any, Any], moves: str, names: tuple[str, ...] = ("Ada", "Bob"), **options: Any
) -> GameRecord:
    """The record of a game with these moves, separated by spaces."""
    return play_through({game.key: game}, ImportedGame(game.key, options, tuple(moves.split()), names)).record


def random_game(
    game: Ruleset[Any, Any], seed: int, *, longest: int = 60, options: Mapping[str, Any] | None = None
) -> GameRecord:
    """The record of a game of random moves, up to so many."""
    chance, position, moves = random.Random(seed), game.start(read_options(game, options or {})), list[str]()
    while len(moves) < longest and (legal := list(game.moves(position))):
        moves.append(chance.choice(legal))
        position = game.play(position, moves[-1])
    return recorded(game, " ".join(moves), **(options or {}))
