"""What others build on: a variant names what differs, whichever of the three parts it is, and gets the rest."""

from __future__ import annotations

from typing import ClassVar, Literal

from gamehall.game import Options, Outcome, Refusal
from gamehall.testing import check_ruleset, perft
from gamehall_gomoku_rules import (
    FIRST,
    OPENINGS,
    AtLeast,
    Choose,
    Foul,
    Gomoku,
    Line,
    LineGame,
    LinePosition,
    Offer,
    Opening,
    Pick,
    Run,
    Stone,
    Zone,
)
from rig.rulesets import played, refusal_code


class SixRow(LineGame):
    key = "six-row"
    title = "Six in a row"
    line = AtLeast(6)


def test_another_length() -> None:
    five = "a1 a9 b1 b9 c1 c9 d1 d9 e1"
    assert SixRow().outcome(played(SixRow(), five)) is None
    won = played(SixRow(), five + " e9 f1")
    assert SixRow().outcome(won) == Outcome(0, "row")
    assert SixRow().scene(won, None).status == "Black wins with six in a row."
    check_ruleset(SixRow(), games=2)


class OpenFive(Line):
    """Black needs an end without a white stone; White does not care."""

    def wins(self, run: Run) -> bool:
        return run.stone != FIRST or run.blocked < 2


class Hemmed(Gomoku):
    key = "hemmed"
    title = "Hemmed-in five"
    line = OpenFive(5)


def test_a_line_of_ones_own_may_differ_by_side() -> None:
    hemmed = played(Hemmed(), "b1 a1 c1 g1 d1 a9 e1 b9 f1")
    assert Hemmed().outcome(hemmed) is None
    white = played(Hemmed(), "a1 b1 g1 c1 a9 d1 b9 e1 o9 f1")
    assert Hemmed().outcome(white) == Outcome(1, "five")
    edge = played(Hemmed(), "a1 f1 b1 a9 c1 b9 d1 c9 e1")
    assert Hemmed().outcome(edge) == Outcome(0, "five")


class NoPairs(Foul):
    """Black may not place a stone beside another black one in a row, column or diagonal."""

    def refusal(self, position: LinePosition, point: int) -> Refusal | None:
        if position.stone != FIRST or all(run.length == 1 for run in position.runs(point)):
            return None
        cells = {position.grid.names[p] for run in position.runs(point) for p in run.points}
        return Refusal("forbidden-pair", "Black may not make a pair.", tuple(sorted(cells)))


class Paired(LineGame):
    key = "paired"
    title = "No pairs"
    board = (4, 4)
    line = AtLeast(4)
    foul: ClassVar[Foul] = NoPairs()
    Options = Options


def test_a_foul_refuses_its_points_with_its_own_reason() -> None:
    game = Paired()
    position = played(game, "a1 d4")
    refusal = game.refusal(position, "b2")
    assert refusal == Refusal("forbidden-pair", "Black may not make a pair.", ("a1", "b2"))
    assert "b2" not in game.moves(position)
    assert game.refusal(played(game, "a1"), "b2") is None, "only black is held to it"


def test_forbidden_points_are_marked_for_the_one_who_decides() -> None:
    game = Paired()
    position = played(game, "a1 b2")

    def forbidden(seat: int | None) -> set[str]:
        return {mark.cell for mark in game.scene(position, seat).marks if mark.kind == "forbidden"}

    assert forbidden(0) == {"a2", "b1"}
    assert forbidden(1) == forbidden(None) == set()


def test_a_foul_is_asked_about_one_point_when_one_move_is_made() -> None:
    asked = []

    class Listening(NoPairs):
        def refusal(self, position: LinePosition, point: int) -> Refusal | None:
            asked.append(point)
            return super().refusal(position, point)

    class Quiet(Paired):
        foul = Listening()

    game = Quiet()
    position = game.start(Options())
    assert game.refusal(position, "a4") is None
    game.play(position, "a4")
    game.scene(position, None)
    assert asked == [0]


def test_a_side_with_only_forbidden_points_passes() -> None:
    class Two(Paired):
        board = (2, 2)

    game = Two()
    position = played(game, "a1 a2")
    assert game.moves(position) == ["pass"]
    scene = game.scene(position, 0)
    assert [(touch.move, touch.label) for touch in scene.inputs] == [("pass", "Pass")]
    assert scene.prompt == "No free point is allowed: you have to pass."
    end = played(game, "a1 a2 pass b1 pass b2")
    assert game.outcome(end) == Outcome(None, "board-full")


class OnePoint(Foul):
    """Nobody may place a stone anywhere but on the top left point."""

    def refusal(self, position: LinePosition, point: int) -> Refusal | None:
        return None if point == 0 else Refusal("forbidden-point", "Only one point may be taken.")


def test_when_both_sides_pass_the_game_is_drawn() -> None:
    class Stuck(Paired):
        board = (3, 1)
        foul = OnePoint()

    position = played(Stuck(), "a1 pass pass")
    assert Stuck().outcome(position) == Outcome(None, "no-moves")
    assert Stuck().scene(position, None).status == "Draw: neither side may place a stone."
    check_ruleset(Stuck())


def test_fouls_keep_the_promises() -> None:
    check_ruleset(Paired(), games=20)


class OfferOptions(Options, frozen=True):
    opening: Literal["offer"] = "offer"


class OfferedPairs(Paired):
    """The third stone is offered, and may turn out to be foul."""

    key = "offered-pairs"
    openings = {"offer": Opening("Offer", (Stone(), Stone(), Offer(2), Pick()))}
    Options = OfferOptions


def test_an_offered_point_that_is_foul_cannot_be_picked() -> None:
    game = OfferedPairs()
    position = played(game, "a1 d4 offer-b2 offer-c1")
    assert game.moves(position) == ["c1"]
    assert refusal_code(game, position, "b2") == "forbidden-pair"
    assert set(game.forbidden(position)) == {"b2"}
    check_ruleset(game, games=20)


class TwoByTwo(LineGame):
    key = "two-by-two"
    title = "One stone, then two a turn"
    line = AtLeast(6)
    turn = (1, 2)


def test_a_turn_may_have_several_stones() -> None:
    game = TwoByTwo()
    seats = []
    position = game.start(game.Options())
    for move in ("h8", "a1", "a2", "h9", "h10", "a3", "a4"):
        seats.append(game.to_act(position))
        position = game.play(position, move)
    assert seats == [0, 1, 1, 0, 0, 1, 1]
    marks = {mark.cell for mark in game.scene(position, None).marks if mark.kind == "last"}
    assert marks == {"a3", "a4"}
    assert game.scene(position, None).status == "Black to move, two stones to place."
    check_ruleset(game, games=2)


def test_a_pass_ends_the_turn() -> None:
    class Cornered(TwoByTwo):
        foul: ClassVar[Foul] = OnePoint()
        turn = (2, 2)

    position = played(Cornered(), "a15 pass")
    assert (Cornered().to_act(position), position.left) == (1, 2)


def test_a_turn_ends_when_its_first_stone_wins() -> None:
    position = played(TwoByTwo(), "h8 a1 a2 h9 h10 a3 a4 h11 h12 b1 b2 h13")
    assert TwoByTwo().outcome(position) == Outcome(0, "row")


class OddOptions(Options, frozen=True):
    board_size: Literal[7, 9] = 7
    opening: Literal["none", "centre-swap"] = "none"


class CentreSwap(LineGame):
    """An opening of its own, with sides of its own."""

    key = "centre-swap"
    title = "Centre, then swap"
    seats = ("red", "blue")
    openings = {
        **OPENINGS,
        "centre-swap": Opening(
            "Centre, swap, ring, swap",
            (Stone(Zone(1)), Choose(("swap", "keep")), Stone(Zone(3)), Choose(("swap", "keep"), by=0)),
        ),
    }
    Options = OddOptions
    presets = {"Opened": {"opening": "centre-swap"}, "Nine": {"board_size": 9, "opening": "centre-swap"}}


def test_an_opening_of_ones_own() -> None:
    game = CentreSwap()
    assert perft(game, 4, {"opening": "centre-swap"}) == 1 * 2 * 8 * 2
    twice = played(game, "d4 swap d5 swap", opening="centre-swap")
    assert game.sides(twice) == ("red", "blue")
    once = played(game, "d4 keep d5 swap", opening="centre-swap")
    assert game.sides(once) == ("blue", "red")
    assert game.to_act(once) == 1
    assert game.scene(once, None).status == "Red to move."
    check_ruleset(game, games=6)


class NamedSides(LineGame):
    key = "named-sides"
    title = "Named sides"
    seats = ("red", "blue")


def test_decisions_keep_their_names_where_sides_have_others() -> None:
    game = NamedSides()
    position = played(game, "a1 b1 c1", opening="swap")
    assert game.moves(position) == ["black", "white"]
    scene = game.scene(position, 1)
    assert [touch.label for touch in scene.inputs] == ["Take red", "Stay blue"]
