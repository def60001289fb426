"""Connect6 against PyPI's omok, and captures against Debian's pente: whole games, and the board after each move."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from omok import Connect6 as OmoksConnect6  # type: ignore[import-untyped]

from gamehall.game import cell_name
from gamehall_gomoku_rules import FREE, Connect6, Pente
from rig import missing
from rig.soak import Share

pytestmark = pytest.mark.oracle

BOARD = 19


def test_connect6_is_omoks(share: Share) -> None:
    game = Connect6()
    for seed in range(share(12, 1_000)):
        chance, oracle, position = random.Random(seed), OmoksConnect6(), game.start(game.Options())
        # Each side mostly has a part of the board for itself, so that rows of six come about.
        parts = [[row * BOARD + column for row in rows for column in range(8)] for rows in (range(8), range(8, 16))]
        while not oracle.is_done():
            assert game.outcome(position) is None
            assert (game.to_act(position), position.left) == (oracle.get_player() - 1, oracle.get_stones_left())
            free = [each for each in range(BOARD * BOARD) if position.board[each] == FREE]
            own = [each for each in parts[oracle.get_player() - 1] if position.board[each] == FREE]
            point = chance.choice(own if own and chance.random() < 0.8 else free)
            oracle.move(point)
            position = game.play(position, position.grid.names[point])
        outcome = game.outcome(position)
        assert outcome is not None
        assert outcome.winner == oracle.get_winner() - 1


class Turn(NamedTuple):
    """A move, the board after it (row by row, the first player's stones x), and how many stones each has taken."""

    move: str
    board: str
    taken: tuple[int, int]


def pentes_game(levels: tuple[int, int], home: Path) -> tuple[list[Turn], int | None]:
    """A game of Debian's pente against itself, and who won it."""
    program = shutil.which("pente") or shutil.which("pente", path="/usr/games")
    if program is None:
        missing("Debian's pente")
    done = subprocess.run(
        [program, "-text"],
        input="{}\n{}\n".format(*levels),
        env={"HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    won = re.search(r"\[([#O])\] has won!", done.stdout)
    return list(_turns(done.stdout)), "#O".index(won[1]) if won else None


def _turns(text: str) -> Iterator[Turn]:
    """What it tells: it shows the board before the move that led to it, has no letter I, and counts captured pairs."""
    shown = re.split(r"moved at ([a-z])(\d+)\.", text)
    for before, column, row in zip(shown[::3], shown[1::3], shown[2::3], strict=False):
        last = before[before.rindex("A B C D E", 0, before.rindex("A B C D E")) :]
        rows = re.findall(r"^ *\d+ ((?:[.#O] ){19})", last, re.MULTILINE)
        board = "".join(rows).replace(" ", "").replace("#", "x").replace("O", "o")
        first, second = (2 * int(pairs) for pairs in re.findall(r"\[[#O]\]: *(\d+)", before)[-2:])
        letter = "abcdefghjklmnopqrst".index(column)
        yield Turn(cell_name(BOARD - int(row), letter, BOARD), board, (first, second))


@pytest.mark.parametrize("levels", [(1, 2), (2, 3), (3, 4), (4, 5), (5, 3), (2, 2)])
def test_captures_are_pentes(share: Share, tmp_path: Path, levels: tuple[int, int]) -> None:
    game, captures = Pente(), 0
    for _ in range(share(4, 100)):
        position = game.start(game.Options(opening="pro"))
        turns, winner = pentes_game(levels, tmp_path)
        for turn in turns:
            assert game.refusal(position, turn.move) is None
            position = game.play(position, turn.move)
            assert position.board == turn.board
            assert position.captured == turn.taken
            captures += sum(turn.taken)
        outcome = game.outcome(position)
        assert outcome is not None
        assert outcome.winner == winner
    assert captures, "no stone was taken, so this says nothing"
