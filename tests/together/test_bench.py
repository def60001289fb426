"""The benches run, at a fraction of their size, and docs/scale.md has no figure that they do not print."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rig.tree import ROOT

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(1_800)]

_KEY = re.compile(r"[a-z_]+\.[a-z_]+")
_NUMBER = re.compile(r"[\d,]+\.\d+")


def bench(*names: str, **variables: str) -> str:
    """What benches print."""
    own = {"PYTHONPATH": str(ROOT / "tests"), "BENCH_SIZE": "0.02"} | variables
    command = [sys.executable, "-m", "bench", *names]
    ended = subprocess.run(command, cwd=ROOT, env=os.environ | own, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def rows(printed: str, scenario: str) -> dict[tuple[str, str], list[float]]:
    """The figures of a scenario's table, the ratio last, by what was done and by whom."""
    (table,) = re.findall(rf"^== {scenario}\n(.*?)(?=^==|^took|\Z)", printed, re.M | re.S)
    found = {}
    for line in table.splitlines():
        if row := re.match(r"(.{20}) ([a-z]*) +(?=\d)(.*)", line):
            found[row[1].strip(), row[2]] = [float(each.replace(",", "")) for each in _NUMBER.findall(row[3])]
    return found


def documented() -> set[str]:
    """The keys that stand first in a row of a table in docs/scale.md."""
    return set(re.findall(rf"^\| `({_KEY.pattern})` \|", (ROOT / "docs/scale.md").read_text(), re.M))


def test_the_hall_is_measured_beside_a_bare_server() -> None:
    printed = bench("play", "push", "spectate", "page")
    for scenario, cases in {"play": 2, "push": 2, "spectate": 2, "page": 2}.items():
        found = rows(printed, scenario)
        assert len(found) == 3 * cases, found
        for (case, who), figures in found.items():
            assert len(figures) == len(found[case, "bare"]) + (who != "bare"), "a ratio beside each of ours"
            assert who == "bare" or figures[-1] > 0, (case, who)


def test_a_hall_that_grows_is_measured_beside_itself() -> None:
    found = rows(bench("growth"), "growth")
    assert {who for _, who in found} == {"sqlite", "postgresql"}
    for before, after, ratio in found.values():
        assert ratio == pytest.approx(after / before, abs=0.02, rel=0.02)
    for case in ("move 1–20", "lobby page", "games going on"):
        assert (case, "postgresql") in found, found


def test_starts_are_measured() -> None:
    assert {case for case, _ in rows(bench("start"), "start")} >= {"gamehall --help", "serve, again"}


def test_what_has_become_slower_is_said(tmp_path: Path) -> None:
    printed = bench("rules")
    found = rows(printed, "rules")
    assert {case for case, _ in found} >= {"gomoku", "renju", "pente"}
    before = {"rules.gomoku.gamehall.ratio": 0.5, "rules.renju.gamehall.ratio": 1e6, "of old.ratio": 1.0}
    run = {"at": "then", "commit": "abc", "machine": printed.partition(", commit ")[0], "size": 0.02}
    history = tmp_path / "history.jsonl"
    history.write_text(
        json.dumps(run | {"figures": before}) + "\n" + json.dumps(run | {"size": 1, "figures": {}}) + "\n"
    )
    again = bench("rules", BENCH_HISTORY=str(history))
    _, _, said = again.partition("than in the run of then, commit abc\n")
    slower, counted, *_ = said.splitlines()
    assert slower.split()[:2] == ["rules.gomoku.gamehall", "0.50"]
    assert counted == "1 of 2 ratios"
    assert len(history.read_text().splitlines()) == 2, "only whole runs are kept"


def test_what_one_of_everything_costs() -> None:
    printed = re.finditer(rf"^({_KEY.pattern}) +(.*)$", bench("units"), re.M)
    kept = {found[1]: found[2].split() for found in printed}
    figures = {key: [each for each in row[:3] if re.fullmatch(r"[\d,.]+", each)] for key, row in kept.items()}
    assert all(figures.values()), figures
    for key in ("disk.move", "disk.game", "move.log", "move.statements", "worker.memory"):
        assert len(figures[key]) == 2, "on each database"
        assert all(float(each.replace(",", "")) > 0 for each in figures[key]), key
    assert {key for key in documented() if not key.startswith("statements.")} == set(kept)


def test_statements_in_a_hall_with_many_games() -> None:
    printed = re.findall(rf"^ +({_KEY.pattern}) +([\d.]+)", bench("statements"), re.M)
    assert {key for key in documented() if key.startswith("statements.")} == {key for key, _ in printed}
    counts = [int(number) for key, number in printed if key == "statements.compared"]
    assert len(counts) == 2, "on each database"
    assert min(counts) >= 40  # about what the hall asks for lists, pages and a move
