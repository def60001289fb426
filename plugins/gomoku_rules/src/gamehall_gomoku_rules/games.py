"""The games of this distribution."""

from __future__ import annotations

from typing import ClassVar

from gamehall.game import Options

from .linegame import LineGame
from .lines import AtLeast, Exactly, Line

__all__ = ["Gomoku", "GomokuExact", "TicTacToe"]


class Gomoku(LineGame):
    """Five or more in a row."""

    key = "gomoku"
    title = "Gomoku"
    summary = "Place stones in turn; five or more in a row win."
    presets = {
        "Standard": {},
        "Large": {"board_size": 19},
        "Small": {"board_size": 9},
        "Swap2": {"opening": "swap2"},
    }


class GomokuExact(Gomoku):
    """Exactly five in a row."""

    key = "gomoku-exact"
    title = "Gomoku, exactly five"
    summary = "Place stones in turn; exactly five in a row win, a longer row is allowed and wins nothing."
    line: ClassVar[Line] = Exactly(5)


class TicTacToe(LineGame):
    """Three in a row on nine squares."""

    key = "tic-tac-toe"
    title = "Tic-tac-toe"
    summary = "Three in a row on a board of three by three."
    seats = ("cross", "nought")
    line: ClassVar[Line] = AtLeast(3)
    board = (3, 3)
    lattice = "squares"
    Options = Options
