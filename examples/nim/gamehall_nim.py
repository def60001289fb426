"""Nim: take any number of stones from one heap. A game without a board, all in words and buttons."""

from typing import Annotated

import msgspec

from gamehall import hookimpl
from gamehall.game import Input, Options, Outcome, Position, Ruleset, Scene, column_name


class HeapOptions(Options, frozen=True):
    heaps: Annotated[int, msgspec.Meta(ge=1, le=9, title="Heaps")] = 3
    stones: Annotated[int, msgspec.Meta(ge=1, le=9, title="Stones in the largest heap")] = 5
    misere: Annotated[bool, msgspec.Meta(title="Whoever takes the last stone loses")] = False


class Heaps(Position, frozen=True):
    left: dict[str, int]
    misere: bool = False
    turn: int = 0


class Nim(Ruleset[Heaps, HeapOptions]):
    key = "nim"
    title = "Nim"
    summary = "Take stones from one heap at a time; whoever takes the last one wins."
    version = 2
    seats = ("first", "second")
    presets = {"Last stone wins": {}, "Last stone loses": {"heaps": 4, "stones": 7, "misere": True}}
    Position = Heaps
    Options = HeapOptions

    def start(self, options: HeapOptions) -> Heaps:
        sizes = [max(1, options.stones - 2 * n) for n in reversed(range(options.heaps))]
        return Heaps({column_name(heap): size for heap, size in enumerate(sizes)}, options.misere)

    def to_act(self, position: Heaps) -> int | None:
        return position.turn if any(position.left.values()) else None

    def moves(self, position: Heaps) -> list[str]:
        return [f"take-{n}-from-heap-{heap}" for heap, left in position.left.items() for n in range(1, left + 1)]

    def play(self, position: Heaps, move: str) -> Heaps:
        _, taken, _, _, heap = move.split("-")
        return Heaps({**position.left, heap: position.left[heap] - int(taken)}, position.misere, 1 - position.turn)

    def outcome(self, position: Heaps) -> Outcome | None:
        winner = position.turn if position.misere else 1 - position.turn
        return None if any(position.left.values()) else Outcome(winner, "last-stone")

    def scene(self, position: Heaps, seat: int | None) -> Scene:
        moves = self.moves(position) if seat == position.turn else []
        inputs = tuple(Input(move, label=move.replace("-", " ").capitalize()) for move in moves)
        heaps = ", ".join(f"{left} in heap {heap}" for heap, left in position.left.items())
        mover, taker = self.seats[position.turn], self.seats[1 - position.turn]
        turn = f"The {mover} player is to move. There are {heaps}."
        status = turn if any(position.left.values()) else f"The {taker} player took the last stone."
        prompt = "Take as many stones as you like from one heap." if inputs else ""
        return Scene(0, 0, inputs=inputs, sides=self.seats, status=status, prompt=prompt)


@hookimpl
def gamehall_rulesets() -> list[Nim]:
    return [Nim()]
