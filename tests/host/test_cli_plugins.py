"""`gamehall plugins check` and `new`: a game to start from, and what the kit finds in games that were changed badly."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol

import pytest

from gamehall.testing.rules import PROMISES
from rig.command import CONFLICT, DONE, FAILED, NOT_FOUND, USAGE
from rig.command import Run as Bare
from rig.hall import InstallPlugin
from rig.plugins import CALM


class Run(Protocol):
    def __call__(self, *arguments: str) -> tuple[int, str]:
        """Runs `gamehall plugins …`: the exit code, and what it printed on both ways."""


class AddGame(Protocol):
    def __call__(self, name: str, old: str = "", new: str = "") -> None:
        """Installs the game that `plugins new` writes, this text of it replaced by another."""


@pytest.fixture
def run(bare: Bare) -> Run:
    def call(*arguments: str) -> tuple[int, str]:
        options = [each for each in arguments if each == "--json"]
        ended = bare(*options, "plugins", *(a for a in arguments if a != "--json"))
        return ended.code, ended.out + ended.err

    return call


@pytest.fixture
def add_game(run: Run, install_plugin: InstallPlugin, monkeypatch: pytest.MonkeyPatch) -> AddGame:
    def add(name: str, old: str = "", new: str = "") -> None:
        assert run("new", name)[0] == DONE
        plugin = name.replace("-", "_")
        source = Path(name, f"gamehall_{plugin}.py").read_text()
        assert old in source
        folder = install_plugin(plugin, source.replace(old, new, 1))
        monkeypatch.setenv("PYTHONPATH", str(folder))

    return add


def envelope(printed: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(printed)
    return found


# -- check


def test_a_game_is_reported_promise_by_promise(run: Run, add_game: AddGame) -> None:
    add_game("kept-apart")
    code, printed = run("check", "kept_apart", "--games", "2", "--seed", "3")
    assert code == DONE
    title, *lines = printed.splitlines()
    assert title == "kept-apart of kept_apart"
    assert [line[10:25].strip() for line in lines[: len(PROMISES)]] == list(PROMISES)
    assert {line[:10].strip() for line in lines[: len(PROMISES)]} == {"ok"}
    assert lines[0].endswith("options: board_size; presets: Standard, Quick")
    assert "perft            1: 36, 2: 1040, 3: 23520" in printed
    assert "µs in the median" in printed
    assert lines[-1] == "1 plugins work, 1 rulesets keep their promises."

    formal = envelope(run("--json", "check", "kept_apart", "--games", "2", "--seed", "3")[1])
    assert (formal["ok"], formal["error"]) == (True, None)
    (report,) = formal["data"]["rulesets"]
    assert (report["plugin"], report["ruleset"], report["version"]) == ("kept_apart", "kept-apart", 1)
    assert report["perft"] == [36, 1040, 23520]
    assert 0 < report["times"]["median"] <= report["times"]["slowest"]
    assert [finding["promise"] for finding in report["findings"]] == list(PROMISES)
    for finding in report["findings"]:
        assert finding["ok"]
        assert finding["detail"] in printed
    (plugin,) = formal["data"]["plugins"]
    assert (plugin["name"], plugin["rulesets"]) == ("kept_apart", ["kept-apart"])


def test_what_is_broken_is_told_with_what_to_mend_and_the_way_there(run: Run, add_game: AddGame) -> None:
    add_game("careless", 'Mark(cell, "last")', 'Mark("z99", "last")')
    code, printed = run("check", "careless", "--games", "2")
    assert code == CONFLICT
    lines = printed.splitlines()
    (failed,) = (number for number, line in enumerate(lines) if "FAILED" in line)
    assert lines[failed] == "  FAILED  scenes           the scene names 'z99', which is not on the board of this size"
    assert re.fullmatch(r' {27}in a random game with options {"board_size":6} after [a-f][1-6]', lines[failed + 1])
    assert lines[-1] == "careless: the ruleset careless breaks promises; its report says which"

    formal = envelope(run("--json", "check", "careless", "--games", "2")[1])
    assert (formal["ok"], formal["error"]["code"]) == (False, "conflict")
    (report,) = formal["data"]["rulesets"]
    (finding,) = (finding for finding in report["findings"] if not finding["ok"])
    assert finding["promise"] == "scenes"
    assert finding["detail"] in lines[failed]
    assert finding["way"] in lines[failed + 1]


FAULTY = """\
    class Hanging(Rules):
        key = "hanging"

        def play(self, position, move):
            signal.pause()  # a loop would hang as well, and cost ten seconds of a core

    class Crashing(Rules):
        key = "crashing"

        def play(self, position, move):
            os._exit(7)

    class Leaving(Rules):
        key = "leaving"

        def play(self, position, move):
            sys.exit("no more")

    class Noisy(Rules):
        key = "noisy"

        def play(self, position, move):
            print("noise")
            return super().play(position, move)

    import os
    import signal
    import sys

    return [Hanging(), Crashing(), Leaving(), Noisy()]
"""


def test_rules_that_hang_or_crash_cost_only_their_own_report(run: Run, add_game: AddGame) -> None:
    add_game("faulty", "    return [Rules()]\n", FAULTY)
    code, printed = run("--json", "check", "faulty", "--games", "1", "--seconds", "10")
    assert code == CONFLICT
    reports = {report["ruleset"]: report["findings"] for report in envelope(printed)["data"]["rulesets"]}
    details = {key: findings[0]["detail"] for key, findings in reports.items()}
    assert list(reports) == ["hanging", "crashing", "leaving", "noisy"]
    assert re.fullmatch(
        r"it was not done after 10 seconds; then it was at File .*, line \d+ in play", details["hanging"]
    )
    assert details["crashing"] == "it ended the process with 7"
    assert details["leaving"] == "it ended the process with 1: no more"
    assert all(finding["ok"] for finding in reports["noisy"])


def test_a_plugin_without_rulesets_only_has_to_work(
    run: Run, install_plugin: InstallPlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_plugin("calm", CALM)
    monkeypatch.setenv("PYTHONPATH", str(install_plugin("broken", "raise SystemExit('no more')\n")))
    assert run("check", "calm") == (DONE, "1 plugins work, 0 rulesets keep their promises.\n")
    code, printed = run("check", "broken")
    assert code == CONFLICT
    assert "broken, after compatible: SystemExit: no more" in printed
    assert run("check", "nothing")[0] == NOT_FOUND


# -- info

TALKATIVE = """
import msgspec
from gamehall import hookimpl
from gamehall.declare import Check, CheckResult
from litestar import get


class Settings(msgspec.Struct):
    api_token: str = ""
    limit: int = 3


@hookimpl
def gamehall_settings():
    return [Settings]


@hookimpl
def gamehall_routes(host):
    @get("/api/v1/talkative", opt={"who": "anybody"})
    async def tell() -> str:
        return "hello"

    return [tell]


@hookimpl
def gamehall_checks(host):
    async def ask():
        return CheckResult(False, "it has nothing to say")

    return [Check("words", ask)]
"""


def test_all_about_a_plugin(gamehall: Bare, install_plugin: InstallPlugin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(install_plugin("talkative", TALKATIVE)))
    monkeypatch.setenv("GAMEHALL_CONFIG", str(Path("hall.toml").absolute()))
    Path("hall.toml").write_text('[plugins.talkative]\napi_token = "hush"\nlimit = 7\n')
    assert gamehall("features", "off", "talkative", "--no-wait").code == DONE
    plain, formal = (
        gamehall("plugins", "info", "talkative"),
        gamehall("--json", "plugins", "info", "gamehall-talkative"),
    )
    assert "hush" not in plain.out + formal.out
    data = formal.envelope["data"]
    assert (data["state"], data["stage"], data["reason"]) == ("off", "migrated", "")
    assert data["switched_by"].startswith("command line, ")
    assert data["settings"] == [
        {"key": "api_token", "value": "(hidden)", "default": ""},
        {"key": "limit", "value": 7, "default": 3},
    ]
    assert data["checks"] == {"words": "it has nothing to say"}
    assert data["contributes"]["gamehall_routes"] == ["GET /api/v1/talkative"]
    assert (data["package"]["version"], data["package"]["required_by"]) == ("1.0", [])
    for line in ("limit = 7 (default 3)", "words: it has nothing to say", "GET /api/v1/talkative"):
        assert f"  {line}\n" in plain.out
    origins = gamehall("--json", "config", "show", "--origin").envelope["data"]["origins"]
    assert origins["plugins.talkative.limit"].endswith("hall.toml")


# -- new


def test_a_new_game_is_clean_by_the_tools_of_its_author(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "games" / "mine"
    code, printed = run("--json", "new", "a-game-of-my-own", "--folder", str(folder), "--title", "Mine, O’Hara – 2!")
    assert code == DONE
    data = envelope(printed)["data"]
    assert (data["plugin"], data["ruleset"]) == ("a_game_of_my_own", "a-game-of-my-own")
    assert sorted(data["files"]) == sorted(str(path) for path in folder.rglob("*") if path.is_file())
    assert 'title = "Mine, O’Hara – 2!"' in (folder / "gamehall_a_game_of_my_own.py").read_text()
    assert "$" not in "".join(path.read_text() for path in folder.rglob("*") if path.is_file())
    for tool, *arguments in (["ruff", "format", "--check", "."], ["ruff", "check", "."], ["mypy", "."]):
        done = subprocess.run([sys.executable, "-m", tool, *arguments], cwd=folder, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout.decode()


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["My-Game"], USAGE, "words of small letters and digits, joined by hyphens, such as my-game"),
        (["my_game"], USAGE, "joined by hyphens"),
        (["-game"], USAGE, "No such option"),
        (["2048"], USAGE, "small letters"),
        (["g" * 41], USAGE, "at most 40 characters"),
        (["host"], USAGE, "the name 'host' belongs to the hall"),
        (["my-game", "--title", 'The "best"'], USAGE, "without quotes or backslashes"),
        (["my-game", "--title", " "], USAGE, "1 to 40 characters"),
        (["my-game", "--title", "two\nlines"], USAGE, "cannot be a title"),
        (["gomoku"], CONFLICT, "The name gomoku is taken by the installed plugin gomoku_rules"),
        (["sse-push"], CONFLICT, "The name sse-push is taken by the installed plugin sse_push"),
    ],
)
def test_names_that_a_game_cannot_have(run: Run, arguments: list[str], code: int, complaint: str) -> None:
    before = sorted(Path().iterdir())
    ended, printed = run("new", *arguments)
    assert ended == code
    assert complaint in printed
    assert sorted(path for path in Path().iterdir() if path.name != "data") == before


def test_nothing_is_overwritten(run: Run, tmp_path: Path) -> None:
    (tmp_path / "my-game").mkdir()
    (tmp_path / "my-game/README.md").write_text("mine")
    code, printed = run("new", "my-game")
    assert code == CONFLICT
    assert "my-game is there already" in printed
    assert [(path.name, path.read_text()) for path in (tmp_path / "my-game").iterdir()] == [("README.md", "mine")]
    assert run("new", "my-game", "--folder", "my-game/README.md/deeper")[0] == FAILED
