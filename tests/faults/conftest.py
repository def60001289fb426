"""What every test of a fault keeps, and how it is judged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faults.history import History
from faults.verdict import Verdict, judge
from rig.soak import Figure

Judge = Callable[[str, str], Verdict]


@pytest.fixture
def history(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[History]:
    """Pytest shows where it is only when the test has failed."""
    history = History(tmp_path / "history.jsonl")
    yield history
    history.close()
    request.node.add_report_section("teardown", "history", str(history.file))


@pytest.fixture
def nothing_lost(history: History, figure: Figure) -> Judge:
    """Judges what the history tells of a hall at (database, address) that is at rest, keeps the figures, and asserts
    that there is no fault."""

    def judged(database_url: str, url: str) -> Verdict:
        verdict = judge(history, database_url, url)
        figure("acknowledged", verdict.acknowledged)
        figure("unknown", verdict.unknown)
        figure("lost", verdict.count("lost", "invented", "unresolved"))
        figure("doubled", verdict.count("doubled"))
        figure("forked", verdict.count("forked", "re-ordered"))
        figure("boards", verdict.count("board"))
        figure("missed", verdict.count("missed", "resync"))
        figure("told twice", verdict.count("told twice"))
        figure("5xx", verdict.count("5xx"))
        assert verdict.faults == [], json.dumps(verdict.faults[:20], indent=1)
        return verdict

    return judged
