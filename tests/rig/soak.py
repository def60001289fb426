"""How much of a long comparison a run makes: a quick share, or with --soak the whole, of which it keeps the figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Share = Callable[[int, int], int]
"""Chooses between (the quick share, the whole)."""

Figure = Callable[[str, float], None]
"""Keeps what was found of a promise, by a key that scripts/figures.py makes a row of."""

FIGURES = ".soak/figures.jsonl"  # `make soak` begins it anew


@pytest.fixture(scope="session")
def share(pytestconfig: pytest.Config) -> Share:
    return lambda quick, whole: whole if pytestconfig.getoption("--soak") else quick


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """By database, where the test is made on each."""
    callspec = getattr(request.node, "callspec", None)
    database = callspec.params.get("database_url", "") if callspec else ""
    file: Path = request.config.rootpath / FIGURES

    def keep(key: str, value: float) -> None:
        if request.config.getoption("--soak"):
            file.parent.mkdir(exist_ok=True)
            with file.open("a") as lines:  # in one write: tests run beside each other
                lines.write(json.dumps({"key": key, "database": database, "value": value}) + "\n")

    return keep
