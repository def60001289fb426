"""The manual scenarios run by themselves. All of them take minutes: here are some that touch everything they share."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rig.server import without_settings
from rig.tree import ROOT


@pytest.mark.usefixtures("display")  # names what a virtual screen needs, where that is missing
def test_scenarios_walk_by_themselves(tmp_path: Path) -> None:
    wanted = ["wrong_password", "unknown_certificate", "no_screen"]
    command: list[str | Path] = [sys.executable, "-m", "scenarios", "--pictures", tmp_path / "pictures", *wanted]
    variables = without_settings(tmp_path / "data") | {"PYTHONPATH": str(ROOT / "tests")}
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 of 3 are as they should be." in done.stdout
    assert {file.stem for file in (tmp_path / "pictures").iterdir()} == set(wanted)
