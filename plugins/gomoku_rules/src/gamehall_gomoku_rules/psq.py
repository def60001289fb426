"""Games as PSQ files, which Piskvork and the programs of its protocol read.

A PSQ file has a line for the board, one for each stone in the order of placing (column and row from the top left,
beginning with 1, and milliseconds, which records do not have), and the names of the two players, the one with the
first stones first. Stones alternate, so who placed one in an opening and what was decided there is not told. Games
that are more than alternating stones – two stones a turn, passes, moves of pieces – cannot be told at all.
"""

from __future__ import annotations

from gamehall.declare import Exporter, GameRecord
from gamehall.game import cell_place
from gamehall.problems import Problem

from .openings import BLACK, OPENINGS, SWAP, WHITE, Choose, Stone

__all__ = ["PSQ", "write_psq"]


def write_psq(record: GameRecord) -> bytes:
    """The game as a PSQ file in UTF-8. Raises Problem `unknown-format` for a game that it cannot tell."""
    stones, first = _stones(record)
    lines = [f"Piskvorky {record.width}x{record.height}, 0:0, 0"]
    lines += [f"{column + 1},{row + 1},0" for row, column in stones]
    names = [name for _, name in record.players]
    # A reader takes a line of numbers and commas for one more stone.
    lines += [name.replace(",", " ") for name in (names[first], names[1 - first])]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _stones(record: GameRecord) -> tuple[list[tuple[int, int]], int]:
    """(row, column) of every stone, and the seat that has the first stones in the end."""
    opening = OPENINGS.get(record.options.get("opening", "none"))
    if opening is None or len(record.players) != 2:
        raise _untold("its opening")
    steps = list(opening.steps)
    stones: list[tuple[int, int]] = []
    first, turn = 0, None
    for seat, move in record.moves:
        step = steps.pop(0) if steps else None
        if isinstance(step, Choose):
            first = {BLACK: seat, WHITE: 1 - seat, SWAP: 1 - first}.get(move, first)
            steps = [] if move in (BLACK, WHITE) else steps
            continue
        place = cell_place(move, record.width, record.height)
        if place is None:
            raise _untold(f"the move {move}")
        if not isinstance(step, Stone):
            if seat == turn:
                raise _untold("several stones in one turn")
            turn = seat
        stones.append(place)
    return stones, first


def _untold(what: str) -> Problem:
    return Problem("unknown-format", f"PSQ has only alternating stones; it cannot tell {what} of this game.")


PSQ = Exporter("psq", "text/plain; charset=utf-8", "psq", write_psq)
