"""The architecture's own test: a game by somebody else comes into a hall that runs, and nothing else changes."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from rig.environments import Environment, MakeEnvironment
from rig.people import Caller, Person, client, play_moves, play_through, sit_down, start_game
from rig.server import Serve, Server
from rig.strangers import built_game
from rig.tree import ROOT

FOUR_ROW = '''\
"""Four in a row on a small board: quick, sharp and a little unfair."""

from gamehall import hookimpl
from gamehall_gomoku_rules import AtLeast, LineGame


class FourRow(LineGame):
    key = "four-row"
    title = "Four in a row"
    summary = "Four or more in a row win."
    line = AtLeast(4)
    presets = {"Small": {"board_size": 9}, "Fair": {"board_size": 9, "opening": "swap2"}}


@hookimpl
def gamehall_rulesets():
    return [FourRow()]
'''


@pytest.fixture
def unchanged_tree() -> Iterator[None]:
    """The repository is after the test what it was before."""
    before = tree()
    yield
    assert tree() == before


def tree() -> tuple[str, ...]:
    questions = (["status", "--porcelain", "--untracked-files=all"], ["diff", "HEAD"])
    done = [subprocess.run(["git", *q], cwd=ROOT, capture_output=True, text=True, check=True) for q in questions]
    return tuple(answer.stdout for answer in done)


def installed_files(environment: Environment) -> dict[str, str]:
    """A digest of each file in the environment, and where each link goes; bytecode may come and go."""
    (packages,) = environment.folder.glob("lib/*/site-packages")
    found = {}
    for path in packages.rglob("*"):
        name = str(path.relative_to(packages))
        if path.is_symlink():
            found[name] = f"link to {path.readlink()}"
        elif path.is_file() and "__pycache__" not in path.parts:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def rulesets(server: Server) -> set[str]:
    with client(server.url) as once:
        return {ruleset["key"] for ruleset in once.get("/api/v1/rulesets").json()["items"]}


def switch(server: Server, state: str, key: str) -> None:
    done = server.command("features", state, key)
    assert done.returncode == 0, done.stderr


@pytest.mark.usefixtures("unchanged_tree")
def test_a_game_by_a_stranger(
    make_environment: MakeEnvironment, serve: Serve, chromium: Browser, tmp_path: Path
) -> None:
    assert len(FOUR_ROW.splitlines()) < 25
    environment = make_environment("gamehall[all]")
    server = serve(environment=environment)
    players = Caller(server.url, "ada"), Caller(server.url, "bob")
    before = installed_files(environment)
    running = start_game(players, "gomoku")
    play_moves(running, players, "h8")

    # It comes into an environment from which a hall is serving, which takes no notice.
    environment.install(built_game(tmp_path, "four_row", FOUR_ROW))
    after = installed_files(environment)
    assert {name for name in after if after[name] != before.get(name)} == set(after) - set(before)
    assert set(before) <= set(after)
    assert {name.partition("/")[0] for name in set(after) - set(before)} == {
        "gamehall_four_row.py",
        "gamehall_four_row-1.0.dist-info",
    }
    assert "four-row" not in rulesets(server)

    # Then only a restart.
    server.stop()
    server = serve(environment=environment, port=server.port)
    assert "four-row" in rulesets(server)
    listed = json.loads(server.command("--json", "plugins", "list").stdout)["data"]
    states = {plugin["name"]: (plugin["state"], plugin["reason"]) for plugin in listed}
    assert len(states) > 6
    assert set(states.values()) == {("on", "")}
    assert play_moves(running, players, "h9")["ply"] == 2

    plays_by_api(players)
    plays_in_browsers(chromium, server)
    switches_off_and_on(server, players)


def plays_by_api(players: tuple[Caller, Caller]) -> None:
    """A game with an opening of the family, and its records."""
    game = start_game(players, "four-row", board_size=9, opening="swap2")
    moves = "e5 e6 f5 white e7 g5 e8 h5"
    played = play_moves(game, players, moves)
    assert (played["status"], played["result"]["winner"]) == ("finished", 0)
    record: dict[str, Any] = players[0].ask("GET", f"/games/{game}/record?format=json")
    assert [move["move"] for move in record["moves"]] == moves.split()
    assert record["ruleset"] == "four-row"
    text = players[0].ask("GET", f"/games/{game}/record?format=text").decode()
    assert "Four in a row" in text
    assert "4. white" in text
    assert b"Piskvorky 9x9" in players[0].ask("GET", f"/games/{game}/record?format=psq")


def plays_in_browsers(chromium: Browser, server: Server) -> None:
    """A whole game on pages without JavaScript."""
    cyd, dan = Person(chromium, server.url, "cyd"), Person(chromium, server.url, "dan")
    cyd.register()
    dan.register()
    sit_down(cyd, dan, "Four in a row", "Black")
    play_through((cyd, dan), ["E5", "E6", "F5", "F6", "G5", "G6", "H5"])
    cyd.reads("You won, cyd!")
    dan.reads("You lost – cyd won")
    expect(cyd.page.locator(".is-line")).to_have_count(4)


def switches_off_and_on(server: Server, players: tuple[Caller, Caller]) -> None:
    game = start_game(players, "four-row")
    play_moves(game, players, "h8")
    switch(server, "off", "four_row")
    assert "four-row" not in rulesets(server)
    assert "gomoku" in rulesets(server)
    players[0].ask("POST", "/challenges", 422, {"ruleset": "four-row"})
    switch(server, "on", "four_row")
    assert "four-row" in rulesets(server)
    assert play_moves(game, players, "h9")["moves"] == ["h8", "h9"]
