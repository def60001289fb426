"""The traps of docs/trust.md against the tests that it names."""

from __future__ import annotations

import re

from rig.evidence import is_there
from rig.tree import ROOT

PAGE = (ROOT / "docs/trust.md").read_text()
TRAPS = PAGE.partition("## Traps of the stack\n")[2].partition("\n## ")[0]
ROWS = [
    line.strip("| ").split(" | ") for line in TRAPS.splitlines() if line.startswith("| ") and "| held by" not in line
]


def test_every_place_that_the_page_names_is_there() -> None:
    named = re.findall(r"`((?:tests|plugins)/[^`]+)`", PAGE)
    named += [f"tests/faults/{name}" for name in re.findall(r"`(test_\w+\.py)`", PAGE)]
    assert len(named) > 80
    assert {place for place in named if not is_there(place)} == set()


def test_each_trap_is_held_by_tests() -> None:
    assert len(ROWS) == 34
    for row in ROWS:
        trap, _instead, tests = row
        assert re.fullmatch(r"(`(tests|plugins)/[^` ]+::test_\w+` ?)+", tests), trap
