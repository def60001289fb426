"""What the log makes of texts that somebody sent."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from gamehall.logs import configure_logs
from gamehall.settings import Settings

SLY = "/games\n2026-01-01T00:00:00.000Z ERROR gamehall: forged\r\x1b[31m\u2028\u202e\ud800 hall_" + "A1b2" * 12
WRITTEN_OUT = r"/games\n2026-01-01T00:00:00.000Z ERROR gamehall: forged\r\x1b[31m\u2028\u202e\ud800 …"


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    hall = logging.getLogger("gamehall")
    handlers, level, propagate = hall.handlers, hall.level, hall.propagate
    yield
    hall.handlers, hall.propagate = handlers, propagate
    hall.setLevel(level)


def written(kind: Literal["text", "json"], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines of two events, of which the second is an exception."""
    configure_logs(Settings(log=kind))
    log = logging.getLogger("gamehall.test")
    log.warning("%s was asked for", SLY)
    try:
        raise ValueError(SLY)
    except ValueError:
        log.exception("it failed")
    return capsys.readouterr().err.splitlines()


def is_now(moment: str) -> bool:
    return moment.endswith("Z") and abs(datetime.now(UTC) - datetime.fromisoformat(moment)) < timedelta(minutes=1)


def test_no_text_begins_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = written("text", capsys)
    events = [line for line in lines if not line.startswith("  ")]
    assert [line.split(" ", 1)[1] for line in events] == [
        f"WARNING gamehall.test: {WRITTEN_OUT} was asked for",
        "ERROR gamehall.test: it failed",
    ]
    assert all(is_now(line.split(" ", 1)[0]) for line in events)
    # An exception's text may have lines of its own, but only set in like the trace before it.
    assert "\n".join(lines[-2:]) == "  ValueError: " + WRITTEN_OUT.replace(r"\n", "\n  ", 1)


def test_programs_read_each_event(capsys: pytest.CaptureFixture[str]) -> None:
    events = [json.loads(line) for line in written("json", capsys)]
    assert [(each["level"], each["message"]) for each in events] == [
        ("warning", f"{WRITTEN_OUT} was asked for"),
        ("error", "it failed"),
    ]
    assert all(is_now(each["at"]) and each["logger"] == "gamehall.test" for each in events)
    assert "ValueError: /games" in events[1]["exception"]
    assert "hall_A1b2" not in str(events)
