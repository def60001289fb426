"""Hex: join your two sides of the board by a chain of stones; one of the two players always succeeds."""

from typing import Annotated, Literal

import msgspec
from msgspec.structs import replace

from gamehall import hookimpl
from gamehall.game import Look, Options, Outcome, Scene
from gamehall_gomoku_rules import FIRST, Grid, LineGame, LinePosition

NEIGHBOURS = ((0, -1), (0, 1), (-1, 0), (-1, 1), (1, 0), (1, -1))  # rows down, columns to the right
LOOKS = {"red": Look("R", "#b3261e"), "blue": Look("B", "#1e4fa3")}


class HexOptions(Options, frozen=True):
    board_size: Annotated[int, msgspec.Meta(ge=3, le=19, title="Board size")] = 11
    opening: Annotated[
        Literal["pie", "none"], msgspec.Meta(title="Opening", description="Pie: sides may be swapped after one stone.")
    ] = "pie"


class Hex(LineGame):
    key = "hex"
    title = "Hex"
    summary = "Join your two sides of the board by a chain of stones."
    seats = ("red", "blue")
    lattice = "squares"
    presets = {"Standard": {}, "Large": {"board_size": 14}, "Small": {"board_size": 7}}
    Options = HexOptions

    def won(self, position: LinePosition, board: str, point: int, lines: Grid) -> tuple[int, ...]:
        """A shortest chain from side to side of the colour that has just moved; empty where there is none."""
        axis, last = 0 if position.stone == FIRST else 1, position.width - 1
        own = {divmod(each, position.width) for each, stone in enumerate(board) if stone == position.stone}
        ways = [[place] for place in own if place[axis] == 0]
        for way in ways:  # the list grows by what leads on, so the shorter ways come first
            if way[-1][axis] == last:
                return tuple(sorted(row * position.width + column for row, column in way))
            onward = {(way[-1][0] + down, way[-1][1] + right) for down, right in NEIGHBOURS} & own
            own -= onward
            ways += [[*way, place] for place in sorted(onward)]
        return ()

    def win(self, position: LinePosition, stone: str) -> Outcome:
        return Outcome(position.seat_of(stone), "chain")

    def winning(self, position: LinePosition, winner: str) -> str:
        return f"{winner} wins with a chain from side to side."

    def remark(self, position: LinePosition) -> str:
        return "Red joins top and bottom, blue left and right."

    def scene(self, position: LinePosition, seat: int | None) -> Scene:
        return replace(super().scene(position, seat), lattice="hexes", looks=LOOKS, edges=(0, 1, 0, 1))


@hookimpl
def gamehall_rulesets() -> list[Hex]:
    return [Hex()]
