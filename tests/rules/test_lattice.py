"""Lattices: where cells are, and that every line of them is drawn."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise, product
from math import dist

from hypothesis import given
from hypothesis import strategies as st

from gamehall.lattice import Lattice, Point


def test_the_lattice_has_every_line() -> None:
    for kind, (width, height) in product(("points", "squares"), ((3, 3), (9, 10))):
        path = Lattice(kind, width, height).path
        extra = kind == "squares"
        assert (path.count("H"), path.count("V")) == (height + extra, width + extra)


@given(st.integers(1, 12), st.integers(1, 12))
def test_hexes_touch_those_that_a_scene_says_they_touch(width: int, height: int) -> None:
    lattice = Lattice("hexes", width, height)
    places = [(row, column) for row in range(height) for column in range(width)]
    for row, column in places:
        x, y = lattice.middle(row, column)
        assert 0.5 <= x <= lattice.across - 0.5
        assert 0.5 <= y <= lattice.down - 0.5
        touching = {other for other in places if 0 < dist((x, y), lattice.middle(*other)) < 1.1}
        beside = {(row, column - 1), (row, column + 1)}
        above, below = {(row - 1, column), (row - 1, column + 1)}, {(row + 1, column), (row + 1, column - 1)}
        assert touching == (beside | above | below) & set(places)


@given(st.integers(1, 12), st.integers(1, 12))
def test_a_comb_has_every_side_of_every_hex_once(width: int, height: int) -> None:
    sides: Counter[frozenset[Point]] = Counter()
    for stroke in Lattice("hexes", width, height).strokes:
        for one, other in pairwise(stroke):
            sides[frozenset([(round(one[0], 1), round(one[1], 1)), (round(other[0], 1), round(other[1], 1))])] += 1
    # Six for each hex, of which those between two hexes were counted twice.
    shared = height * (width - 1) + (height - 1) * (2 * width - 1)
    assert (len(sides), sum(sides.values())) == (6 * width * height - shared,) * 2


@given(st.sampled_from(["points", "squares", "hexes"]), st.integers(1, 12), st.integers(1, 12))
def test_the_path_goes_where_the_strokes_go(kind: str, width: int, height: int) -> None:
    """Follows the path as a pen would."""
    lattice = Lattice(kind, width, height)
    drawn: list[list[Point]] = []
    for command, x, y in re.findall(r"([MLHV])(-?[.\d]+)(?: (-?[.\d]+))?", lattice.path):
        at = drawn[-1][-1] if drawn else (0.0, 0.0)
        to = (at[0], float(x)) if command == "V" else (float(x), at[1]) if command == "H" else (float(x), float(y))
        if command == "M":
            drawn.append([to])
        else:
            drawn[-1].append(to)
    assert [tuple(stroke) for stroke in drawn] == [*lattice.strokes]


@given(st.sampled_from(["points", "squares", "hexes"]), st.integers(1, 12), st.integers(1, 12))
def test_edges_go_round_the_board_along_its_lines(kind: str, width: int, height: int) -> None:
    lattice = Lattice(kind, width, height)
    lines = {frozenset(pair) for stroke in lattice.strokes for pair in pairwise(stroke)}
    top, right, bottom, left = lattice.edges
    if kind == "hexes":
        assert {frozenset(pair) for stroke in lattice.edges for pair in pairwise(stroke)} <= lines
    middles = [[sum(values) / len(values) for values in zip(*edge, strict=True)] for edge in (top, right, bottom, left)]
    assert middles[0][1] < lattice.down / 2 + 0.5 > lattice.down - middles[2][1]
    assert middles[3][0] <= middles[1][0]
    assert top[0][0] <= top[-1][0]
    turned = {(round(lattice.across - x, 2), round(lattice.down - y, 2)) for x, y in top}
    assert turned == {(round(x, 2), round(y, 2)) for x, y in bottom}
