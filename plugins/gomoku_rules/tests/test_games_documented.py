"""The page on the games says which there are, and which openings each has."""

from __future__ import annotations

import re
from typing import Any

import pytest

import gamehall_gomoku_rules
from gamehall.game import options_schema
from gamehall_gomoku_rules import LineGameOf
from rig.tree import ROOT

PAGE = (ROOT / "docs/games.md").read_text()
GAMES = {game.key: game for game in gamehall_gomoku_rules.gamehall_rulesets()}


def rows(heading: str) -> list[list[str]]:
    """The cells of the table whose first head this is."""
    table = re.search(rf"^\| {heading} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert table is not None
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[1].splitlines()]


def openings(game: LineGameOf[Any]) -> set[str]:
    choices: list[str] = options_schema(game)["properties"].get("opening", {}).get("enum", [])
    return set(choices)


def test_every_game_is_there() -> None:
    assert {row[0].strip("`") for row in rows("key")} == set(GAMES)


def test_every_opening_is_explained() -> None:
    assert {row[0].strip("`") for row in rows("opening")} == set().union(*map(openings, GAMES.values()))


@pytest.mark.parametrize("key", GAMES)
def test_every_game_has_the_openings_that_the_page_says(key: str) -> None:
    told = {
        key: set(re.findall("`([^`]+)`", row[1])) for row in rows("game") for key in re.findall("`([^`]+)`", row[0])
    }
    if key == "renju":
        told["renju"] |= told["gomoku"]
    assert told.get(key, set()) == openings(GAMES[key])


def test_every_option_is_named() -> None:
    named = set(re.findall("`([^`]+)`", PAGE))
    for game in GAMES.values():
        assert set(options_schema(game)["properties"]) - {"board_size", "opening"} <= named
