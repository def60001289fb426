"""Games as text for people, with the last board in letters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import gamehall_gomoku_rules
from gamehall.game import Look, Piece, Scene
from gamehall.records.text import TEXT, board_lines
from rig.records import random_game, recorded
from rig.strangers import example_ruleset

GAMES = {game.key: game for game in gamehall_gomoku_rules.gamehall_rulesets()}


def test_a_game_looks_like_this() -> None:
    record = recorded(GAMES["tic-tac-toe"], "a1 b1 a2 b2 a3", ("Ada", "Bob"))
    assert TEXT.write(replace(record, started_at="2026-01-01T00:00:00.000Z")).decode() == (
        "Tic-tac-toe, 3×3, 2026-01-01\n"
        "Cross: Ada\n"
        "Nought: Bob\n"
        "\n"
        "1. a1  2. b1  3. a2  4. b2  5. a3\n"
        "\n"
        "Ada (cross) wins (row).\n"
        "\n"
        "3 X . .\n"
        "2 X O .\n"
        "1 X O .\n"
        "  a b c\n"
        "\n"
        "O nought, X cross\n"
    )


def test_pieces_have_their_letters_the_second_seats_small() -> None:
    lines = board_lines(example_ruleset("chess").scene(example_ruleset("chess").start(None), None))
    assert lines[0] == "8 r n b q k b n r"
    assert lines[6:9] == ["2 P P P P P P P P", "1 R N B Q K B N R", "  a b c d e f g h"]
    assert "K white king" in lines[-1]
    assert "k black king" in lines[-1]


def test_a_board_of_hexes_leans_to_the_right() -> None:
    scene = Scene(3, 3, "hexes", pieces=(Piece("a3", "red", 0), Piece("c1", "blue", 1)), sides=("red", "blue"))
    assert board_lines(scene)[:4] == ["3 R . .", " 2 . . .", "  1 . . B", "     a b c"]


def test_longer_letters_and_names_of_columns_make_wider_cells() -> None:
    scene = Scene(28, 10, pieces=(Piece("ab10", "knight", 0),), looks={"knight": Look("Kn")}, sides=("white", "black"))
    lines = board_lines(scene)
    assert lines[0] == "10" + "  ." * 27 + " Kn"
    assert lines[9].startswith(" 1  .")
    assert lines[10].endswith("  z aa ab")
    assert len({len(line) for line in lines[:11]}) == 1


@pytest.mark.parametrize(
    ("ending", "sentence"),
    [
        ({}, "Not finished."),
        ({"status": "finished", "winner": 1, "reason": "resigned"}, "Bob (white) wins (resigned)."),
        ({"status": "finished", "winner": None, "reason": "agreed"}, "Draw (agreed)."),
        ({"status": "aborted", "winner": None, "reason": "aborted"}, "Without a result (aborted)."),
    ],
)
def test_how_it_ended(ending: dict[str, Any], sentence: str) -> None:
    assert f"\n{sentence}\n" in TEXT.write(replace(recorded(GAMES["gomoku"], "h8"), **ending)).decode()


@pytest.mark.parametrize("key", GAMES)
def test_every_piece_is_on_the_board_of_every_game(key: str) -> None:
    record = random_game(GAMES[key], 2)
    lines = TEXT.write(record).decode().split("\n\n")[3].splitlines()
    stones = sum(line.count("X") + line.count("O") for line in lines)
    position = GAMES[key].start(GAMES[key].Options())
    for made in record.moves:
        position = GAMES[key].play(position, made.move)
    assert stones == len(GAMES[key].scene(position, None).pieces)


def test_a_game_without_a_board_has_words_alone() -> None:
    nim = example_ruleset("nim")
    assert TEXT.write(recorded(nim, "take-1-from-heap-a")).decode().splitlines()[0] == "Nim"
