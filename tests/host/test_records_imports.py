"""Games from files: told by their beginning, kept within bounds, and safe from formats and rules that fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

import gamehall_gomoku_rules
from gamehall.declare import ImportedGame, Importer
from gamehall.game import Outcome, Ruleset
from gamehall.problems import Problem
from gamehall.records.chain import JSON
from gamehall.records.formats import readers_by_format
from gamehall.records.imports import MOST_MOVES, play_through, read_game
from rig.records import recorded
from rig.strangers import example_ruleset

GAMES = {game.key: game for game in gamehall_gomoku_rules.gamehall_rulesets()}
READERS = readers_by_format(gamehall_gomoku_rules.gamehall_importers())


def refusal(content: bytes, readers: Mapping[str, Importer] = READERS, **wanted: str) -> tuple[str, str]:
    with pytest.raises(Problem) as problem:
        read_game(readers, GAMES, content, wanted.get("format_"), wanted.get("ruleset"))
    return problem.value.slug, problem.value.detail


@pytest.mark.parametrize(
    "content",
    [
        JSON.write(recorded(GAMES["gomoku"], "a15 b15")),
        b"\xef\xbb\xbf" + JSON.write(recorded(GAMES["gomoku"], "a15 b15")),
        b"\n (;GM[4]SZ[15];B[aa];W[ba])",
        b"Piskvorky 15x15, 0:0, 0\n1,1,0\n2,1,0\n",
        b'{"format":"gamehall-1","ruleset":"gomoku","options":{},"moves":[{"move":"a15"},{"move":"b15"}],"players":[]}',
    ],
)
def test_a_file_is_told_by_its_beginning(content: bytes) -> None:
    found = read_game(READERS, GAMES, content)
    assert (found.ruleset, found.moves) == ("gomoku", ("a15", "b15"))


def test_what_no_format_begins_with_is_refused() -> None:
    slug, detail = refusal(b"1. e4 e5")
    assert slug == "malformed"
    assert detail == "Line 1: this is no file of a game in one of the formats that are read: json, psq, sgf."
    assert refusal(b"(;)", format_="pgn")[0] == "unknown-format"
    assert refusal(b"(;GM[4]SZ[15])", ruleset="nothing")[0] == "not-found"
    assert refusal(b'{"format":"pgn","ruleset":"","options":{},"moves":[],"players":[]}') == (
        "malformed",
        "Its format is 'pgn'; records of a hall have 'gamehall-2'.",
    )


def test_a_format_that_fails_says_that_it_cannot_read_the_file() -> None:
    def fall_over(_content: bytes, _rulesets: Mapping[str, Ruleset[Any, Any]]) -> ImportedGame:
        raise RuntimeError("the importer fell over")

    broken = {"broken": Importer("broken", b"!", fall_over)}
    assert refusal(b"!", broken) == ("malformed", "This file cannot be read as broken.")


def invalid(wanted: ImportedGame, rulesets: Mapping[str, Ruleset[Any, Any]] = GAMES) -> str:
    with pytest.raises(Problem) as problem:
        play_through(rulesets, wanted)
    assert problem.value.slug == "invalid"
    return problem.value.detail


def test_moves_are_held_to_the_rules() -> None:
    assert invalid(ImportedGame("gomoku", {}, ("h8", "h8"))) == "Move 2, h8: h8 is already taken."
    over = invalid(ImportedGame("tic-tac-toe", {}, ("a1", "b1", "a2", "b2", "a3", "c3")))
    assert over == "Move 6, c3: The game is over."
    assert "Gomoku is not played with these options" in invalid(ImportedGame("gomoku", {"board_size": 4}, ()))
    assert "At most 1000 moves" in invalid(ImportedGame("gomoku", {}, ("h8",) * (MOST_MOVES + 1)))
    assert "no seat 2 in Gomoku" in invalid(ImportedGame("gomoku", {}, (), result=Outcome(2, "won")))


def test_rules_that_fail_do_not_play_the_game() -> None:
    class Falling(type(GAMES["gomoku"])):  # type: ignore[misc]  # a class found at run time
        def play(self, position: Any, move: str) -> Any:
            raise SystemError("the rules fell over")

    assert invalid(ImportedGame("gomoku", {}, ("h8",)), {"gomoku": Falling()}) == (
        "The rules of Gomoku cannot play this game."
    )


def test_a_game_is_shown_at_any_ply() -> None:
    wanted = ImportedGame("gomoku", {}, ("h8", "h9", "i8"), ("Ada",))
    for ply in range(4):
        played = play_through(GAMES, wanted, ply)
        assert (played.ply, len(played.scene.pieces)) == (ply, ply)
    assert played.record.names == ("Ada", "White"), "whom the file does not name is called as the side"
    for ply in (-1, 4):
        with pytest.raises(Problem, match="no ply"):
            play_through(GAMES, wanted, ply)


def test_what_the_rules_say_goes_before_what_a_file_says() -> None:
    moves = ("a1", "b1", "a2", "b2", "a3")
    record = play_through(GAMES, ImportedGame("tic-tac-toe", {}, moves, result=Outcome(1, "resigned"))).record
    assert (record.winner, record.reason) == (0, "row")
    record = play_through(GAMES, ImportedGame("tic-tac-toe", {}, moves[:4], result=Outcome(1, "resigned"))).record
    assert (record.status, record.winner, record.reason, record.final) == ("finished", 1, "resigned", None)


def test_a_game_without_a_board_is_played_through_as_well() -> None:
    nim = example_ruleset("nim")
    played = play_through({"nim": nim}, ImportedGame("nim", {}, ("take-1-from-heap-a",)))
    assert (played.record.width, len(played.record.moves)) == (0, 1)
