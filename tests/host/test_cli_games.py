"""`gamehall games`: games seen and taken home, and stored games replayed by the rules that are installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol

import pytest

from gamehall.testing.hall import open_hall
from rig.changing import PILE, ChangingPlugin, pile
from rig.command import CONFLICT, DONE, NOT_FOUND, USAGE
from rig.command import Run as Bare
from rig.hall import InstallPlugin

# What `verify` says of a game of the moves take-1, take-3 for each change: ply, move, sentence and detail.
FOUND = {
    "refused": [2, "take-3", "move 2 (take-3) is not allowed: take-3 is not a legal move here"],
    "position": [1, "take-1", "move 1 (take-1) leads to another position"],
    "turn": [0, "", "somebody else is to move at its beginning"],
    "end": [2, "take-3", "the game is over after move 2 (take-3)"],
    "unreadable": [0, "", "the position at its beginning cannot be read"],
    "raised": [2, "take-3", "the rules fail at move 2 (take-3)"],
}
DETAILS = {
    "refused": "illegal-move",
    "position": "last",
    "turn": "seat 1 instead of seat 0",
    "end": "a win of seat 1 (last-stone) instead of no end",
    "unreadable": "stones",
    "raised": "KeyError: 3",
}


class Run(Protocol):
    def __call__(self, *arguments: str) -> tuple[int, str]:
        """Runs `gamehall games …`: the exit code and what it printed."""


@pytest.fixture
def rules(install_plugin: InstallPlugin) -> ChangingPlugin:
    return ChangingPlugin(install_plugin)


@pytest.fixture
def games(rules: ChangingPlugin, tmp_path: Path) -> dict[str, str]:
    """A hall's games by how they stand: one that is running, one that was won, one that was given up."""
    with open_hall(tmp_path, strict=False) as hall:
        players = [hall.user(name) for name in ("ada", "bob")]
        found = {}
        for name, moves in (("active", "take-1 take-3"), ("won", "take-1 take-2 take-3 take-3"), ("given up", "")):
            challenge = players[0]("POST", "/challenges", ruleset="pile", opponent="bob", seat=0)
            game_id = players[1]("POST", f"/challenges/{challenge['id']}/respond", action="accept")["game_id"]
            for ply, move in enumerate(moves.split()):
                players[ply % 2]("POST", f"/games/{game_id}/moves", move=move)
            found[name] = game_id
        players[0]("POST", f"/games/{found['given up']}/resign")
    return found


@pytest.fixture
def run(games: dict[str, str], bare: Bare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("GAMEHALL_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'hall.db'}")

    def call(*arguments: str) -> tuple[int, str]:
        options = [each for each in arguments if each == "--json"]
        ended = bare(*options, "games", *(a for a in arguments if a != "--json"))
        return ended.code, ended.out

    return call


def verified(run: Run, *arguments: str, code: int = DONE) -> dict[str, Any]:
    """The data of `games verify`, which is there whichever way it ends."""
    ended, out = run("--json", "verify", *arguments)
    assert ended == code, out
    answer = json.loads(out)
    assert answer["ok"] == (code == DONE) == (answer["error"] is None)
    data: dict[str, Any] = answer["data"]
    return data


def test_games_that_replay_the_same(run: Run, rules: ChangingPlugin) -> None:
    assert verified(run) == {"same": 3, "divergences": [], "not_installed": []}
    rules.become(pile(2, "same"))
    assert verified(run) == {"same": 3, "divergences": [], "not_installed": []}
    assert run("verify") == (DONE, "3 games go as before.\n")


@pytest.mark.parametrize("change", FOUND)
def test_a_game_that_goes_another_way_is_named(
    run: Run, games: dict[str, str], rules: ChangingPlugin, change: str
) -> None:
    rules.become(pile(2, change))
    data = verified(run, games["active"], code=CONFLICT)
    (found,) = data["divergences"]
    assert data["same"] == 0
    assert DETAILS[change] in found.pop("detail")
    assert found == {
        "game_id": games["active"],
        "ruleset": "pile",
        "status": "active",
        "stored_version": 1,
        "installed_version": 2,
        "ply": FOUND[change][0],
        "move": FOUND[change][1],
        "what": change,
        "sentence": FOUND[change][2],
    }
    code, out = run("verify", games["active"])
    assert code == CONFLICT
    heads, row, counts = out.splitlines()
    assert heads.split("\t") == ["GAME", "RULESET", "STORED", "INSTALLED", "PLY", "MOVE", "DIFFERENCE", "DETAIL"]
    assert row.split("\t")[:-1] == [games["active"], "pile", "1", "2", *(str(each) or "-" for each in FOUND[change])]
    assert counts == "0 games go as before, 1 go another way."


def test_an_end_that_is_another_one_now(run: Run, games: dict[str, str], rules: ChangingPlugin) -> None:
    for source, sentence, detail in [
        (
            PILE.replace("Outcome(1 - position.turn", "Outcome(position.turn"),
            "the game ends otherwise after move 4 (take-3)",
            "a win of seat 0 (last-stone) instead of a win of seat 1 (last-stone)",
        ),
        (
            PILE.replace("None if position.left else", "None if position.left is not None else"),
            "the game goes on after move 4 (take-3)",
            "no end instead of a win of seat 1 (last-stone)",
        ),
    ]:
        assert source != PILE
        rules.become(source)
        (found,) = verified(run, code=CONFLICT)["divergences"]
        assert (found["game_id"], found["ply"], found["what"]) == (games["won"], 4, "end")
        assert (found["sentence"], found["detail"]) == (sentence, detail)


def test_options_that_are_no_more(run: Run, games: dict[str, str], rules: ChangingPlugin) -> None:
    rules.become(PILE.replace("size", "length"))
    (found,) = verified(run, games["active"], code=CONFLICT)["divergences"]
    assert (found["ply"], found["what"], found["sentence"]) == (0, "unreadable", "its options cannot be read")
    assert "size" in found["detail"]


def test_which_games_are_replayed(run: Run, games: dict[str, str], rules: ChangingPlugin) -> None:
    rules.become(pile(2, "unreadable"))
    for arguments, names in [
        ((), ["active", "won", "given up"]),
        (("--status", "finished"), ["won", "given up"]),
        (("--ruleset", "pile", "--status", "active"), ["active"]),
        ((games["won"], games["active"]), ["active", "won"]),
    ]:
        found = verified(run, *arguments, code=CONFLICT)["divergences"]
        assert [each["game_id"] for each in found] == [games[name] for name in names]
    assert verified(run, "--ruleset", "another")["same"] == 0
    code, out = run("--json", "verify", games["won"], "nothing")
    assert (code, json.loads(out)["error"]["code"]) == (NOT_FOUND, "not-found")


def test_a_ruleset_that_is_gone_is_named_and_no_divergence(
    run: Run, games: dict[str, str], rules: ChangingPlugin
) -> None:
    rules.vanish()
    data = verified(run)
    assert (data["same"], data["divergences"]) == (0, [])
    assert data["not_installed"][0] == {
        "game_id": games["active"],
        "ruleset": "pile",
        "status": "active",
        "stored_version": 1,
    }
    code, out = run("verify")
    assert code == DONE
    assert out.count("its ruleset is not installed") == 3
    assert out.endswith("0 games go as before, 3 have a ruleset that is not installed.\n")


def test_nothing_is_changed_by_looking(run: Run, games: dict[str, str], rules: ChangingPlugin) -> None:
    before = run("--json", "show", games["active"])
    rules.become(pile(2, "refused"))
    verified(run, code=CONFLICT)
    assert run("--json", "show", games["active"]) == before


def test_games_are_listed(run: Run, games: dict[str, str]) -> None:
    code, out = run("list")
    rows = [line.split("\t") for line in out.splitlines()]
    assert (code, rows[0]) == (DONE, ["GAME", "RULESET", "STATUS", "PLY", "PLAYERS", "STARTED"])
    assert [row[:5] for row in rows[1:]] == [
        [games["given up"], "pile", "finished", "0", "ada, bob"],
        [games["won"], "pile", "finished", "4", "ada, bob"],
        [games["active"], "pile", "active", "2", "ada, bob"],
    ]
    for arguments, names in [
        (("--status", "active"), ["active"]),
        (("--player", "bob", "--limit", "1"), ["given up"]),
        (("--ruleset", "another"), []),
    ]:
        _, out = run("--json", "list", *arguments)
        assert [each["id"] for each in json.loads(out)["data"]] == [games[name] for name in names]
    assert run("list", "--player", "nobody")[0] == NOT_FOUND
    assert run("list", "--status", "lost")[0] == USAGE


def test_a_game_is_shown(run: Run, games: dict[str, str]) -> None:
    code, out = run("show", games["won"])
    assert code == DONE
    assert out.splitlines() == [
        f"{games['won']}: pile, version 1, finished after 4 moves",
        "first: ada (ada)",
        "second: bob (bob)",
        "clock: no clock",
        "size: 9",
        "moves: take-1 take-2 take-3 take-3",
        "result: bob won (last-stone)",
    ]
    data = json.loads(run("--json", "show", games["won"])[1])["data"]
    assert data["moves"] == ["take-1", "take-2", "take-3", "take-3"]
    assert data["result"] == {"winner": 1, "reason": "last-stone"}
    assert run("show", "nothing")[0] == NOT_FOUND
