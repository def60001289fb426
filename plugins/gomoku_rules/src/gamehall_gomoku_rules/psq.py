"""Games as PSQ files, which Piskvork and the programs of its protocol read.

A PSQ file has a line for the board, one for each stone in the order of placing (column and row from the top left,
beginning with 1, and milliseconds, which records do not have), and the names of the two players, the one with the
first stones first. Stones alternate, so who placed one in an opening and what was decided there is not told. Games
that are more than alternating stones – two stones a turn, captures, moves of pieces – cannot be told at all.
"""

from __future__ import annotations

from gamehall.declare import Exporter, GameRecord
from gamehall.game import cell_place
from gamehall.problems import Problem

__all__ = ["PSQ", "write_psq"]


def write_psq(record: GameRecord) -> bytes:
    """The game as a PSQ file in UTF-8. Raises Problem `unknown-format` for a game that it cannot tell."""
    if len(record.players) != 2:
        raise _untold("games of other than two players")
    stones = _stones(record)
    lines = [f"Piskvorky {record.width}x{record.height}, 0:0, 0"]
    lines += [f"{column + 1},{row + 1},0" for row, column in stones.values()]
    kinds = list(dict.fromkeys(kind for _, kind in stones))
    names = dict(record.players)
    if not set(kinds) <= set(names):
        raise _untold("pieces that are not called as a side")
    # A reader takes a line of numbers and commas for one more stone.
    in_order = sorted(names, key=lambda side: side not in kinds[:1])
    lines += [names[side].replace(",", " ") for side in in_order]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _stones(record: GameRecord) -> dict[tuple[str, str], tuple[int, int]]:
    """(row, column) of every stone by its cell and kind, in the order of placing."""
    stones: dict[tuple[str, str], tuple[int, int]] = {}
    standing: dict[str, str] = {}
    for (_, move), changes in zip(record.moves, record.changes, strict=True):
        for change in changes:
            # Swapped sides change whose a stone is, not the stone.
            if change.cell in standing and change.kind == standing[change.cell]:
                continue
            place = cell_place(change.cell, record.width, record.height)
            if change.cell in standing or change.kind is None or place is None:
                raise _untold(f"what the move {move} did")
            if list(standing.values())[-1:] == [change.kind]:
                raise _untold("two stones of one kind in a row")
            standing[change.cell] = change.kind
            stones[change.cell, change.kind] = place
    if record.moves and not stones:
        raise _untold("moves that place no stones")
    return stones


def _untold(what: str) -> Problem:
    return Problem("unknown-format", f"PSQ has only alternating stones; it cannot tell {what}.")


PSQ = Exporter("psq", "text/plain; charset=utf-8", "psq", write_psq)
