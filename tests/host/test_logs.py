"""What the log makes of texts that somebody sent."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from gamehall.logs import configure_logs, log_as_ours
from gamehall.origins import Origin, asked_from, at_work
from gamehall.settings import Settings
from rig.command import Run, logs_as_they_were
from rig.hall import InstallPlugin

SLY = "/games\n2026-01-01T00:00:00.000Z ERROR gamehall: forged\r\x1b[31m\u2028\u202e\ud800 hall_" + "A1b2" * 12
SPEAKERS = {"gamehall.test", "gamehall_quoits.board", "httpx", "sqlalchemy.pool"}
WRITTEN_OUT = r"/games\n2026-01-01T00:00:00.000Z ERROR gamehall: forged\r\x1b[31m\u2028\u202e\ud800 …"


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    with logs_as_they_were():
        yield


def begin(settings: Settings) -> None:
    """Writes this process's log as a hall with these settings does; pytest, which cannot write half a character, does
    not listen. What others say meanwhile, such as of tasks of a test before that are let go just now, is left out."""
    configure_logs(settings)
    root = logging.getLogger()
    root.handlers = root.handlers[-1:]
    root.handlers[0].addFilter(lambda record: record.name in SPEAKERS)


def written(kind: Literal["text", "json"], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines of two events, of which the second is an exception."""
    begin(Settings(log=kind))
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


def test_every_package_writes_in_this_shape(capsys: pytest.CaptureFixture[str]) -> None:
    """Plugins as much as the hall does, libraries what is a warning at least: below that they tell addresses."""
    begin(Settings(log="json", log_level="debug"))
    log_as_ours("gamehall_quoits")
    for name in ("gamehall.test", "gamehall_quoits.board", "httpx"):
        for level in (logging.DEBUG, logging.WARNING):
            logging.getLogger(name).log(level, "something")
    found = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(each["logger"], each["level"], each.get("plugin")) for each in found] == [
        ("gamehall.test", "debug", None),
        ("gamehall.test", "warning", None),
        ("gamehall_quoits.board", "debug", "quoits"),
        ("gamehall_quoits.board", "warning", "quoits"),
        ("httpx", "warning", None),
    ]


def test_a_line_says_for_whom_it_was_written(capsys: pytest.CaptureFixture[str]) -> None:
    scope = {"method": "GET", "path_template": "/quoits/{name}"}
    begin(Settings())
    log = logging.getLogger("gamehall.test")
    with asked_from(Origin(request="5f3e", scope=scope)):
        log.warning("one")
        with at_work("quoits"):
            log.warning("two ]: three")
    with at_work("quoits"):
        log.warning("four", extra={"block": ["five", SLY]})
    lines = [line.partition(" ")[2] for line in capsys.readouterr().err.splitlines()]
    assert lines == [
        "WARNING gamehall.test [request 5f3e GET /quoits/{name}]: one",
        "WARNING gamehall.test [request 5f3e GET /quoits/{name} plugin quoits]: two ]: three",
        "WARNING gamehall.test [plugin quoits]: four",
        " five",
        f" {WRITTEN_OUT}",
    ]


@pytest.mark.parametrize("kind", ["text", "json"])
@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("no route to postgresql://hall:s3cr3t-pass@db/hall", "s3cr3t-pass"),
        ("Key (email_key)=(ada@example.org) already exists.", "ada@example"),
        ("GET /search?q=ada&page=2 failed", "q=ada"),
        ("{'password': 'hunter2', 'name': 'ada'}", "hunter2"),
        ("Cookie: gamehall_session=abc; theme=dark", "abc"),
        ("Authorization: Token hall_short", "hall_short"),
    ],
)
def test_what_could_be_used_or_is_somebodys_is_cut_out(
    kind: Literal["text", "json"], said: str, secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    begin(Settings(log=kind))
    log = logging.getLogger("sqlalchemy.pool")
    try:
        raise ValueError(said)
    except ValueError:
        log.exception("it said: %s", said, extra={"block": [said]})
    told = capsys.readouterr().err
    assert secret not in told
    assert told.count("…") >= 3  # in the message, the trace and the block


def test_what_an_operator_needs_is_not_taken_for_a_secret(capsys: pytest.CaptureFixture[str]) -> None:
    said = (
        "SELECT user.password_hash FROM user WHERE user.id = ? AND user.name LIKE ? -- 01hzzzzzzzzzzzzzzzzzzzzzzz @ada"
    )
    begin(Settings())
    logging.getLogger("gamehall.test").warning(said)
    assert capsys.readouterr().err.endswith(f": {said}\n")


def test_commands_write_in_this_shape_too(
    gamehall: Run, install_plugin: InstallPlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_plugin("quoits", "import logging\nlogging.getLogger(__name__).debug('hello')\nraise OSError('lost')")
    failed = "ERROR gamehall.plugins [plugin quoits]: plugin quoits stays off after compatible: OSError: lost"
    said = "DEBUG gamehall_quoits [plugin quoits]: hello"
    for option, told in (("-q", [failed]), ("-v", [said, failed])):
        lines = [line.partition(" ")[2] for line in gamehall(option, "db", "status").err.splitlines()]
        assert lines == told
    monkeypatch.setenv("GAMEHALL_DEBUG", "on")
    first, *block = gamehall("users", "list").err.splitlines()
    assert re.search(r" DEBUG gamehall\.debug: this command: \d+ statements took [\d.]+ ms$", first)
    assert any(" ms  SELECT " in line for line in block)
