"""The command line as it is called, in this process: a process of its own costs more than a second for each command."""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from gamehall.cli import main
from gamehall.logs import ACCESS, DEBUG
from rig.server import without_settings

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


@contextmanager
def logs_as_they_were() -> Iterator[None]:
    """Whatever happens in this block to how this process logs is undone at its end."""
    loggers = [logging.getLogger(name) for name in ("", "gamehall", ACCESS, DEBUG)]
    levels, handlers = [each.level for each in loggers], loggers[0].handlers
    try:
        yield
    finally:
        loggers[0].handlers = handlers
        for each, level in zip(loggers, levels, strict=True):
            each.setLevel(level)


class Run(Protocol):
    def __call__(self, *arguments: str, stdin: str = "", typed: str | None = None) -> Ended: ...


class _Terminal(io.StringIO):
    """Where somebody types."""

    def isatty(self) -> bool:
        return True


def call(environment: Mapping[str, str], *arguments: str, stdin: str = "", typed: str | None = None) -> Ended:
    """Runs `gamehall …` with these variables and no others, as in a process of its own; where something is `typed`,
    at a terminal, else with what comes from a file or a pipe."""
    out, err = (
        io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2)
    )  # commands write bytes too
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err), logs_as_they_were():
        for name in set(os.environ) - set(environment):
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["gamehall", *arguments])
        patch.setattr(sys, "stdin", io.StringIO(stdin) if typed is None else _Terminal(typed))
        for module, hook in (
            (sys, "excepthook"),
            (sys, "unraisablehook"),
            (threading, "excepthook"),
            (warnings, "showwarning"),
        ):
            patch.setattr(module, hook, getattr(module, hook))  # so that it is put back
        interrupted = signal.getsignal(signal.SIGINT)
        try:
            with pytest.raises(SystemExit) as ended:
                main()
        finally:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGINT, interrupted)
    printed = (stream.buffer.getvalue().decode() for stream in (out, err))
    return Ended(int(ended.value.code or 0), *printed)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `gamehall …` with an empty data folder of the test's own."""
    for name in list(os.environ):
        if name.startswith("GAMEHALL_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GAMEHALL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    return lambda *arguments, stdin="", typed=None: call(os.environ, *arguments, stdin=stdin, typed=typed)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database whose tables are up to date."""
    folder = tmp_path_factory.mktemp("template")
    command: list[str | Path] = [Path(sys.executable).with_name("gamehall"), "db", "upgrade"]
    subprocess.run(command, env=without_settings(folder), check=True, capture_output=True)
    with sqlite3.connect(folder / "gamehall.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return folder / "gamehall.db"


@pytest.fixture
def gamehall(bare: Run, template: Path, tmp_path: Path) -> Run:
    """Runs `gamehall …` on a hall without users."""
    (tmp_path / "data").mkdir()
    shutil.copy(template, tmp_path / "data")
    return bare
