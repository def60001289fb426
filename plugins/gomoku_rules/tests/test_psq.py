"""PSQ files: what a reader of the format gets out of them, and which games are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gamehall_gomoku_rules
from gamehall.declare import GameRecord, RecordedMove
from gamehall.game import CellChange, read_options
from gamehall.problems import Problem
from gamehall_gomoku_rules import (
    FIRST,
    FREE,
    SECOND,
    Connect6,
    Gomoku,
    LineGameOf,
    Pente,
    Renju,
    TicTacToe,
)
from gamehall_gomoku_rules.psq import read_psq, write_psq
from rig.records import random_game, recorded
from rig.rulesets import played


def read(content: bytes) -> tuple[list[str], str, list[str]]:
    """(first line, board, names) as a reader of the format sees them: stones alternate from the first one on."""
    head, *lines = content.decode().splitlines()
    width, height = map(int, head.removeprefix("Piskvorky ").split(",")[0].split("x"))
    board = [FREE] * (width * height)
    stones = [line for line in lines if line.replace(",", "").isdigit() and line.count(",") == 2]
    for number, line in enumerate(stones):
        x, y, _ = map(int, line.split(","))
        assert board[(y - 1) * width + x - 1] == FREE
        board[(y - 1) * width + x - 1] = (FIRST, SECOND)[number % 2]
    return head.split(", "), "".join(board), lines[len(stones) :]


def test_a_file_looks_like_this() -> None:
    record = recorded(Gomoku(), "a15 h8 o1", board_size=15)
    assert write_psq(record) == b"Piskvorky 15x15, 0:0, 0\r\n1,1,0\r\n8,8,0\r\n15,15,0\r\nAda\r\nBob\r\n"


@given(st.data())
def test_stones_come_out_as_they_stood(data: st.DataObject) -> None:
    game = Gomoku()
    size = data.draw(st.integers(9, 15))
    opening = data.draw(st.sampled_from(["none", "pro", "swap", "swap2", "pie"]))
    position = game.start(read_options(game, {"board_size": size, "opening": opening}))
    moves: list[str] = []
    for _ in range(data.draw(st.integers(0, 24))):
        if not (legal := game.moves(position)):
            break
        moves.append(data.draw(st.sampled_from(legal)))
        position = game.play(position, moves[-1])
    record = recorded(game, " ".join(moves), board_size=size, opening=opening)
    head, board, names = read(write_psq(record))
    assert head == [f"Piskvorky {size}x{size}", "0:0", "0"]
    assert board == position.board
    black = 0 if game.sides(position)[0] == "black" else 1
    assert names == [("Ada", "Bob")[black], ("Ada", "Bob")[1 - black]]


def test_a_name_is_no_stone() -> None:
    record = recorded(TicTacToe(), "b2", names=("1,1,0", "Bob"))
    assert read(write_psq(record))[1:] == (played(TicTacToe(), "b2").board, ["1 1 0", "Bob"])


def test_offered_stones_are_told_once_they_are_picked() -> None:
    moves = "h8 i8 j9 swap g7 offer-f6 offer-k10 f6"
    record, position = recorded(Renju(), moves, opening="rif"), played(Renju(), moves, opening="rif")
    head, board, names = read(write_psq(record))
    assert head[0] == "Piskvorky 15x15"
    assert board == position.board
    assert names == ["Bob", "Ada"]


@pytest.mark.parametrize(
    ("game", "moves", "what"),
    [
        (Connect6(), "j10 a1 b1", "two stones of one kind"),
        (Renju(), "h8 pass h9", "two stones of one kind"),
        (Pente(), "e10 f10 a1 g10 h10", "what the move h10 did"),
    ],
)
def test_more_than_alternating_stones_is_refused(game: LineGameOf[Any], moves: str, what: str) -> None:
    refused(recorded(game, moves), what)


@pytest.mark.parametrize(
    "changes",
    [
        (CellChange("a1", None),),
        (CellChange("b2", "nought", 1),),
        (CellChange("z9", "nought", 1),),
        (CellChange("a1", "nought", 1), CellChange("a2", "nought", 1)),
    ],
)
def test_what_is_no_stone_on_this_board_is_refused(changes: tuple[CellChange, ...]) -> None:
    record = recorded(TicTacToe(), "b2")
    more = RecordedMove(1, "a1", changes, record.sides, "")
    refused(replace(record, moves=(*record.moves, more)), "it cannot tell")


def test_games_of_other_things_than_stones_are_refused() -> None:
    record = recorded(TicTacToe(), "b2")
    (move,) = record.moves
    refused(replace(record, moves=(replace(move, changes=()),)), "moves that place no stones")
    knight = replace(move, changes=(CellChange("b2", "knight", 0),))
    refused(replace(record, moves=(knight,)), "pieces that are not called as a side")
    refused(replace(record, names=record.names[:1]), "other than two players")


def refused(record: GameRecord, what: str) -> None:
    with pytest.raises(Problem, match=what) as problem:
        write_psq(record)
    assert problem.value.slug == "unknown-format"


def test_times_are_told_where_they_are_known() -> None:
    record = recorded(Gomoku(), "a15 h8")
    first, second = record.moves
    lines = write_psq(replace(record, moves=(replace(first, spent=1234), second))).splitlines()
    assert lines[1:3] == [b"1,1,1234", b"8,8,0"]


GAMES = {game.key: game for game in gamehall_gomoku_rules.gamehall_rulesets()}


@pytest.mark.parametrize("size", [5, 13, 15, 20])
def test_a_file_is_read_back(size: int) -> None:
    record = random_game(Gomoku(), 3, longest=12, options={"board_size": size})
    found = read_psq(write_psq(record), GAMES)
    assert found.moves == tuple(each.move for each in record.moves)
    assert (found.options["board_size"], found.names) == (size, ("Ada", "Bob"))


def test_a_file_of_another_program_is_read() -> None:
    content = b"Piskvorky 20x20, 11:11, 0\n10,10,5009\n11,10,4999\n1,20,12\nBl\xe1zen.zip\nYixin.zip\n-1\n"
    found = read_psq(content, GAMES)
    assert (found.ruleset, found.moves, found.options["board_size"]) == ("gomoku", ("j11", "k11", "a1"), 20)
    assert found.names == ("Blázen.zip", "Yixin.zip")
    assert read_psq(content, {"caro": GAMES["caro"]}).ruleset == "caro"


def test_a_board_that_is_not_square_is_found_a_game() -> None:
    found = read_psq(b"Piskvorky 9x6, 0:0, 0\r\n9,6,0\r\n", GAMES)
    assert (found.ruleset, found.moves) == ("mnk", ("i1",))
    assert (found.options["width"], found.options["height"], found.names) == (9, 6, ())


def test_a_game_that_goes_on_behind_a_row_of_six_is_read_by_rules_that_let_it() -> None:
    columns = [1, 2, 4, 5, 6, 3, 15]
    row = "\n".join(f"{column},1,0\n{column},{9 if column % 2 else 5},0" for column in columns)
    assert read_psq(f"Piskvorky 15x15, 0:0, 0\n{row}\n".encode(), GAMES).ruleset == "gomoku-exact"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Line 1: a PSQ file begins with its board"),
        (b"Piskvorky axb, 0\n", "Line 1: a PSQ file begins with its board"),
        (b"Piskvorky 15x15, 0:0, 0\n8,8,0\n16,1,0\n", "Line 3: 16,1,0 is no point of a board of 15×15."),
        (b"Piskvorky 15x15, 0:0, 0\n8,8,0\n8,8,0\n", "Line 3: h8 is already taken"),
        (b"Piskvorky 99x99, 0:0, 0\n8,8,0\n", "No game here is played with stones on a board of 99×99."),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(content: bytes, sentence: str) -> None:
    with pytest.raises(Problem) as problem:
        read_psq(content, GAMES)
    assert problem.value.slug == "malformed"
    assert sentence in problem.value.detail


def test_the_plugin_offers_it() -> None:
    assert [exporter.format for exporter in gamehall_gomoku_rules.gamehall_exporters()] == ["psq"]
    assert [importer.format for importer in gamehall_gomoku_rules.gamehall_importers()] == ["psq"]
