"""Go by area: stones on the board count, and so do the free points that only one side reaches."""

from functools import cache
from hashlib import blake2b
from typing import Annotated, Literal

from msgspec import Meta, structs

from gamehall import hookimpl
from gamehall.game import Input, Mark, Options, Outcome, Piece, Position, Refusal, Ruleset, Scene, cell_name


class GoOptions(Options, frozen=True):
    board_size: Annotated[Literal[9, 13, 19], Meta(title="Board size")] = 9
    komi: Annotated[float, Meta(ge=0, le=20, multiple_of=0.5, title="Komi", description="Points given to white.")] = 7.5


class Stones(Position, frozen=True):
    size: int
    rows: str  # from the top, a line each of 0 (black), 1 (white) and dots; whatever is off the board is a line break
    komi: float
    turn: int = 0
    last: tuple[str, ...] = ()  # the last two moves
    seen: tuple[str, ...] = ()  # a digest of the rows after each stone


@cache
def places(size: int) -> dict[str, int]:  # where in `rows` each point is
    return {cell_name(row, column, size): row * (size + 1) + column for row in range(size) for column in range(size)}


def spread(rows: str, start: set[int], kind: str) -> tuple[set[int], set[int]]:
    """The places that one comes to from these by going over places of this kind, and all the places beside them."""
    width, inside, beside, new = rows.index("\n") + 1, start, set[int](), start
    while new:
        around = {place + step for place in new for step in (1, -1, width, -width)}
        new = {place for place in around - inside if rows[place] == kind}
        inside, beside = inside | new, beside | around
    return inside, beside


def area(rows: str, komi: float) -> tuple[int, float]:
    """The points of black and of white: what only one of them holds or reaches over free points, and komi."""
    black, white = (spread(rows, {n for n, each in enumerate(rows) if each == side}, ".")[0] for side in "01")
    return len(black - white), len(white - black) + komi


class Go(Ruleset[Stones, GoOptions]):
    key = "go"
    title = "Go"
    summary = "Surround more of the board. Take dead stones before you pass: all that are left count as alive."
    Position = Stones
    Options = GoOptions

    def start(self, options: GoOptions) -> Stones:
        rows = ("." * options.board_size + "\n") * options.board_size
        return Stones(options.board_size, rows + "\n" * 20, options.komi)

    def to_act(self, position: Stones) -> int | None:
        return None if position.last == ("pass", "pass") else position.turn

    def moves(self, position: Stones) -> list[str]:
        return [move for move in (*places(position.size), "pass") if self.refusal(position, move) is None]

    def refusal(self, position: Stones, move: str) -> Refusal | None:
        place, over = places(position.size).get(move), self.to_act(position) is None
        if over or place is None:
            return None if move == "pass" and not over else Refusal("illegal-move", "Name a free point, or pass.")
        if position.rows[place] != ".":
            return Refusal("occupied", f"{move} is already taken.", (move,))
        after = self.play(position, move)
        if after.rows[place] == ".":
            return Refusal("suicide", f"A stone on {move} would have no liberty.", (move,))
        repeated = after.seen[-1] in position.seen
        return Refusal("superko", "That would bring an earlier board back.", (move,)) if repeated else None

    def play(self, position: Stones, move: str) -> Stones:
        place, other, last = places(position.size).get(move), 1 - position.turn, (*position.last[-1:], move)
        if place is None:
            return structs.replace(position, turn=other, last=last)
        rows = f"{position.rows[:place]}{position.turn}{position.rows[place + 1 :]}"
        for start in (*(each for each in spread(rows, {place}, "")[1] if rows[each] == str(other)), place):
            chain, beside = spread(rows, {start}, rows[start])
            if all(rows[each] != "." for each in beside):
                rows = "".join("." if n in chain else kind for n, kind in enumerate(rows))
        digest = blake2b(rows.encode(), digest_size=8).hexdigest()
        return structs.replace(position, rows=rows, turn=other, last=last, seen=(*position.seen, digest))

    def outcome(self, position: Stones) -> Outcome | None:
        black, white = area(position.rows, position.komi)
        winner = None if black == white else int(black < white)
        return Outcome(winner, "area") if self.to_act(position) is None else None

    def scene(self, position: Stones, seat: int | None) -> Scene:
        size, rows, (black, white) = position.size, position.rows, area(position.rows, position.komi)
        owners = {cell: int(rows[place]) for cell, place in places(size).items() if rows[place] != "."}
        pieces = tuple(Piece(cell, self.seats[owner], owner) for cell, owner in owners.items())
        moves = self.moves(position) if seat == self.to_act(position) else []
        inputs = tuple(Input(move, (move,) if move != "pass" else (), move.capitalize()) for move in moves)
        stars = {9: (2, 6), 13: (3, 9), 19: (3, 9, 15)}[size]
        marks = [Mark(cell_name(row, column, size), "star") for row in stars for column in stars]
        marks += [Mark(cell, "last") for cell in position.last[-1:] if cell != "pass"]
        status = f"Black has {black} points, white {white:g} with {position.komi:g} as komi."
        prompt = f"Place a stone, or pass; two passes end the game. {status}" if moves else ""
        return Scene(size, size, "points", pieces, inputs, tuple(marks), self.seats, status, prompt)


@hookimpl
def gamehall_rulesets() -> list[Go]:
    return [Go()]
