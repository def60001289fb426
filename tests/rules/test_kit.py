"""The kit accepts a small correct game and catches it broken in many ways, one at a time."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest

from gamehall.game import (
    CellChange,
    Input,
    Look,
    Options,
    Outcome,
    Piece,
    Position,
    Refusal,
    Ruleset,
    Scene,
    cell_name,
)
from gamehall.testing import check_golden, check_ruleset, perft, record_golden
from gamehall.testing.report import report_on
from gamehall.testing.rules import PROMISES


class HeapPosition(Position, frozen=True):
    left: int
    size: int
    seat: int = 0
    taken: tuple[int, ...] = ()


class HeapOptions(Options, frozen=True):
    size: Annotated[int, msgspec.Meta(ge=1, le=20)] = 7


class Heap(Ruleset[HeapPosition, HeapOptions]):
    """Take one, two or three from a heap by touching the last one to go; whoever takes the last one wins."""

    key = "heap"
    title = "Heap"
    seats = ("first", "second")
    presets = {"Tall": {"size": 12}, "One": {"size": 1}}
    Position = HeapPosition
    Options = HeapOptions

    def start(self, options: HeapOptions) -> HeapPosition:
        return HeapPosition(options.size, options.size)

    def to_act(self, position: HeapPosition) -> int | None:
        return position.seat if position.left else None

    def moves(self, position: HeapPosition) -> Iterable[str]:
        return [f"take-{count}" for count in (1, 2, 3) if count <= position.left]

    def play(self, position: HeapPosition, move: str) -> HeapPosition:
        count = int(move[-1])
        taken = (*position.taken, count)
        return HeapPosition(position.left - count, position.size, 1 - position.seat, taken)

    def outcome(self, position: HeapPosition) -> Outcome | None:
        return None if position.left else Outcome(1 - position.seat, "last-one")

    def scene(self, position: HeapPosition, seat: int | None) -> Scene:
        deciding = seat is not None and seat == self.to_act(position)
        names = [cell_name(0, column, 1) for column in range(position.left)]
        return Scene(
            width=position.size,
            height=1,
            pieces=tuple(Piece(name, "bead") for name in names),
            inputs=self.inputs(position, names) if deciding else (),
            sides=self.seats,
            status="Somebody won." if not position.left else "The heap is not empty.",
            prompt="Take up to three." if deciding else "",
        )

    def inputs(self, position: HeapPosition, names: list[str]) -> tuple[Input, ...]:
        return tuple(Input(f"take-{count}", (names[-count],)) for count in (1, 2, 3) if count <= position.left)


class OnPaper(Heap):
    """Without a board: in words and buttons."""

    def scene(self, position: HeapPosition, seat: int | None) -> Scene:
        return msgspec.structs.replace(super().scene(position, seat), width=0, height=0, pieces=())

    def inputs(self, position: HeapPosition, names: list[str]) -> tuple[Input, ...]:
        return tuple(Input(move, label=move) for move in self.moves(position))


class Choosing(Heap):
    """By touching the last bead, and then a choice."""

    def inputs(self, position: HeapPosition, names: list[str]) -> tuple[Input, ...]:
        return tuple(Input(move, (names[-1],), move) for move in self.moves(position))


class Painted(Heap):
    """Shows a bead of one kind and a ball of another, with these looks."""

    first, second = Piece("a1", "bead"), Piece("a1", "ball")
    looks: dict[str, Look] = {"ball": Look("Ba")}

    def scene(self, position: HeapPosition, seat: int | None) -> Scene:
        piece = self.first if position.left % 2 else self.second
        return msgspec.structs.replace(super().scene(position, seat), pieces=(piece,), looks=self.looks)


class PaintedInColours(Painted):
    looks = {"bead": Look("", "#101010"), "ball": Look("", "#e0E0e0")}


class Exchanging(Painted):
    """What each seat's pieces are called and how they look goes over to the other with the side."""

    first, second = Piece("a1", "black", 0), Piece("a1", "black", 1)
    looks = {}

    def sides(self, position: HeapPosition) -> tuple[str, ...]:
        return ("black", "white") if position.left % 2 else ("white", "black")

    def scene(self, position: HeapPosition, seat: int | None) -> Scene:
        return msgspec.structs.replace(super().scene(position, seat), sides=self.sides(position))


class Forbidding(Heap):
    """Tells of every cell whose bead is gone, while the game goes on."""

    def forbidden(self, position: HeapPosition) -> Mapping[str, Refusal]:
        gone = [cell_name(0, column, 1) for column in range(position.left, position.size)]
        return {cell: self.gone(cell) for cell in gone} if position.left else {}

    def gone(self, cell: str) -> Refusal:
        return Refusal("illegal-move", "The bead is gone.", (cell,))


class LosesByTaking(Heap):
    """Warns of a move that it allows."""

    def scene(self, position: HeapPosition, seat: int | None) -> Scene:
        return msgspec.structs.replace(super().scene(position, seat), pieces=())

    def forbidden(self, position: HeapPosition) -> Mapping[str, Refusal]:
        warning = Refusal("greedy", "Whoever takes three will be sorry.")
        return {cell_name(0, position.left - 3, 1): warning} if position.left >= 3 else {}


@pytest.mark.parametrize(
    "game", [Heap, OnPaper, Choosing, Painted, PaintedInColours, Exchanging, Forbidding, LosesByTaking]
)
def test_a_correct_game_is_accepted(game: Callable[[], Heap]) -> None:
    check_ruleset(game())


class DuplicateMoves(Heap):
    def moves(self, position: HeapPosition) -> list[str]:
        return [*super().moves(position), *super().moves(position)]


class MovesAfterTheEnd(Heap):
    def moves(self, position: HeapPosition) -> list[str]:
        return list(super().moves(position)) or ["take-1"]


class NobodyEnds(Heap):
    def outcome(self, position: HeapPosition) -> Outcome | None:
        return None


class NobodyActs(Heap):
    def to_act(self, position: HeapPosition) -> int | None:
        return None


class NoSuchSeat(Heap):
    def to_act(self, position: HeapPosition) -> int | None:
        return position.seat + 1 if position.left else None


class NoSuchWinner(Heap):
    def outcome(self, position: HeapPosition) -> Outcome | None:
        return None if position.left else Outcome(2, "last-one")


class Endless(Heap):
    def play(self, position: HeapPosition, move: str) -> HeapPosition:
        after = super().play(position, move)
        return after if after.left else HeapPosition(1, position.size, after.seat)


class ListPosition(HeapPosition, frozen=True):
    log: list[str] = []


class Mutating(Heap):
    Position = ListPosition

    def start(self, options: HeapOptions) -> ListPosition:
        return ListPosition(options.size, options.size, log=[])

    def play(self, position: HeapPosition, move: str) -> ListPosition:
        assert isinstance(position, ListPosition)
        position.log.append(move)
        after = super().play(position, move)
        return ListPosition(after.left, after.size, after.seat, after.taken, list(position.log))


class LoosePosition(HeapPosition, frozen=True):
    log: Any = ()


class NotPlain(Heap):
    Position = LoosePosition

    def start(self, options: HeapOptions) -> LoosePosition:
        return LoosePosition(options.size, options.size, log=(1, 2))


class AnotherType(Heap):
    Position = LoosePosition


class Chancy(Heap):
    def play(self, position: HeapPosition, move: str) -> HeapPosition:
        after = super().play(position, move)
        return HeapPosition(after.left, after.size, after.seat, (*after.taken, random.getrandbits(62)))


class Remembering(Heap):
    """Every third asked move goes wrong, evenly enough for two calls in a row to agree."""

    def __init__(self) -> None:
        self.seen: dict[int, int] = {}

    def play(self, position: HeapPosition, move: str) -> HeapPosition:
        after = super().play(position, move)
        asked = self.seen[len(after.taken)] = self.seen.get(len(after.taken), 0) + 1
        return after if asked < 3 else HeapPosition(after.left, after.size, after.seat, (0,))


class AllowsNonsense(Heap):
    def refusal(self, position: HeapPosition, move: str) -> Refusal | None:
        return super().refusal(position, move) if move.startswith("take") else None


class RaisesOnNonsense(Heap):
    def refusal(self, position: HeapPosition, move: str) -> Refusal | None:
        int(move[-1])
        return super().refusal(position, move)


class RefusesALegalMove(Heap):
    def refusal(self, position: HeapPosition, move: str) -> Refusal | None:
        if move == "take-3":
            return Refusal("greedy", "Three are too many.")
        return super().refusal(position, move)


class InputsForAll(Heap):
    def scene(self, position: HeapPosition, seat: int | None) -> Scene:
        return super().scene(position, self.to_act(position))


class MissingInput(Heap):
    def inputs(self, position: HeapPosition, names: list[str]) -> tuple[Input, ...]:
        return super().inputs(position, names)[:2]


class IllegalInput(Heap):
    def inputs(self, position: HeapPosition, names: list[str]) -> tuple[Input, ...]:
        return (*super().inputs(position, names), Input("take-4", label="Take four"))


class AmbiguousInputs(Heap):
    def inputs(self, position: HeapPosition, names: list[str]) -> tuple[Input, ...]:
        return tuple(Input(move, (names[0],)) for move in self.moves(position))


class TwoOfOneLabel(Heap):
    def inputs(self, position: HeapPosition, names: list[str]) -> tuple[Input, ...]:
        return tuple(Input(move, (names[0],), "Take") for move in self.moves(position))


class ChoosesNone(Choosing):
    def move_at(self, position: HeapPosition, row: int, column: int) -> str:
        return cell_name(row, column, 1)


class NamelessButtons(Heap):
    def inputs(self, position: HeapPosition, names: list[str]) -> tuple[Input, ...]:
        return tuple(Input(move) for move in self.moves(position))


class OffTheBoard(Heap):
    def scene(self, position: HeapPosition, seat: int | None) -> Scene:
        scene = super().scene(position, seat)
        return msgspec.structs.replace(scene, pieces=(*scene.pieces, Piece("a2", "bead")))


class HalfABoard(Heap):
    def scene(self, position: HeapPosition, seat: int | None) -> Scene:
        return msgspec.structs.replace(super().scene(position, seat), height=0)


class PiecesOnPaper(OnPaper):
    def scene(self, position: HeapPosition, seat: int | None) -> Scene:
        return msgspec.structs.replace(super().scene(position, seat), pieces=(Piece("a1", "bead"),))


class OtherLooks(Painted):
    def scene(self, position: HeapPosition, seat: int | None) -> Scene:
        scene = super().scene(position, seat)
        return scene if seat is None else msgspec.structs.replace(scene, looks={"bead": Look("X")})


class LongSymbol(Painted):
    looks = {"ball": Look("Ball")}


class BlankSymbol(Painted):
    looks = {"ball": Look(" ")}


class ColourByName(Painted):
    looks = {"ball": Look("X", "red")}


class NoKind(Painted):
    second = Piece("a1", "")


class OneName(Painted):
    first, second = Piece("a1", "glass-bead"), Piece("a1", "glass_bead")
    looks = {"glass-bead": Look("G"), "glass_bead": Look("B")}


class OneLetter(Painted):
    looks = {}


class PaleColours(Painted):
    looks = {"bead": Look("", "#e00000"), "ball": Look("", "#00a000")}


class OneStone(Painted):
    first, second = Piece("a1", "black", 0), Piece("a1", "black", 1)


class ForbidsOffTheBoard(Forbidding):
    def forbidden(self, position: HeapPosition) -> Mapping[str, Refusal]:
        return {"a2": self.gone("a1")} if position.left else {}


class ForbidsABead(Forbidding):
    def forbidden(self, position: HeapPosition) -> Mapping[str, Refusal]:
        return {"a1": self.gone("a1")} if position.left else {}


class ForbidsAfterTheEnd(Forbidding):
    def forbidden(self, position: HeapPosition) -> Mapping[str, Refusal]:
        return {} if position.left else {"a1": self.gone("a1")}


class ForbidsWithoutASentence(Forbidding):
    def gone(self, cell: str) -> Refusal:
        return Refusal("illegal-move", "")


class ForbidsForNoReason(Forbidding):
    def gone(self, cell: str) -> Refusal:
        return Refusal("illegal-move", "The bead is gone.", ("a2",))


class ForbidsForAnotherReason(Forbidding):
    def gone(self, cell: str) -> Refusal:
        return Refusal("gone", "The bead is gone.")


class StrangersPiece(Heap):
    def scene(self, position: HeapPosition, seat: int | None) -> Scene:
        scene = super().scene(position, seat)
        return msgspec.structs.replace(scene, pieces=tuple(Piece(p.cell, p.kind, 2) for p in scene.pieces))


class OtherSides(Heap):
    def sides(self, position: HeapPosition) -> tuple[str, ...]:
        return self.seats[::-1]


class StrangersEdge(Heap):
    def scene(self, position: HeapPosition, seat: int | None) -> Scene:
        return msgspec.structs.replace(super().scene(position, seat), edges=(0, 1, 2, 1))


class OtherStatus(Heap):
    def scene(self, position: HeapPosition, seat: int | None) -> Scene:
        return msgspec.structs.replace(super().scene(position, seat), status=f"Seen by {seat}.")


class NoPrompt(Heap):
    def scene(self, position: HeapPosition, seat: int | None) -> Scene:
        return msgspec.structs.replace(super().scene(position, seat), prompt="")


class WrongChanges(Heap):
    def changes(self, before: HeapPosition, move: str, after: HeapPosition) -> tuple[CellChange, ...]:
        return super().changes(before, move, after)[1:]


class WrongTouch(Heap):
    def move_at(self, position: HeapPosition, row: int, column: int) -> str:
        return "take-1"


class BadPreset(Heap):
    presets = {"Huge": {"size": 1000}}


class TwoSeatsOneSide(Heap):
    seats = ("first", "first")


class NoKey(Heap):
    key = "Heap of beads"


BROKEN: list[tuple[Callable[[], Heap], str]] = [
    (DuplicateMoves, r"moves\(\) lists \['take-1', .* more than once"),
    (MovesAfterTheEnd, r"the game is over but moves\(\) is not empty"),
    (NobodyEnds, r"outcome\(\) is None but moves\(\) is empty"),
    (NobodyActs, r"outcome\(\) is None but nobody is to act"),
    (NoSuchSeat, r"to_act\(\) is 2; there is no such seat"),
    (NoSuchWinner, r"the winner 2 is no seat"),
    (Endless, r"no end after 2000 moves"),
    (Mutating, r"play\('take-\d'\) changed the position it was given"),
    (NotPlain, r"the position changed on the way through JSON"),
    (AnotherType, r"the position is a HeapPosition, not LoosePosition"),
    (Chancy, r"play\('take-\d'\) gave two results"),
    (Remembering, r"the same moves gave another position"),
    (AllowsNonsense, r"refusal\(\) allows '', which moves\(\) does not list"),
    (RaisesOnNonsense, r"refusal\(position, ''\) raised IndexError"),
    (RefusesALegalMove, r"moves\(\) lists 'take-3' but refusal\(\) says"),
    (InputsForAll, r"a spectator is offered inputs"),
    (MissingInput, r"no input leads to the legal moves \['take-3'\]"),
    (IllegalInput, r"inputs offer \['take-4'\], which moves\(\) does not list"),
    (AmbiguousInputs, r"touching \('a1',\) means 3 moves; they need labels of their own, not \['', '', ''\]"),
    (TwoOfOneLabel, r"touching \('a1',\) means 3 moves; they need labels of their own"),
    (ChoosesNone, r"touching that cell means take-1 or take-2"),
    (NamelessButtons, r"buttons need labels of their own"),
    (OffTheBoard, r"the scene names 'a2', which is not on the board"),
    (HalfABoard, r"the scene is 7 wide and 0 high; a board has cells"),
    (PiecesOnPaper, r"the scene names 'a1', but it has no board"),
    (OtherLooks, r"looks have to be the same for every viewer"),
    (LongSymbol, r"the look of 'ball' has the symbol 'Ball'; write one or two characters"),
    (BlankSymbol, r"the look of 'ball' has the symbol ' '"),
    (ColourByName, r"the look of 'ball' has the colour 'red'; write it as #rrggbb"),
    (NoKind, r"the piece on a1 has no kind"),
    (OneName, r"pieces 'glass.bead' of nobody and 'glass.bead' of nobody are both called 'glass bead'"),
    (OneLetter, r"both show 'B', and the contrast of their colours .* is 1.0, below 3; give each of them a symbol"),
    (PaleColours, r"the contrast of their colours #\w+ and #\w+ is 1.\d, below 3"),
    (OneStone, r"pieces 'black' of first and 'black' of second are both drawn as a stone 'black'"),
    (ForbidsOffTheBoard, r"forbidden\(\) names 'a2', which is not on the board"),
    (ForbidsABead, r"forbidden\(\) names a1, where a piece stands"),
    (ForbidsAfterTheEnd, r"the game is over but forbidden\(\) still names a1"),
    (ForbidsWithoutASentence, r"what forbidden\(\) says of \w1 is Refusal.*; a Refusal has a code"),
    (ForbidsForNoReason, r"what forbidden\(\) says of \w1 names \['a2'\], which are not on the board"),
    (ForbidsForAnotherReason, r"forbidden\(\) says gone of \w1 but refusal\('\w1'\) says illegal-move"),
    (StrangersPiece, r"pieces belong to \['2'\]; there are no such seats"),
    (OtherSides, r"sides\(\) is .* but the scene's sides are"),
    (StrangersEdge, r"edges belong to \['2'\]; there are no such seats"),
    (OtherStatus, r"status and edges have to be the same for every viewer"),
    (NoPrompt, r"seat 0 decides but its scene has no prompt"),
    (WrongChanges, r"changes\(\) tells"),
    (WrongTouch, r"move_at\(position, -?\d+, -?\d+\) is 'take-1'"),
    (BadPreset, r"preset 'Huge' is refused by Options"),
    (TwoSeatsOneSide, r"give each seat a side of its own"),
    (NoKey, r"write words-with-hyphens"),
]


@pytest.mark.parametrize(("broken", "complaint"), BROKEN, ids=[broken.__name__ for broken, _ in BROKEN])
def test_a_broken_game_is_caught_with_what_to_mend(broken: Callable[[], Heap], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check_ruleset(broken())


def test_every_promise_can_be_broken_and_is_told_by_its_name() -> None:
    told = {finding.promise for broken, _ in BROKEN for finding in report_on(broken()).findings if not finding.ok}
    assert told == set(PROMISES)


def test_a_report_goes_on_after_what_is_broken() -> None:
    class BrokenTwice(Heap):
        def refusal(self, position: HeapPosition, move: str) -> Refusal | None:
            return None

        def sides(self, position: HeapPosition) -> tuple[str, ...]:
            return self.seats[::-1]

    report = report_on(BrokenTwice(), games=3)
    broken = {finding.promise: finding for finding in report.findings if not finding.ok}
    assert set(broken) == {"refusals", "scenes"}
    assert broken["refusals"].detail == "refusal() allows '', which moves() does not list"
    assert broken["refusals"].way == 'in a random game with options {"size":7} after no moves'
    assert [finding.promise for finding in report.findings] == list(PROMISES)
    assert not report.ok


def test_a_report_says_what_was_seen_and_counts() -> None:
    report = report_on(Heap(), games=3)
    assert report.ok
    seen = {finding.promise: finding.detail for finding in report.findings}
    assert seen["declaration"] == "options: size; presets: Tall, One"
    assert re.fullmatch(r"3 games from 1 to \d+ moves, \d+ moves in all", seen["random games"])
    assert report.perft == [perft(Heap(), depth) for depth in range(1, 9)]
    assert report.perft[-1] == 0
    assert report.times is not None
    assert 0 <= report.times.median <= report.times.slowest


def test_a_report_on_rules_that_cannot_be_played_says_what_it_can() -> None:
    class Raising(Heap):
        def outcome(self, position: HeapPosition) -> Outcome | None:
            return None if 20 // position.left else super().outcome(position)

    report = report_on(Raising())
    assert (report.perft, report.times) == ([], None)
    (broken,) = (finding for finding in report.findings if not finding.ok)
    assert broken.promise == "random games"
    assert broken.detail == "ZeroDivisionError: integer division or modulo by zero"
    assert "after take-" in broken.way
    assert "replay" not in {finding.promise for finding in report.findings}, "no game came to its end"
    (only,) = report_on(NoKey()).findings
    assert (only.promise, only.ok) == ("declaration", False)


def test_a_report_comes_to_positions_that_random_games_miss() -> None:
    class FailsSeldom(Heap):
        def moves(self, position: HeapPosition) -> list[str]:
            if position.taken == (1, 1, 1, 1, 1, 1):
                raise LookupError("six times one")
            return list(super().moves(position))

    check_ruleset(FailsSeldom(), games=3)
    (broken,) = (finding for finding in report_on(FailsSeldom(), games=3).findings if not finding.ok)
    assert (broken.promise, broken.detail) == ("random games", "LookupError: six times one")
    assert broken.way == "while games were counted with perft"


def test_a_failure_tells_the_way_to_the_position() -> None:
    with pytest.raises(AssertionError) as caught:
        check_ruleset(MovesAfterTheEnd())
    assert r'in a random game with options {"size":7} after take-' in caught.value.__notes__[0]


def test_the_same_seed_plays_the_same_games() -> None:
    class Logging(Heap):
        def __init__(self) -> None:
            self.log: list[str] = []

        def play(self, position: HeapPosition, move: str) -> HeapPosition:
            self.log.append(move)
            return super().play(position, move)

    first, second, third = Logging(), Logging(), Logging()
    check_ruleset(first, seed=1)
    check_ruleset(second, seed=1)
    check_ruleset(third, seed=2)
    assert first.log == second.log
    assert first.log != third.log


def test_perft_counts_sequences_of_exactly_that_many_moves() -> None:
    # A heap of 4: every composition of at most 4 into parts of at most 3, by its number of parts.
    assert [perft(Heap(), depth, {"size": 4}) for depth in range(6)] == [1, 3, 6, 4, 1, 0]


def test_perft_notices_a_rule_that_random_play_cannot() -> None:
    class TakesTwoAtMost(Heap):
        def moves(self, position: HeapPosition) -> list[str]:
            return list(super().moves(position))[:2]

        def inputs(self, position: HeapPosition, names: list[str]) -> tuple[Input, ...]:
            return super().inputs(position, names)[:2]

    check_ruleset(TakesTwoAtMost())
    assert perft(TakesTwoAtMost(), 3) != perft(Heap(), 3)


class Golden:
    """A folder with one recorded game of the heap of seven."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        record_golden(Heap(), folder / "seven.json", ["take-3", "take-3", "take-1"])


@pytest.fixture
def golden(tmp_path: Path) -> Golden:
    return Golden(tmp_path)


def test_a_golden_game_replays(golden: Golden) -> None:
    check_golden(Heap(), golden.folder)
    stored = msgspec.json.decode((golden.folder / "seven.json").read_bytes())
    assert stored == {
        "ruleset": "heap",
        "version": 1,
        "options": {},
        "moves": ["take-3", "take-3", "take-1"],
        "outcome": {"winner": 0, "reason": "last-one"},
        "position": {"left": 0, "size": 7, "seat": 1, "taken": [3, 3, 1]},
    }


class LastOneLoses(Heap):
    def outcome(self, position: HeapPosition) -> Outcome | None:
        return None if position.left else Outcome(position.seat, "last-one")


class TakesLess(Heap):
    def moves(self, position: HeapPosition) -> list[str]:
        return list(super().moves(position))[:2]


class ForgetsWhatWasTaken(Heap):
    def play(self, position: HeapPosition, move: str) -> HeapPosition:
        after = super().play(position, move)
        return HeapPosition(after.left, after.size, after.seat)


class NewPosition(Position, frozen=True):
    """Has a field that older positions lack."""

    left: int
    size: int
    colour: str
    seat: int = 0
    taken: tuple[int, ...] = ()


class Raised(Heap):
    version = 2


class ReadsNoOldPosition(Heap):
    Position = NewPosition  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        (LastOneLoses, r"ended with .*winner=0.* and now with .*winner=1.*: raise the ruleset's version"),
        (TakesLess, r"move 1, take-3, is refused"),
        (ForgetsWhatWasTaken, r"ended in .* and now in .*: raise the ruleset's version"),
        (Raised, r"recorded for version 1 of heap, now at 2: record it again"),
        (ReadsNoOldPosition, r"a stored position can no longer be read .*`colour`"),
    ],
)
def test_a_golden_game_that_goes_another_way_is_told(golden: Golden, changed: type[Heap], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check_golden(changed(), golden.folder)


def test_a_ruleset_without_golden_games_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="heap: no golden game"):
        check_golden(Heap(), tmp_path)


def test_an_illegal_game_is_not_recorded(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="move 2, take-9, is refused"):
        record_golden(Heap(), tmp_path / "bad.json", ["take-1", "take-9"])
    assert list(tmp_path.iterdir()) == []
