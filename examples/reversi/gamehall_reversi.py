"""Reversi: a disc turns over the opposing ones between it and another of its colour; most discs win."""

import re
from typing import Annotated

import msgspec

from gamehall import hookimpl
from gamehall.game import Input, Mark, Options, Outcome, Piece, Position, Refusal, Ruleset, Scene, cell_name


class BoardOptions(Options, frozen=True):
    board_size: Annotated[int, msgspec.Meta(ge=4, le=12, multiple_of=2, title="Board size", description="Even.")] = 8


class Discs(Position, frozen=True):
    rows: str  # from the top, a line each: 0 is a black disc, 1 a white one, and a dot a free cell
    turn: int = 0
    last: str = ""


def placements(position: Discs) -> dict[str, list[int]]:
    """The cells on which a disc may be placed, each with the places in `rows` that it gives its colour to."""
    rows, size, found = position.rows, position.rows.index("\n"), dict[str, list[int]]()
    for place in (n for n, disc in enumerate(rows) if disc == "."):
        for step in (1, size, size + 1, size + 2, -1, -size, -size - 1, -size - 2):
            if enclosing := re.match(rf"\.{1 - position.turn}+{position.turn}", rows[place::step]):
                coloured = range(place, place + (enclosing.end() - 1) * step, step)
                found.setdefault(cell_name(*divmod(place, size + 1), size), []).extend(coloured)
    return found


class Reversi(Ruleset[Discs, BoardOptions]):
    key = "reversi"
    title = "Reversi"
    summary = "Turn over the discs that you enclose between two of yours; most discs win."
    Position = Discs
    Options = BoardOptions

    def start(self, options: BoardOptions) -> Discs:
        edge = "." * (options.board_size // 2 - 1)
        empty = ["." * options.board_size] * len(edge)
        return Discs("\n".join([*empty, f"{edge}10{edge}", f"{edge}01{edge}", *empty]))

    def to_act(self, position: Discs) -> int | None:
        return position.turn if self.moves(position) else None

    def moves(self, position: Discs) -> list[str]:
        other = Discs(position.rows, 1 - position.turn)
        return list(placements(position)) or (["pass"] if placements(other) else [])

    def refusal(self, position: Discs, move: str) -> Refusal | None:
        legal = move in self.moves(position)
        return None if legal else Refusal("turns-no-disc", f"A disc on {move} would turn no other over.")

    def play(self, position: Discs, move: str) -> Discs:
        coloured = placements(position).get(move, ())  # none by a pass
        rows = "".join(str(position.turn) if n in coloured else disc for n, disc in enumerate(position.rows))
        return Discs(rows, 1 - position.turn, move)

    def outcome(self, position: Discs) -> Outcome | None:
        black, white = position.rows.count("0"), position.rows.count("1")
        winner = None if black == white else int(white > black)
        return None if self.moves(position) else Outcome(winner, "disc-count")

    def scene(self, position: Discs, seat: int | None) -> Scene:
        size, moves, counts = position.rows.index("\n"), self.moves(position), map(position.rows.count, "01")
        discs = {cell_name(*divmod(n, size + 1), size): int(d) for n, d in enumerate(position.rows) if d in "01"}
        pieces = tuple(Piece(cell, self.seats[owner], owner) for cell, owner in discs.items())
        inputs = tuple(Input(m, (m,) if m != "pass" else (), m.capitalize()) for m in moves if seat == position.turn)
        marks = (Mark(position.last, "last"),) if position.last in discs else ()
        status = "Black has {} discs, white {}. ".format(*counts)
        status += f"{self.seats[position.turn].capitalize()} is to move." if moves else "The game is over."
        prompt = status + (" You have to pass." if moves == ["pass"] else " Place a disc that turns others over.")
        return Scene(size, size, "squares", pieces, inputs, marks, self.seats, status, prompt if inputs else "")


@hookimpl
def gamehall_rulesets() -> list[Reversi]:
    return [Reversi()]
