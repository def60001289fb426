"""Nim: take any number of stones from one heap; whoever takes the last stone wins."""

from typing import Annotated

import msgspec

from gamehall import hookimpl
from gamehall.game import Input, Options, Outcome, Piece, Position, Ruleset, Scene, cell_name, column_name


class Heaps(Position, frozen=True):
    left: tuple[int, ...]
    turn: int = 0


class HeapOptions(Options, frozen=True):
    heaps: Annotated[int, msgspec.Meta(ge=1, le=9, title="Heaps")] = 3
    stones: Annotated[int, msgspec.Meta(ge=1, le=9, title="Stones in the largest heap")] = 5


class Nim(Ruleset[Heaps, HeapOptions]):
    key = "nim"
    title = "Nim"
    summary = "Take stones from one heap; the last stone wins."
    seats = ("first", "second")
    Position = Heaps
    Options = HeapOptions

    def start(self, options: HeapOptions) -> Heaps:
        return Heaps(tuple(max(1, options.stones - 2 * n) for n in reversed(range(options.heaps))))

    def to_act(self, position: Heaps) -> int | None:
        return position.turn if any(position.left) else None

    def moves(self, position: Heaps) -> list[str]:
        # a3: leave less than three stones in heap a, taking the third from the bottom and all above it
        return [f"{column_name(heap)}{n}" for heap, left in enumerate(position.left) for n in range(1, left + 1)]

    def play(self, position: Heaps, move: str) -> Heaps:
        kept = [int(move[1:]) - 1 if move[0] == column_name(heap) else left for heap, left in enumerate(position.left)]
        return Heaps(tuple(kept), 1 - position.turn)

    def outcome(self, position: Heaps) -> Outcome | None:
        return None if any(position.left) else Outcome(1 - position.turn, "last-stone")

    def scene(self, position: Heaps, seat: int | None) -> Scene:
        height = max(*position.left, 9)
        cells = [
            cell_name(height - n, heap, height) for heap, left in enumerate(position.left) for n in range(1, left + 1)
        ]
        asked = seat is not None and seat == self.to_act(position)
        side = self.seats[position.turn]
        return Scene(
            width=len(position.left),
            height=height,
            lattice="squares",
            pieces=tuple(Piece(cell, "stone") for cell in cells),
            inputs=tuple(Input(cell, (cell,), f"Take {cell} and all above it") for cell in cells) if asked else (),
            sides=self.seats,
            status=f"The {side} player is to move."
            if any(position.left)
            else f"The {self.seats[1 - position.turn]} player took the last stone and wins.",
            prompt="Touch the lowest stone that you take." if asked else "",
        )


@hookimpl
def gamehall_rulesets() -> list[Nim]:
    return [Nim()]
