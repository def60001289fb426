"""Breakthrough: bring one of your men to the far side of the board."""

from typing import Annotated

import msgspec

from gamehall import hookimpl
from gamehall.game import Input, Mark, Options, Outcome, Piece, Position, Refusal, Ruleset, Scene, board_cells


class BoardOptions(Options, frozen=True):
    width: Annotated[int, msgspec.Meta(ge=2, le=12, title="Columns")] = 8
    height: Annotated[int, msgspec.Meta(ge=4, le=12, title="Rows", description="Each side fills two of them.")] = 8


class Men(Position, frozen=True):
    width: int
    height: int
    men: dict[str, int]  # by cell, whose man stands there
    turn: int = 0
    last: tuple[str, ...] = ()  # the cells that the last move went from and to


def steps(position: Men) -> dict[str, tuple[str, str]]:
    """Every step of whoever is to move, with the cells that it goes from and to."""
    cells, men, ahead = board_cells(position.width, position.height), position.men, (1, -1)[position.turn]
    found = {}
    for cell in (cell for cell, owner in men.items() if owner == position.turn):
        for right in (-1, 0, 1):
            target = f"{chr(ord(cell[0]) + right)}{int(cell[1:]) + ahead}"
            takes = men.get(target) == 1 - position.turn and right != 0
            if target in cells and (takes or target not in men):
                found[cell + target] = (cell, target)
    return found


class Breakthrough(Ruleset[Men, BoardOptions]):
    key = "breakthrough"
    title = "Breakthrough"
    summary = "Men step ahead, straight or aslant, and take aslant; the first on the far side wins."
    seats = ("white", "black")
    presets = {"Standard": {}, "Small": {"width": 5, "height": 6}}
    Position = Men
    Options = BoardOptions

    def start(self, options: BoardOptions) -> Men:
        cells, filled = board_cells(options.width, options.height), 2 * options.width
        men = dict.fromkeys(cells[:filled], 1) | dict.fromkeys(cells[-filled:], 0)
        return Men(options.width, options.height, men)

    def to_act(self, position: Men) -> int | None:
        return None if self.outcome(position) else position.turn

    def moves(self, position: Men) -> list[str]:
        return [] if self.outcome(position) else list(steps(position))

    def refusal(self, position: Men, move: str) -> Refusal | None:
        reason = "A man steps one row ahead, straight or aslant, and takes only aslant."
        return None if move in self.moves(position) else Refusal("illegal-move", reason)

    def play(self, position: Men, move: str) -> Men:
        cell, target = steps(position)[move]
        men = {each: owner for each, owner in position.men.items() if each != cell} | {target: position.turn}
        return Men(position.width, position.height, men, 1 - position.turn, (cell, target))

    def outcome(self, position: Men) -> Outcome | None:
        mover, farthest = 1 - position.turn, (1, position.height)[position.turn]
        if position.last and int(position.last[1][1:]) == farthest:
            return Outcome(mover, "far-side")
        return None if position.turn in position.men.values() else Outcome(mover, "no-men-left")

    def scene(self, position: Men, seat: int | None) -> Scene:
        mover, enemy = self.seats[position.turn].capitalize(), self.seats[1 - position.turn]
        deciding = seat is not None and seat == self.to_act(position)
        return Scene(
            width=position.width,
            height=position.height,
            lattice="squares",
            pieces=tuple(Piece(cell, self.seats[owner], owner) for cell, owner in position.men.items()),
            inputs=tuple(Input(move, cells) for move, cells in steps(position).items() if deciding),
            marks=tuple(Mark(cell, "last") for cell in position.last),
            sides=self.seats,
            status=f"{mover} is to move." if self.to_act(position) is not None else f"The game is over: {enemy} wins.",
            prompt="Touch one of your men, then the cell that it goes to." if deciding else "",
        )


@hookimpl
def gamehall_rulesets() -> list[Breakthrough]:
    return [Breakthrough()]
