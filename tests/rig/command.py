"""The command line as it is called, in this process: a process of its own costs more than a second for each command."""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from gamehall.cli import main

DONE, FAILED, USAGE, NOT_FOUND, REFUSED, CONFLICT = range(6)


@dataclass(frozen=True)
class Ended:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def envelope(self) -> dict[str, Any]:
        """What `--json` printed, which must be one object."""
        found: dict[str, Any] = json.loads(self.out)
        assert set(found) == {"ok", "data", "error"}
        assert found["ok"] == (self.code == DONE) == (found["error"] is None)
        return found

    @property
    def rows(self) -> list[list[str]]:
        return [line.split("\t") for line in self.out.splitlines()]


class Run(Protocol):
    def __call__(self, *arguments: str, stdin: str = "") -> Ended: ...


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `gamehall …` with an empty data folder of the test's own."""
    for name in list(os.environ):
        if name.startswith("GAMEHALL_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GAMEHALL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, stdin: str = "") -> Ended:
        monkeypatch.setattr(sys, "argv", ["gamehall", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Ended(int(ended.value.code or 0), printed.out, printed.err)

    return call
