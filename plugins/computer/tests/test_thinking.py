"""The choice of a move, in every game that is installed."""

from __future__ import annotations

from importlib.metadata import entry_points
from random import Random
from typing import Any

import pytest

from gamehall.game import Ruleset, read_options
from gamehall_computer.thinking import choose
from rig.rulesets import played

GAMES: dict[str, Ruleset[Any, Any]] = {
    ruleset.key: ruleset
    for plugin in entry_points(group="gamehall")
    if (declare := getattr(plugin.load(), "gamehall_rulesets", None)) is not None
    for ruleset in declare()
}


@pytest.mark.parametrize("key", GAMES)
def test_it_finds_a_move_wherever_a_game_comes_to(key: str) -> None:
    game, lottery = GAMES[key], Random(1)
    for preset in ({}, *game.presets.values()):
        position = game.start(read_options(game, preset))
        for turn in range(12):
            if game.outcome(position) is not None:
                break
            move = choose(game, position, 0.01, lottery) if turn % 2 else lottery.choice(list(game.moves(position)))
            assert game.refusal(position, move) is None
            position = game.play(position, move)


@pytest.mark.parametrize(
    ("key", "moves", "answers"),
    [
        ("tic-tac-toe", "a1 b1 a2 b2", {"a3"}),  # wins, and lets the other not win
        ("tic-tac-toe", "a1 b2 a2", {"a3"}),  # stops the row
        ("tic-tac-toe", "a1 b2 c3", {"a2", "b1", "b3", "c2"}),  # a corner loses
        ("gomoku", "h8 h9 i8 i9 j8 j9 k8 b2", {"g8", "l8"}),  # five
        ("gomoku", "h8 b2 i8 b4 j8 d2 k8", {"g8", "l8"}),  # stops one end of a four
        ("gomoku", "h8 b2 i8 m3 j8", {"f8", "g8", "k8", "l8"}),  # stops an open three
        ("gomoku", "h8 b2 i8 m3 j8 c13", {"g8", "k8"}),  # makes a four with two open ends
        ("connect6", "j10 a1 a2 k10 l10 b1 b2 m10 n10 c3 c4", {"i10", "o10"}),  # two stones in one turn
    ],
)
def test_it_sees_what_is_decided(key: str, moves: str, answers: set[str]) -> None:
    """In little time, or in much where the machine has other things to do meanwhile."""
    game = GAMES[key]
    position = played(game, moves)
    for seed in range(2):
        assert any(choose(game, position, seconds, Random(seed)) in answers for seconds in (0.6, 6, 30))
