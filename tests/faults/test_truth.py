"""The checker objects to every wrong there is, and to nothing else: one that cannot fail would prove nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from faults.history import History, Line, read
from faults.truth import (
    Fault,
    Game,
    Row,
    answer_faults,
    board_faults,
    board_of_page,
    board_of_scene,
    log_faults,
    replay,
    told_faults,
)

MOVES = ["h8", "h9", "g8", "g9", "f8"]


def row(ply: int, move: str, moves: Iterable[str] = MOVES) -> Row:
    return Row("g", ply, (ply - 1) % 2, move, replay(list(moves)[:ply])[0])


def asked(ply: int, move: str, status: int | None = 200, **more: Any) -> Line:
    said = {"ply": ply, "move": move} if status == 200 else "no answer"
    body = {"move": move, "ply": ply - 1}
    line = {"who": "ada", "do": "POST", "path": "/games/g/moves", "body": body, "status": status, "said": said}
    return line | {"retry_after": None} | more


def told(ply: int, move: str, **more: Any) -> Line:
    seat = (ply - 1) % 2
    data = {"game_id": "g", "ply": ply, "move": move, "cells": [{"cell": move, "seat": seat}]}
    return {"who": "ada", "stream": "user", "id": f"0-{ply}", "event": "game_move", "data": data} | more


LOG = [row(ply, move) for ply, move in enumerate(MOVES, 1)]
ASKED = [asked(ply, move) for ply, move in enumerate(MOVES, 1)]
TOLD = [told(ply, move) for ply, move in enumerate(MOVES, 1)]


def kinds(faults: Iterable[Fault]) -> set[str]:
    return {fault.kind for fault in faults}


def test_a_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    history = History(tmp_path / "history.jsonl")
    for line in ASKED:
        history.note(**line)
    assert [line | {"at": 0} for line in read(history.file)] == [line | {"at": 0} for line in ASKED]
    history.close()


def test_what_is_right_is_let_be() -> None:
    assert [*log_faults(ASKED, LOG), *told_faults([*ASKED, *TOLD], LOG), *answer_faults(ASKED)] == []
    ends = [told(3, "g8", event=event) for event in ("restart", "hello", "restart", "hello")]
    assert list(told_faults([*ASKED, *TOLD[:3], *ends, *TOLD[3:]], LOG)) == []
    unknown = [*ASKED[:4], asked(5, "f8", None)]
    assert list(log_faults(unknown, LOG)) == list(log_faults(unknown, LOG[:4])) == []
    assert list(log_faults([*unknown, asked(5, "f8")], LOG)) == [], "the same answer again"
    assert list(log_faults([*unknown, asked(5, "f9", 409)], LOG)) == [], "another one there is refused"


@pytest.mark.parametrize(
    ("log", "kind"),
    [
        pytest.param(LOG[:4], "lost", id="the last move is lost"),
        pytest.param([*LOG[:2], *LOG[3:]], "lost", id="a move in the middle is lost"),
        pytest.param([], "lost", id="the whole game is lost"),
        pytest.param([*LOG[:4], row(5, "o1")], "lost", id="another move stands in its place"),
        pytest.param([*LOG, row(6, "o1")], "invented", id="a move that nobody made"),
        pytest.param([*LOG, LOG[4]], "doubled", id="a row twice"),
        pytest.param([*LOG, row(6, "h8")], "doubled", id="a move twice"),
        pytest.param([*LOG, row(5, "o1")], "forked", id="two moves at one ply"),
        pytest.param([row(1, "g8"), LOG[1], row(3, "h8"), *LOG[3:]], "re-ordered", id="two moves have changed places"),
        pytest.param([LOG[0]._replace(seat=1), *LOG[1:]], "re-ordered", id="by the other seat"),
    ],
)
def test_a_log_that_is_wrong(log: list[Row], kind: str) -> None:
    assert kind in kinds(log_faults(ASKED, log))


def test_answers_that_are_wrong() -> None:
    assert kinds(log_faults([*ASKED, asked(5, "o1")], LOG)) == {"forked", "lost"}, "two were told that they moved"
    again = [*ASKED[:4], asked(5, "f8", None), asked(5, "f8", 409)]
    assert kinds(log_faults(again, LOG)) == {"unresolved"}, "nobody knows any more"
    assert kinds(answer_faults([asked(1, "h8", 500)])) == kinds(answer_faults([asked(1, "h8", 503)])) == {"5xx"}
    assert list(answer_faults([asked(1, "h8", 503, retry_after="1"), asked(1, "h8", None), asked(1, "h8", 409)])) == []


@pytest.mark.parametrize(
    ("heard", "kind"),
    [
        pytest.param([], "missed", id="nothing"),
        pytest.param(TOLD[:4], "missed", id="not of the last"),
        pytest.param([*TOLD[:2], *TOLD[3:]], "missed", id="not of one in the middle"),
        pytest.param([*TOLD, TOLD[4]], "told twice", id="twice of one"),
        pytest.param([*TOLD, told(5, "f8", id="0-9")], "told twice", id="twice under another name"),
        pytest.param([TOLD[1], TOLD[0], *TOLD[2:]], "told twice", id="in another order"),
        pytest.param([*TOLD[:4], told(5, "o1")], "board", id="of another move"),
        pytest.param([told(9, "o1") | {"event": "resync"}, *TOLD], "resync", id="that it has lost track"),
    ],
)
def test_a_stream_that_is_wrong(heard: list[Line], kind: str) -> None:
    begun = {"who": "ada", "stream": "user", "id": "0-0", "event": "hello", "data": {}}
    assert kind in kinds(told_faults([*ASKED, begun, *heard], LOG))


def test_a_stream_whose_changes_lead_to_another_board() -> None:
    wrong = told(5, "f8")
    wrong["data"]["cells"] = [{"cell": "f8", "seat": 1}]
    assert kinds(told_faults([*ASKED, *TOLD[:4], wrong], LOG)) == {"board"}


GAME = Game(LOG, None, {"the page": LOG[4].board}, MOVES)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda: replace(GAME, boards={"the page": LOG[3].board}), id="a page that is behind"),
        pytest.param(lambda: replace(GAME, boards={"the page": LOG[4].board | {"f8": 1}}), id="of another colour"),
        pytest.param(lambda: replace(GAME, shown=MOVES[:4]), id="an API that is behind"),
        pytest.param(lambda: replace(GAME, winner=0), id="an end that has not come"),
        pytest.param(lambda: replace(GAME, log=[*LOG[:4], LOG[4]._replace(board={})]), id="a stored board"),
        pytest.param(lambda: replace(GAME, log=[*LOG, row(6, "h8", ())]), id="a move to a taken cell"),
    ],
)
def test_a_board_that_is_wrong(wrong: Callable[[], Game]) -> None:
    assert list(board_faults("g", GAME)) == []
    assert kinds(board_faults("g", wrong())) == {"board"}


def test_its_rules_are_those_of_five_in_a_row() -> None:
    for line in (
        "a1 a2 b1 b2 c1 c2 d1 d2 e1",
        "a1 b1 a2 b2 a3 b3 a4 b4 a5",
        "a1 b1 b2 c1 c3 d1 d4 f1 e5",
        "k11 a1 l10 a2 m9 a4 o7 a5 n8",
        "a1 a2 b1 b2 c1 c2 e1 e2 f1 f2 d1",
    ):
        moves = line.split()
        assert replay(moves)[1] == 0, line
        assert replay(moves[:-1])[1] is None, line
        with pytest.raises(ValueError, match="cannot be ply"):
            replay([*moves, "o15"])
    for cell in ("p1", "a16", "a0"):
        with pytest.raises(ValueError, match="cannot be ply 1"):
            replay([cell])
    assert replay(["a1", "b1", "a2", "b2", "a3", "b3", "a4", "b4", "o1", "b5"])[1] == 1


def test_boards_as_they_are_shown() -> None:
    assert board_of_scene({"pieces": [{"cell": "h9", "seat": 1}, {"cell": "h8", "seat": 0}]}) == {"h8": 0, "h9": 1}
    cells = [f"{column}{line}" for column in "abcdefghijklmno" for line in range(1, 16)]
    colours = {"h8": " p-black", "h9": " p-white"}
    page = "".join(f'<span id="cell-{cell}" class="cell{colours.get(cell, "")}">{cell}</span>' for cell in cells)
    assert board_of_page(page) == {"h8": 0, "h9": 1}
    with pytest.raises(ValueError, match="224 cells"):
        board_of_page(page.replace('id="cell-a1"', ""))
