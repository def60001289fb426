"""The examples keep every promise that installed games keep, and stay as small as they claim to be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from gamehall.testing import check_ruleset, perft
from rig.strangers import example_file, example_ruleset
from rig.tree import ROOT

# The most lines that each may have.
EXAMPLES = {
    "breakthrough": 90,
    "chess": 90,
    "connect_four": 40,
    "go": 110,
    "hex": 60,
    "nim": 80,
    "reversi": 80,
    "six_row": 25,
}


def test_every_example_is_held_to_this() -> None:
    assert {path.name for path in (ROOT / "examples").iterdir() if path.is_dir()} == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_size(name: str) -> None:
    lines = example_file(name).read_text().splitlines()
    assert len(lines) <= EXAMPLES[name]


@pytest.mark.parametrize("name", EXAMPLES)
def test_promises(name: str) -> None:
    ruleset = example_ruleset(name)
    check_ruleset(ruleset, games=2)


def test_nim_is_won_by_the_rule_of_the_sum() -> None:
    """Whoever makes the exclusive or of all heaps 0 wins; from heaps of 1, 3 and 5 one first move does."""
    nim = example_ruleset("nim")

    def wins(position: Any) -> bool:
        return any(not wins(nim.play(position, move)) for move in nim.moves(position))

    start = nim.start(nim.Options())
    assert start.left == {"a": 1, "b": 3, "c": 5}
    winning = [move for move in nim.moves(start) if not wins(nim.play(start, move))]
    assert winning == [move for move in nim.moves(start) if _sum(nim.play(start, move).left.values()) == 0]
    assert len(winning) == 1
    assert perft(nim, 1) == 9


def _sum(heaps: Iterable[int]) -> int:
    total = 0
    for heap in heaps:
        total ^= heap
    return total
