"""The benches run, at a fraction of their size, and docs/scale.md has no figure that they do not print."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from rig.tree import ROOT

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(1_800)]

_KEY = re.compile(r"[a-z_]+\.[a-z_]+")


def bench(name: str) -> str:
    """What a bench prints."""
    variables = os.environ | {"PYTHONPATH": str(ROOT / "tests"), "BENCH_SIZE": "0.02"}
    command = [sys.executable, "-m", "bench", name]
    ended = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def documented() -> set[str]:
    """The keys that stand first in a row of a table in docs/scale.md."""
    return set(re.findall(rf"^\| `({_KEY.pattern})` \|", (ROOT / "docs/scale.md").read_text(), re.M))


def test_what_one_of_everything_costs() -> None:
    rows = {found[1]: found[2].split() for found in re.finditer(rf"^({_KEY.pattern}) +(.*)$", bench("units"), re.M)}
    figures = {key: [each for each in row[:3] if re.fullmatch(r"[\d,.]+", each)] for key, row in rows.items()}
    assert all(figures.values()), figures
    for key in ("disk.move", "disk.game", "move.log", "move.statements", "worker.memory"):
        assert len(figures[key]) == 2, "on each database"
        assert all(float(each.replace(",", "")) > 0 for each in figures[key]), key
    assert {key for key in documented() if not key.startswith("growth.")} == set(rows)


def test_statements_in_a_hall_with_many_games() -> None:
    printed = re.findall(rf"^ +({_KEY.pattern}) +([\d.]+)", bench("growth"), re.M)
    assert {key for key in documented() if key.startswith("growth.")} == {key for key, _ in printed}
    counts = [int(number) for key, number in printed if key == "growth.statements"]
    assert len(counts) == 2, "on each database"
    assert min(counts) > 50
