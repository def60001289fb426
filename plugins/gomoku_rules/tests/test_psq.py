"""PSQ files: what a reader of the format gets out of them, and which games are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gamehall_gomoku_rules
from gamehall.declare import GameRecord
from gamehall.game import read_options
from gamehall.problems import Problem
from gamehall_gomoku_rules import FIRST, FREE, PASS, SECOND, Gomoku, LineGame, LinePosition, TicTacToe
from gamehall_gomoku_rules.psq import write_psq


class Connect6(LineGame):
    key = "connect6"
    title = "Two stones a turn"
    turn = (1, 2)
    board = (19, 19)


def recorded(
    game: LineGame, moves: str, names: tuple[str, str] = ("Ada", "Bob"), **options: Any
) -> tuple[GameRecord, LinePosition]:
    """The record of a game with these moves, and its last position."""
    chosen = read_options(game, options)
    position = game.start(chosen)
    made = []
    for move in moves.split():
        assert game.refusal(position, move) is None, move
        made.append((game.to_act(position) or 0, move))
        position = game.play(position, move)
    sides = game.sides(position)
    record = GameRecord(
        id="0",
        ruleset=game.key,
        ruleset_title=game.title,
        ruleset_version=game.version,
        options=msgspec.to_builtins(chosen),
        width=position.width,
        height=position.height,
        players=((sides[0], names[0]), (sides[1], names[1])),
        moves=tuple(made),
        status="active",
        winner=None,
        reason=None,
        started_at="2026-01-01T00:00:00.000Z",
        finished_at=None,
    )
    return record, position


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
    record, _ = recorded(Gomoku(), "a15 h8 o1", board_size=15)
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
    record, position = recorded(game, " ".join(moves), board_size=size, opening=opening)
    head, board, names = read(write_psq(record))
    assert head == [f"Piskvorky {size}x{size}", "0:0", "0"]
    assert board == position.board
    black = 0 if game.sides(position)[0] == "black" else 1
    assert names == [("Ada", "Bob")[black], ("Ada", "Bob")[1 - black]]


def test_a_name_is_no_stone() -> None:
    record, position = recorded(TicTacToe(), "b2", names=("1,1,0", "Bob"))
    assert read(write_psq(record))[1:] == (position.board, ["1 1 0", "Bob"])


def test_two_stones_a_turn_are_refused() -> None:
    refused(recorded(Connect6(), "j10 a1 b1")[0], "several stones in one turn")


@pytest.mark.parametrize("move", [PASS, "e2e4", "a4"])
def test_what_is_no_stone_on_this_board_is_refused(move: str) -> None:
    record, _ = recorded(TicTacToe(), "b2")
    refused(replace(record, moves=(*record.moves, (1, move))), f"the move {move}")


def test_an_opening_of_somebody_else_is_refused() -> None:
    record, _ = recorded(Gomoku(), "h8")
    refused(replace(record, options={"opening": "taraguchi"}), "its opening")


def refused(record: GameRecord, what: str) -> None:
    with pytest.raises(Problem, match=what) as problem:
        write_psq(record)
    assert problem.value.slug == "unknown-format"


def test_the_plugin_offers_it() -> None:
    assert [exporter.format for exporter in gamehall_gomoku_rules.gamehall_exporters()] == ["psq"]
