"""How much of a long comparison a run makes: a quick share, or with --soak the whole, of which it keeps the figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Share = Callable[[int, int], int]
"""Chooses between (the quick share, the whole)."""

Figure = Callable[[str, float], None]
"""Keeps what was found of a promise, by a key that scripts/promises.py makes a row of."""

FIGURES = ".soak/figures.jsonl"  # `make soak` begins it anew


@pytest.fixture(scope="session")
def share(pytestconfig: pytest.Config) -> Share:
    return lambda quick, whole: whole if pytestconfig.getoption("--soak") else quick


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """By the database that the test is about."""
    callspec = getattr(request.node, "callspec", None)
    own = "postgres" if request.node.get_closest_marker("postgres") else "sqlite"
    database = callspec.params.get("database_url", own) if callspec else own
    file: Path = request.config.rootpath / FIGURES

    def keep(key: str, value: float) -> None:
        if request.config.getoption("--soak"):
            file.parent.mkdir(exist_ok=True)
            with file.open("a") as lines:  # in one write: tests run beside each other
                lines.write(json.dumps({"key": key, "database": database, "value": value}) + "\n")

    return keep
