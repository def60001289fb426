"""Games taken home by the command line, and their records proven without a hall."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

import gamehall_gomoku_rules
from gamehall.records.chain import JSON
from gamehall.testing.hall import open_hall
from rig.changing import ChangingPlugin, pile
from rig.command import CONFLICT, DONE, FAILED, NOT_FOUND, USAGE
from rig.command import Run as Bare
from rig.hall import InstallPlugin
from rig.records import random_game

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def rules(install_plugin: InstallPlugin) -> ChangingPlugin:
    return ChangingPlugin(install_plugin)


@pytest.fixture
def called(bare: Bare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `gamehall …` in the test's folder: the exit code, and what it printed for programs and for people."""
    monkeypatch.setenv("GAMEHALL_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'hall.db'}")

    def call(*arguments: str) -> tuple[int, str, str]:
        ended = bare(*arguments)
        return ended.code, ended.out, ended.err

    return call


@pytest.fixture
def games(rules: ChangingPlugin, tmp_path: Path) -> dict[str, str]:
    """A hall's games: one of ada and bob that was won, and one of ada and cyd that is running."""
    with open_hall(tmp_path, strict=False) as hall:
        ada, bob, cyd = (hall.user(name) for name in ("ada", "bob", "cyd"))
        found = {}
        for name, other, moves in (("won", bob, "take-1 take-2 take-3 take-3"), ("active", cyd, "take-2")):
            opponent = "bob" if other is bob else "cyd"
            challenge = ada("POST", "/challenges", ruleset="pile", opponent=opponent, seat=0)
            found[name] = other("POST", f"/challenges/{challenge['id']}/respond", action="accept")["game_id"]
            for ply, move in enumerate(moves.split()):
                (ada, other)[ply % 2]("POST", f"/games/{found[name]}/moves", move=move)
    return found


@pytest.fixture
def run(called: Run, games: dict[str, str]) -> Run:
    return lambda *arguments: called(*(a for a in arguments if a == "--json"), "games", "export", *_others(arguments))


def _others(arguments: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(argument for argument in arguments if argument != "--json")


def test_a_game_is_taken_home(
    run: Run, called: Run, games: dict[str, str], rules: ChangingPlugin, tmp_path: Path
) -> None:
    code, out, _ = run(games["won"])
    assert (code, json.loads(out)["id"]) == (DONE, games["won"])
    assert run(games["won"], "--out", "game.json") == (DONE, "Wrote game.json.\n", "")
    assert (tmp_path / "game.json").read_text() == out
    (tmp_path / "game.json").write_text("mine")
    for many in ((games["won"],), ("--all",)):
        code, _, err = run(*many, "--out", "game.json")
        assert (code, "gamehall --yes" in err, (tmp_path / "game.json").read_text()) == (CONFLICT, True, "mine")
    assert called("--yes", "games", "export", games["won"], "--out", "game.json")[0] == DONE
    assert (tmp_path / "game.json").read_text() == out
    code, text, _ = run(games["won"], "--format", "text")
    assert text.startswith("Pile, 9×1")
    assert "\n1 . . . . . . . . .\n  a b c d e f g h i\n" in text
    assert "\n1 S S S S S S . . .\n" in run(games["won"], "--format", "text", "--ply", "2")[1]
    data = json.loads(run("--json", games["won"], "--format", "text")[1])["data"]
    assert data == {"format": "text", "content": text}
    code, out, _ = run("--json", games["won"], "--format", "nothing")
    assert (code, json.loads(out)["error"]["code"]) == (NOT_FOUND, "unknown-format")
    assert run(games["won"], "--ply", "9")[0] == NOT_FOUND
    assert run("nothing")[0] == NOT_FOUND
    assert run(games["won"], "--out", "absent/game.json")[0] == FAILED
    assert run("--json", games["won"], "--format", "png")[0] == USAGE, "a picture is no text"
    assert run(games["won"], "--format", "png", "--out", "game.png")[0] == DONE
    rules.vanish()
    assert run(games["won"], "--format", "text")[1] == text.replace("Pile", "pile")


def test_many_games_are_taken_home_at_once(run: Run, games: dict[str, str], tmp_path: Path) -> None:
    assert run("--all", "--out", "all.zip") == (DONE, "Wrote 2 games to all.zip.\n", "")
    with ZipFile(tmp_path / "all.zip") as zipped:
        names = [f"pile-{games['active']}.json", f"pile-{games['won']}.json", "contents.json"]
        assert zipped.namelist() == names
        assert zipped.read(names[1]).decode() == run(games["won"])[1]
    for chosen, expected in (
        (("--player", "bob"), ["won"]),
        (("--player", "ada"), ["active", "won"]),
        (("--player", "ada", "--status", "finished"), ["won"]),
        (("--all", "--ruleset", "nothing"), []),
    ):
        code, out, _ = run("--json", *chosen, "--format", "sgf", "--out", f"{chosen[-1]}.zip")
        assert (code, json.loads(out)["data"]["games"]) == (DONE, len(expected))
        with ZipFile(tmp_path / f"{chosen[-1]}.zip") as zipped:
            assert zipped.namelist() == [*(f"pile-{games[name]}.sgf" for name in expected), "contents.json"]
    assert "Wrote 0 games to psq.zip. 2 cannot be told" in run("--all", "--format", "psq", "--out", "psq.zip")[1]


def test_what_is_meant_has_to_be_said(run: Run, games: dict[str, str]) -> None:
    for arguments in (
        (),
        ("--all",),
        ("--all", games["won"], "--out", "x"),
        ("--player", "ada"),
        (games["won"], "--status", "active"),
        ("--all", "--ply", "1", "--out", "x"),
    ):
        assert run(*arguments)[0] == USAGE, arguments
    assert run("--player", "nobody", "--out", "x")[0] == NOT_FOUND
    assert run("--all", "--format", "nothing", "--out", "x")[0] == NOT_FOUND
    assert run("--all", "--out", "absent/x")[0] == FAILED


# -- Proven


def test_a_record_of_the_hall_is_proven(called: Run, games: dict[str, str], tmp_path: Path) -> None:
    called("games", "export", games["won"], "--out", "game.json")
    (tmp_path / "hall.db").unlink()
    code, out, _ = called("verify", "game.json")
    assert (code, out) == (DONE, "Proven: game.json has 4 moves of pile. The rules are version 1.\n")
    data = json.loads(called("--json", "verify", "game.json")[1])["data"]
    assert (data["game_id"], data["differences"]) == (games["won"], [])


def test_what_differs_is_named_with_its_ply(called: Run, games: dict[str, str], tmp_path: Path) -> None:
    called("games", "export", games["won"], "--out", "game.json")
    content = (tmp_path / "game.json").read_text()
    (tmp_path / "game.json").write_text(content.replace('"move":"take-2"', '"move":"take-1"'))
    code, out, err = called("verify", "game.json")
    assert (code, out) == (CONFLICT, "")
    assert "game.json is not what it says." in err
    assert "ply 2: move 2 (take-1) does not fit its hash." in err
    code, out, _ = called("--json", "verify", "game.json")
    answer = json.loads(out)
    assert (code, answer["ok"], answer["error"]["code"]) == (CONFLICT, False, "conflict")
    assert answer["data"]["differences"][0] == {"ply": 2, "sentence": "move 2 (take-1) does not fit its hash"}


def test_other_rules_do_not_prove_it(called: Run, games: dict[str, str], rules: ChangingPlugin, tmp_path: Path) -> None:
    called("games", "export", games["won"], "--out", "game.json")
    rules.become(pile(2, "refused"))
    code, _, err = called("verify", "game.json")
    assert code == CONFLICT
    assert "It was played by version 1 of the rules; installed is 2." in err
    assert "ply 3: move 3 (take-3) is not allowed" in err
    rules.become(pile(3, "same"))
    assert called("verify", "game.json")[0] == DONE
    rules.vanish()
    code, _, err = called("verify", "game.json")
    assert (code, "not installed here" in err) == (NOT_FOUND, True)


def test_a_long_list_of_differences_is_cut(called: Run, tmp_path: Path) -> None:
    (gomoku,) = (game for game in gamehall_gomoku_rules.gamehall_rulesets() if game.key == "gomoku")
    content = JSON.write(random_game(gomoku, 1, longest=15))
    (tmp_path / "game.json").write_bytes(re.sub(rb'"position":"[0-9a-f]{4}', b'"position":"0000', content))
    code, _, err = called("verify", "game.json")
    assert code == CONFLICT
    assert err.count("does not fit its hash") == 15
    assert "ply 5: the position after move 5" in err
    assert "and 10 more." in err


@pytest.mark.parametrize("content", [b"", b"nothing", b"{}", b'{"format":"gamehall-1"}', b"\xff"])
def test_a_file_that_cannot_be_read(called: Run, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "game.json").write_bytes(content)
    code, _, err = called("verify", "game.json")
    assert code == FAILED
    assert err.startswith("gamehall: ")
    assert called("verify", "absent.json")[0] == FAILED
    assert called("verify")[0] == USAGE
