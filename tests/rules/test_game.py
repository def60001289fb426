"""Cell names, options as plain data and as a schema, and what a ruleset gets without writing it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamehall.game import (
    CellChange,
    Input,
    Options,
    Outcome,
    Piece,
    Position,
    Refusal,
    Ruleset,
    Scene,
    board_cells,
    cell_name,
    cell_place,
    column_name,
    options_schema,
    read_options,
)


@pytest.mark.parametrize(
    ("cell", "place", "size"),
    [
        ("a1", (14, 0), 15),
        ("h8", (7, 7), 15),
        ("o15", (0, 14), 15),
        ("a15", (0, 0), 15),
        ("i1", (14, 8), 15),
        ("z26", (0, 25), 26),
        ("aa1", (29, 26), 30),
    ],
)
def test_cells_are_named_from_the_bottom_left(cell: str, place: tuple[int, int], size: int) -> None:
    assert cell_name(*place, size) == cell
    assert cell_place(cell, size, size) == place


@pytest.mark.parametrize(
    "cell",
    ["", "a", "1", "a0", "a01", "a16", "p1", "A1", "a1 ", " a1", "a1\n", "a-1", "1a", "aaaa1", "a1000", "a\u0661"],
)
def test_other_strings_name_no_cell(cell: str) -> None:
    assert cell_place(cell, 15, 15) is None


@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_names_and_places_are_inverse(width: int, height: int, data: st.DataObject) -> None:
    row, column = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    assert cell_place(cell_name(row, column, height), width, height) == (row, column)


@given(st.text(alphabet="ahz019 ", max_size=5))
def test_a_place_has_one_name(text: str) -> None:
    place = cell_place(text, 60, 30)
    assert place is None or cell_name(*place, 30) == text


def test_columns_go_on_after_z() -> None:
    names = [column_name(column) for column in (0, 25, 26, 27, 51, 52, 701, 702)]
    assert names == ["a", "z", "aa", "ab", "az", "ba", "zz", "aaa"]


def test_board_cells_go_row_by_row_from_the_top() -> None:
    assert board_cells(3, 2) == ["a2", "b2", "c2", "a1", "b1", "c1"]


class Race(Position, frozen=True):
    place: int = 0


class RaceOptions(Options, frozen=True):
    length: Annotated[int, msgspec.Meta(ge=2, le=9, title="Length")] = 3
    pace: Literal["slow", "fast"] = "slow"


class Runner(Ruleset[Race, RaceOptions]):
    """A race of one: forward to the last of three cells, by touching the next one or by a button."""

    key = "runner"
    title = "Runner"
    seats = ("runner",)
    Position = Race
    Options = RaceOptions

    def start(self, options: RaceOptions) -> Race:
        return Race()

    def to_act(self, position: Race) -> int | None:
        return None if position.place == 2 else 0

    def moves(self, position: Race) -> Iterable[str]:
        yield from () if position.place == 2 else ("step", "rest")

    def play(self, position: Race, move: str) -> Race:
        return Race(position.place + (move == "step"))

    def outcome(self, position: Race) -> Outcome | None:
        return Outcome(0, "arrived") if position.place == 2 else None

    def scene(self, position: Race, seat: int | None) -> Scene:
        here, ahead = cell_name(0, position.place, 1), cell_name(0, position.place + 1, 1)
        steps = (Input("step", (ahead,)), Input("rest", label="Rest")) if position.place < 2 else ()
        return Scene(3, 1, pieces=(Piece(here, "runner", 0),), inputs=steps if seat == 0 else ())


class Weather(msgspec.Struct, frozen=True):
    rain: bool = False


class OutdoorOptions(RaceOptions, frozen=True):
    weather: Weather = Weather()


class OutdoorRunner(Runner):
    Options = OutdoorOptions


runner = Runner()


def test_a_move_outside_the_list_is_refused() -> None:
    assert runner.refusal(Race(), "step") is None
    assert runner.refusal(Race(), "jump") == Refusal("illegal-move", "jump is not a legal move here.")
    assert runner.refusal(Race(2), "step") is not None


def test_a_touched_cell_means_its_input_or_its_own_name() -> None:
    assert runner.move_at(Race(), 0, 1) == "step"
    assert runner.move_at(Race(), 0, 2) == "c1"
    assert runner.move_at(Race(2), 0, 1) == "b1"


def test_changes_are_what_the_spectator_sees_differ() -> None:
    moved = {CellChange("a1", None), CellChange("b1", "runner", 0)}
    assert set(runner.changes(Race(0), "step", Race(1))) == moved
    assert runner.changes(Race(0), "rest", Race(0)) == ()


def test_sides_are_the_seats_unless_said_otherwise() -> None:
    assert runner.sides(Race()) == ("runner",)


def test_options_are_read_with_their_defaults() -> None:
    assert read_options(runner, {}) == RaceOptions(3, "slow")
    assert read_options(runner, {"length": 9}) == RaceOptions(9, "slow")


@pytest.mark.parametrize(
    ("chosen", "field"), [({"length": 10}, "length"), ({"pace": "mad"}, "pace"), ({"lenght": 4}, "lenght")]
)
def test_wrong_options_are_refused_by_name(chosen: dict[str, object], field: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=field):
        read_options(runner, chosen)


def test_options_become_one_schema_with_bounds_titles_and_defaults() -> None:
    schema = options_schema(runner)
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert schema["properties"]["length"] == {
        "type": "integer",
        "minimum": 2,
        "maximum": 9,
        "title": "Length",
        "default": 3,
    }
    assert schema["properties"]["pace"] == {"enum": ["fast", "slow"], "default": "slow"}
    assert "$ref" not in msgspec.json.encode(schema).decode()


def test_nested_options_keep_their_definitions() -> None:
    schema = options_schema(OutdoorRunner())
    assert set(schema["$defs"]) == {"Weather"}
    assert schema["$defs"]["Weather"]["properties"]["rain"]["default"] is False


def test_positions_and_options_cannot_be_changed() -> None:
    for thing, name in ((Race(), "place"), (RaceOptions(), "length")):
        with pytest.raises(AttributeError):
            setattr(thing, name, 5)


def test_rules_load_neither_the_web_nor_a_database() -> None:
    program = (
        "import sys, gamehall.game, gamehall.testing, gamehall.testing.fixtures\n"
        "print([name for name in ('litestar', 'sqlalchemy', 'httpx', 'alembic') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
