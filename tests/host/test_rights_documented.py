"""What the documents say of who may what, and of what can go wrong, against what there is."""

from __future__ import annotations

import re

from gamehall.problems import known_problems
from rig.command import Run
from rig.tree import ROOT


def test_every_route_is_in_the_table(bare: Run) -> None:
    table = bare("routes", "--markdown").out
    said = (ROOT / "docs/rights.md").read_text()
    assert table in said, "put into docs/rights.md what `gamehall routes --markdown` prints"


def test_every_problem_is_in_the_table() -> None:
    section = (ROOT / "docs/api.md").read_text().partition("## What can go wrong")[2].partition("\n## ")[0]
    rows = [
        (statuses, set(re.findall(r"`([a-z-]+)`", names)))
        for statuses, names in re.findall(r"\| ([\d, ]+) \| (.*) \|", section)
    ]
    wrong = [
        slug
        for slug, status in known_problems().items()
        if not any(slug in slugs and str(status) in statuses.split(", ") for statuses, slugs in rows)
    ]
    assert wrong == [], "these are missing from docs/api.md"
