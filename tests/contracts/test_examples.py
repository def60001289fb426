"""The examples keep every promise that installed games keep, and stay as small as they claim to be."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from gamehall.game import Ruleset
from gamehall.testing import check_ruleset, perft
from rig.tree import ROOT

EXAMPLES = {"six_row": 25, "nim": 80}  # the most lines that each may have


def rulesets(name: str) -> list[Ruleset[Any, Any]]:
    file = ROOT / "examples" / name / f"gamehall_{name}.py"
    spec = importlib.util.spec_from_file_location(f"gamehall_{name}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: list[Ruleset[Any, Any]] = module.gamehall_rulesets()
    return found


def test_every_example_is_held_to_this() -> None:
    assert {path.name for path in (ROOT / "examples").iterdir() if path.is_dir()} == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_size(name: str) -> None:
    lines = (ROOT / "examples" / name / f"gamehall_{name}.py").read_text().splitlines()
    assert len(lines) <= EXAMPLES[name]


@pytest.mark.parametrize("name", EXAMPLES)
def test_promises(name: str) -> None:
    (ruleset,) = rulesets(name)
    check_ruleset(ruleset)


def test_nim_is_won_by_the_rule_of_the_sum() -> None:
    """Whoever makes the exclusive or of all heaps 0 wins; from heaps of 1, 3 and 5 one first move does."""
    (nim,) = rulesets("nim")

    def wins(position: Any) -> bool:
        return any(not wins(nim.play(position, move)) for move in nim.moves(position))

    start = nim.start(nim.Options())
    assert start.left == (1, 3, 5)
    winning = [move for move in nim.moves(start) if not wins(nim.play(start, move))]
    assert winning == [move for move in nim.moves(start) if _sum(nim.play(start, move).left) == 0]
    assert len(winning) == 1
    assert perft(nim, 1) == 9


def _sum(heaps: tuple[int, ...]) -> int:
    total = 0
    for heap in heaps:
        total ^= heap
    return total
