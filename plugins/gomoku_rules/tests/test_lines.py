"""Lines, runs and wins: by examples, and against a brute-force look at the whole board."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamehall_gomoku_rules import FREE, AtLeast, Exactly, LinePosition, Run
from gamehall_gomoku_rules.grid import grid, runs_through, wrapped_runs
from gamehall_gomoku_rules.lines import winning_points

DIRECTIONS = ((0, 1), (1, 0), (1, 1), (1, -1))


@st.composite
def boards(draw: st.DrawFn) -> tuple[str, int, int, int]:
    """A board of stones, its width and height, and a point that is taken."""
    width, height = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    board = draw(st.text(alphabet=".xxo", min_size=width * height, max_size=width * height))
    point = draw(st.integers(0, width * height - 1))
    if board[point] == FREE:
        board = board[:point] + "x" + board[point + 1 :]
    return board, width, height, point


def walk(board: str, width: int, height: int, point: int, down: int, right: int) -> tuple[list[int], str]:
    """The stones like this one next to it in one direction, and what comes after them."""
    like, row, column = board[point], point // width + down, point % width + right
    passed: list[int] = []
    while 0 <= row < height and 0 <= column < width:
        if board[row * width + column] != like:
            return passed, board[row * width + column]
        passed.append(row * width + column)
        row, column = row + down, column + right
    return passed, ""


@given(boards())
def test_runs_are_what_walking_finds(given_board: tuple[str, int, int, int]) -> None:
    board, width, height, point = given_board
    for run, (down, right) in zip(runs_through(board, grid(width, height), point), DIRECTIONS, strict=True):
        back, before = walk(board, width, height, point, -down, -right)
        ahead, after = walk(board, width, height, point, down, right)
        assert sorted(run.points) == sorted([*back, point, *ahead])
        assert (run.stone, run.before, run.after) == (board[point], before, after)


@given(boards())
def test_runs_go_on_at_the_opposite_edge_where_edges_meet(given_board: tuple[str, int, int, int]) -> None:
    board, width, height, point = given_board
    for run, (down, right) in zip(wrapped_runs(board, width, height, point), DIRECTIONS, strict=True):
        line = [point]
        while (step := around(line[-1], down, right, width, height)) != point:
            line.append(step)
        stones = "".join(board[each] for each in line)
        if set(stones) == {board[point]}:
            expected = set(line)
        else:
            ahead, behind = (
                len(stones) - len(stones.lstrip(board[point])),
                len(stones) - len(stones.rstrip(board[point])),
            )
            expected = {*line[:ahead], *line[len(line) - behind :]}
        assert set(run.points) == expected
        assert len(run.points) == len(expected), "no point counts twice"


def around(point: int, down: int, right: int, width: int, height: int) -> int:
    row, column = divmod(point, width)
    return (row + down) % height * width + (column + right) % width


@given(boards(), st.integers(2, 6), st.booleans())
def test_winning_points_are_the_runs_that_win(given_board: tuple[str, int, int, int], length: int, exact: bool) -> None:
    board, width, height, point = given_board
    expected = set()
    for down, right in DIRECTIONS:
        back, _ = walk(board, width, height, point, -down, -right)
        ahead, _ = walk(board, width, height, point, down, right)
        run = [*back, point, *ahead]
        if len(run) == length or (len(run) > length and not exact):
            expected |= set(run)
    line = Exactly(length) if exact else AtLeast(length)
    assert winning_points(line, runs_through(board, grid(width, height), point)) == tuple(sorted(expected))


@pytest.mark.parametrize(("ends", "blocked"), [("..", 0), ("o.", 1), (".o", 1), ("oo", 2)])
def test_opposing_stones_block_a_run(ends: str, blocked: int) -> None:
    assert Run("x", range(1, 4), ends[0], ends[1]).blocked == blocked


def test_the_edge_of_the_board_does_not_block() -> None:
    across = runs_through("xxxo.....", grid(3, 3), 1)[0]
    assert (across.length, across.before, across.after, across.blocked) == (3, "", "", 0)


def test_a_position_tells_the_runs_of_a_stone_not_yet_placed() -> None:
    position = LinePosition(width=5, height=1, board="xx.xo")
    run = position.runs(2)[0]
    assert (run.length, run.blocked, list(run.points)) == (4, 1, [0, 1, 2, 3])


@pytest.mark.parametrize(
    ("size", "stars"),
    [
        (5, "c3"),
        (6, ""),
        (9, "c3 c7 e5 g3 g7"),
        (13, "d4 d10 g7 j4 j10"),
        (15, "d4 d12 h8 l4 l12"),
        (19, "d4 d10 d16 j4 j10 j16 p4 p10 p16"),
        (20, "d4 d17 q4 q17"),
    ],
)
def test_star_points_of_usual_boards(size: int, stars: str) -> None:
    assert {mark.cell for mark in grid(size, size).stars} == set(stars.split())
