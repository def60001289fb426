"""Each of the examples, installed as a stranger would and played to its end by two people at browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, expect

from rig.environments import MakeEnvironment, build_wheel
from rig.people import Caller, Person, start_game
from rig.server import Server, serving
from rig.tree import ROOT

EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir() if (path / "pyproject.toml").exists())


class Script(NamedTuple):
    """A game: cells to touch, `e2-e4` one after the other, or the label of a button in capitals; and how it ends."""

    ruleset: str
    options: dict[str, object]
    moves: list[str]
    winner: int | None
    status: str


SCRIPTS = {
    "breakthrough": Script(
        "breakthrough",
        {"width": 2, "height": 4},
        ["a2-b3", "a4-b3", "a1-a2", "a3-b2", "a2-b3", "b2-a1"],
        1,
        "black wins",
    ),
    "chess": Script("chess", {}, ["f2-f3", "e7-e5", "g2-g4", "d8-h4"], 1, "Checkmate: black wins."),
    "connect_four": Script("connect-four", {}, ["A", "B"] * 3 + ["A"], 0, "Red wins with four in a row."),
    "go": Script("go", {"board_size": 9}, ["a2", "a1", "b1", "Pass", "Pass"], 0, "Black"),
    "hex": Script("hex", {"board_size": 3, "opening": "none"}, ["b3", "a1", "b2", "a2", "b1"], 0, "Red wins"),
    "nim": Script(
        "nim", {}, ["Take 5 from heap c", "Take 3 from heap b", "Take 1 from heap a"], 0, "took the last stone"
    ),
    "reversi": Script(
        "reversi", {}, ["e3", "f5", "e6", "f3", "g4", "d3", "e2", "f4", "c4"], 0, "Black has 13 discs, white 0."
    ),
    "six_row": Script(
        "six-row",
        {},
        ["a1", "a9", "b1", "b9", "c1", "c9", "d1", "d9", "e1", "e9", "f1"],
        0,
        "Black wins with six in a row.",
    ),
}


def test_every_example_is_played() -> None:
    assert set(EXAMPLES) == set(SCRIPTS)


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, make_environment: MakeEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A hall with every example installed."""
    environment = make_environment("gamehall[all]", "chess")
    wheels = tmp_path_factory.mktemp("examples")
    environment.install(*(build_wheel(ROOT / "examples" / name, wheels) for name in EXAMPLES))
    with serving(tmp_path_factory.mktemp("hall"), request.node) as serve:
        yield serve(environment=environment)


@pytest.fixture(scope="module")
def players(server: Server) -> tuple[Caller, Caller]:
    return Caller(server.url, "ada"), Caller(server.url, "bob")


@pytest.fixture(scope="module")
def people(server: Server, players: tuple[Caller, Caller], browser: Browser) -> list[Person]:
    """The same two at their browsers, signed in for every game."""
    people = [Person(browser, server.url, player.username) for player in players]
    for person in people:
        person.sign_in()
    return people


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_played_to_its_end(name: str, players: tuple[Caller, Caller], people: list[Person]) -> None:
    script = SCRIPTS[name]
    game_id = start_game(players, script.ruleset, **script.options)
    for person in people:
        person.page.goto(f"/games/{game_id}")
    for number, move in enumerate(script.moves):
        mover, waiting = people[number % 2], people[1 - number % 2]
        expect(mover.page.get_by_role("status")).to_contain_text("Your turn")
        touch(mover, move)
        waiting.look_again()
    for seat, person in enumerate(people):
        expect(person.page.get_by_role("status")).to_contain_text(script.status)
        person.reads(f"You won, {person.name}!" if seat == script.winner else "You lost")
        expect(person.page.get_by_role("button", name=re.compile(r"^[A-Z][0-9]+\b"))).to_have_count(0)


def touch(person: Person, move: str) -> None:
    """Touches the cells of a move, or presses its button; passing asks first."""
    if move == "Pass":
        person.page.locator("summary", has_text="Pass").click()
        person.page.get_by_role("button", name="Yes, pass").click()
    elif move[0].isupper():
        person.page.get_by_role("button", name=move, exact=True).click()
    else:
        for cell in move.split("-"):
            person.page.locator(f"#cell-{cell}").click()
