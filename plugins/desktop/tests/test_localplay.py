"""Games of two at one computer: played by the installed rules, and kept on disk with every move."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gamehall.answers import Game, ProblemError, Result
from gamehall.declare import Exporter
from gamehall.game import Input, Look, Outcome, Piece, Position, Refusal, Ruleset, Scene
from gamehall.records.formats import by_format
from gamehall_desktop.installed import Installed
from gamehall_desktop.localgames import StoredGame, read_games, remove_game, write_game
from gamehall_desktop.localplay import LocalPlay, LocalPlayError, new_game
from gamehall_desktop.state.table import Barred, Refused, Seen, Shown
from gamehall_desktop.state.toasts import Toast


class Steps(Position, frozen=True):
    made: tuple[str, ...] = ()


class Climb(Ruleset[Steps, Any]):
    """Who makes the fourth step wins; one step is a trap of the rules'."""

    key, title, seats = "climb", "Climb", ("low", "high")
    Position = Steps

    def start(self, options: Any) -> Steps:
        return Steps()

    def to_act(self, position: Steps) -> int | None:
        return None if len(position.made) == 4 else len(position.made) % 2

    def moves(self, position: Steps) -> list[str]:
        return [] if len(position.made) == 4 else ["a1", "b1", "trap"]

    def play(self, position: Steps, move: str) -> Steps:
        if move == "trap":
            raise RuntimeError("these rules are broken")
        return Steps((*position.made, move))

    def forbidden(self, position: Steps) -> dict[str, Refusal]:
        return {"b1": Refusal("slippery", "It is slippery.", ("a1",))}

    def outcome(self, position: Steps) -> Outcome | None:
        return Outcome(1, "climbed") if len(position.made) == 4 else None

    def scene(self, position: Steps, seat: int | None) -> Scene:
        inputs = tuple(Input(move, (move,)) for move in ("a1", "b1")) if seat is not None else ()
        pieces = (Piece("a1", "foot", 0),) if position.made else ()
        looks = {"foot": Look("F")}
        prompt = "" if seat is None else f"{self.seats[seat]} climbs."
        return Scene(2, 1, "squares", pieces, inputs, sides=self.seats, prompt=prompt, looks=looks, turned=seat == 1)


INSTALLED = Installed({"climb": Climb()}, {"climb": "climbing"}, by_format(()), ())


class Board:
    """A game on disk, and what the window was told of it."""

    def __init__(self, folder: Path, stored: StoredGame | None = None, installed: Installed = INSTALLED) -> None:
        self.told: list[Any] = []
        self.play = LocalPlay(installed, folder, stored or new_game(installed, "climb", {}), self.told.append)

    @property
    def game(self) -> Game:
        return next(each.game for each in reversed(self.told) if isinstance(each, Shown))

    def moves(self, *moves: str) -> None:
        for move in moves:
            ply = self.game.ply if self.told else 0
            run(self.play.play(move, ply))


def run(work: Any) -> Any:
    return asyncio.run(work)


@pytest.fixture
def board(tmp_path: Path) -> Board:
    found = Board(tmp_path)
    run(found.play.look())
    return found


def test_both_play_at_one_board_and_every_move_is_stored(board: Board, tmp_path: Path) -> None:
    assert (board.game.to_act, board.game.scene.prompt, board.game.seats[0].user.display_name) == (
        0,
        "low climbs.",
        "Low",
    )
    assert read_games(tmp_path) == ([], [])  # a game without a move is nothing to keep
    for ply, move in enumerate(("a1", "b1", "a1")):
        board.moves(move)
        ((stored,), faults) = read_games(tmp_path)
        assert (stored.moves, faults) == (board.game.moves, [])
        assert (board.game.ply, board.game.to_act) == (ply + 1, (ply + 1) % 2)
        assert board.game.movers == (0, 1, 0)[: ply + 1]
        assert not board.game.scene.turned
        assert board.game.scene.inputs
    board.moves("a1")
    assert (board.game.status, board.game.result, board.game.scene.inputs) == ("finished", Result(1, "climbed"), ())
    assert read_games(tmp_path)[0][0].is_over
    board.moves("a1")
    assert board.game.ply == 4
    run(board.play.offer("takeback", "offer"))
    assert (board.game.status, board.game.ply) == ("active", 3)


def test_a_move_that_is_not_allowed_says_why_and_changes_nothing(board: Board, tmp_path: Path) -> None:
    board.moves("z9")
    refused = board.told[-1]
    assert isinstance(refused, Refused)
    assert (refused.move, refused.refusal.code) == ("z9", "illegal-move")
    run(board.play.look_for_reasons(0))
    (barred,) = (each.points for each in board.told if isinstance(each, Barred))
    assert [(point.cell, point.code, point.cells) for point in barred] == [("b1", "slippery", ("a1",))]
    board.moves("trap")
    assert isinstance(board.told[-1], Toast)
    assert (board.game.ply, read_games(tmp_path)[0]) == (0, [])
    run(board.play.play("a1", 3))  # pressed twice
    assert board.game.ply == 0


@pytest.mark.parametrize(
    ("end", "status", "result"),
    [
        (lambda play: play.end("resign"), "finished", Result(0, "resigned")),
        (lambda play: play.end("abort"), "aborted", Result(None, "aborted")),
        (lambda play: play.offer("draw", "offer"), "finished", Result(None, "agreed")),
    ],
)
def test_whatever_ends_a_game_can_be_taken_back(
    board: Board, tmp_path: Path, end: Callable[[LocalPlay], Any], status: str, result: Result
) -> None:
    board.moves("a1")
    run(end(board.play))
    assert (board.game.status, board.game.result, board.game.to_act) == (status, result, None)
    assert board.game.scene.status
    ((stored,), _) = read_games(tmp_path)
    again = Board(tmp_path, stored)
    run(again.play.look())
    assert again.game == board.game
    run(again.play.offer("takeback", "offer"))
    assert (again.game.status, again.game.moves) == ("active", ("a1",))


def test_a_rematch_is_another_game_and_this_one_stays(board: Board, tmp_path: Path) -> None:
    board.moves("a1", "b1", "a1", "b1")
    before = board.game.id
    run(board.play.offer("rematch", "offer"))
    assert (board.game.ply, board.game.status) == (0, "active")
    assert board.game.id != before
    assert {game.id for game in read_games(tmp_path)[0]} == {before, board.game.id}
    remove_game(tmp_path, before)
    assert [game.id for game in read_games(tmp_path)[0]] == [board.game.id]


def test_every_earlier_position_can_be_looked_at_and_the_record_taken_home(board: Board, tmp_path: Path) -> None:
    board.moves("a1", "b1")
    run(board.play.end("resign"))
    run(board.play.look_at(0))
    seen = board.told[-1]
    assert isinstance(seen, Seen)
    assert (seen.ply, seen.scene.pieces) == (0, ())
    record = msgspec.json.decode(run(board.play.record("json")))
    assert [each["move"] for each in record["moves"]] == ["a1", "b1"]
    assert (record["id"], record["result"]) == (board.game.id, {"winner": 1, "reason": "resigned"})
    part = msgspec.json.decode(run(board.play.record("json", 1)))
    assert (len(part["moves"]), part["result"]) == (1, None)
    assert {each.format for each in run(board.play.formats())} >= {"json", "text"}
    assert b"Low" in run(board.play.record("text"))
    with pytest.raises(ProblemError) as refused:
        run(board.play.record("stone-tablet"))
    assert refused.value.slug == "unknown-format"
    own = Exporter("count", "text/plain", "txt", lambda game: str(len(game.moves)).encode())
    installed = Installed(INSTALLED.rulesets, INSTALLED.plugins, by_format([own]), ())
    ((stored,), _) = read_games(tmp_path)
    assert run(Board(tmp_path, stored, installed).play.record("count")) == b"2"


def test_a_game_is_as_it_was_after_the_program_was_killed(tmp_path: Path) -> None:
    """It is killed at some moment amid moves; what is there is a whole game, and no half of one."""
    program = f"""
import asyncio, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from test_localplay import Board
async def main():
    board = Board(Path({str(tmp_path)!r}))
    await board.play.look()
    while True:
        await board.play.play("a1", board.game.ply)
        print(board.game.ply, flush=True)
        if board.game.ply == 3:
            await board.play.offer("takeback", "offer")
asyncio.run(main())
"""
    for pause in (1, 30):
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        assert process.stdout is not None
        for _ in range(pause):
            assert process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
    games, faults = read_games(tmp_path)
    assert (len(games), faults) == (2, [])
    for stored in games:
        again = Board(tmp_path, stored)
        run(again.play.look())
        assert again.game.moves == stored.moves


def test_a_file_that_cannot_be_read_is_kept_aside_and_told(board: Board, tmp_path: Path) -> None:
    board.moves("a1")
    whole = (tmp_path / f"{board.game.id}.json").read_bytes()
    spoilt = {"local-half": whole[:40], "local-other": whole, "local-binary": b"\xff\0"}
    for name, content in spoilt.items():
        (tmp_path / f"{name}.json").write_bytes(content)
    games, faults = read_games(tmp_path)
    assert [game.id for game in games] == [board.game.id]
    assert len(faults) == 3
    for name, content in spoilt.items():
        (aside,) = tmp_path.glob(f"{name}.json.*.bad")
        assert aside.read_bytes() == content
        assert any(str(aside) in fault for fault in faults)
    assert read_games(tmp_path) == (games, [])


def test_a_game_whose_rules_are_gone_or_others_says_so(board: Board, tmp_path: Path) -> None:
    board.moves("a1", "b1")
    ((stored,), _) = read_games(tmp_path)
    with pytest.raises(LocalPlayError, match="Climb are not installed any more"):
        Board(tmp_path, stored, Installed({}, {}, by_format(()), ()))

    class Stairs(Climb):
        def moves(self, position: Steps) -> list[str]:
            return ["a1"]

    with pytest.raises(LocalPlayError, match="move 2, b1, is not allowed any more"):
        Board(tmp_path, stored, Installed({"climb": Stairs()}, {"climb": "climbing"}, by_format(()), ()))
    with pytest.raises(LocalPlayError, match="cannot play this game any more"):
        Board(tmp_path, msgspec.structs.replace(stored, moves=("trap",)))


def test_what_cannot_be_stored_is_told_and_the_game_goes_on(board: Board, tmp_path: Path) -> None:
    full = Board(tmp_path / "file")
    (tmp_path / "file").write_text("not a folder")
    run(full.play.play("a1", 0))
    assert full.game.ply == 1
    assert any(isinstance(each, Toast) and each.kind == "fault" for each in full.told)


def test_options_that_the_rules_refuse_begin_no_game() -> None:
    with pytest.raises(LocalPlayError, match="colour"):
        new_game(INSTALLED, "climb", {"colour": "red"})


def test_games_are_listed_with_the_one_played_last_first(tmp_path: Path) -> None:
    for number, at in enumerate(("2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", "2026-01-01T00:00:00Z")):
        stored = msgspec.structs.replace(new_game(INSTALLED, "climb", {}), id=f"local-{number}", changed_at=at)
        write_game(tmp_path, stored)
    assert [game.id for game in read_games(tmp_path)[0]] == ["local-1", "local-0", "local-2"]
