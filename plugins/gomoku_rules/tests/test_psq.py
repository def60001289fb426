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
from gamehall.game import CellChange, read_options
from gamehall.problems import Problem
from gamehall_gomoku_rules import (
    FIRST,
    FREE,
    SECOND,
    Connect6,
    Gomoku,
    LineGameOf,
    LinePosition,
    Pente,
    Renju,
    TicTacToe,
)
from gamehall_gomoku_rules.psq import write_psq


def recorded(
    game: LineGameOf[Any], moves: str, names: tuple[str, str] = ("Ada", "Bob"), **options: Any
) -> tuple[GameRecord, LinePosition]:
    """The record of a game with these moves, and its last position."""
    chosen = read_options(game, options)
    position = game.start(chosen)
    made, changes = [], []
    for move in moves.split():
        assert game.refusal(position, move) is None, move
        made.append((game.to_act(position) or 0, move))
        after = game.play(position, move)
        changes.append(game.changes(position, move, after))
        position = after
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
        changes=tuple(changes),
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


def test_offered_stones_are_told_once_they_are_picked() -> None:
    moves = "h8 i8 j9 swap g7 offer-f6 offer-k10 f6"
    record, position = recorded(Renju(), moves, opening="rif")
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
    refused(recorded(game, moves)[0], what)


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
    record, _ = recorded(TicTacToe(), "b2")
    record = replace(record, moves=(*record.moves, (1, "a1")), changes=(*record.changes, changes))
    refused(record, "it cannot tell")


def test_games_of_other_things_than_stones_are_refused() -> None:
    record, _ = recorded(TicTacToe(), "b2")
    refused(replace(record, changes=((),)), "moves that place no stones")
    refused(replace(record, changes=((CellChange("b2", "knight", 0),),)), "pieces that are not called as a side")
    refused(replace(record, players=record.players[:1]), "other than two players")


def refused(record: GameRecord, what: str) -> None:
    with pytest.raises(Problem, match=what) as problem:
        write_psq(record)
    assert problem.value.slug == "unknown-format"


def test_the_plugin_offers_it() -> None:
    assert [exporter.format for exporter in gamehall_gomoku_rules.gamehall_exporters()] == ["psq"]
