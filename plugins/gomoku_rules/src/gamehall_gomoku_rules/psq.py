"""Games as PSQ files, which Piskvork and the programs of its protocol write and read.

A PSQ file has a line for the board, one for each stone in the order of placing (column and row from the top left,
beginning with 1, and milliseconds, 0 where they are not known), and the names of the two players, the one with the
first stones first. Stones alternate, so who placed one in an opening and what was decided there is not told. Games
that are more than alternating stones – two stones a turn, captures, moves of pieces – cannot be told at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import takewhile
from typing import Any, NamedTuple

from gamehall.declare import Exporter, GameRecord, ImportedGame, Importer
from gamehall.game import Ruleset, cell_place
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.records.guessing import StoneGame, StonePlaced, guess_ruleset

__all__ = ["PSQ", "READ_PSQ", "read_psq", "write_psq"]

_ = catalogue(__name__)


_HEAD = re.compile(r"Piskvorky (\d{1,2})x(\d{1,2})(?:,.*)?", re.ASCII)
_STONE = re.compile(r"\s*(\d{1,2}),\s*(\d{1,2}),\s*(\d+)\s*", re.ASCII)
_NUMBERS = re.compile(r"[-\d,\s]*", re.ASCII)


class _Stone(NamedTuple):
    """A stone's kind, its place and the milliseconds that the move took."""

    kind: str
    row: int
    column: int
    spent: int


def write_psq(record: GameRecord) -> bytes:
    """The game as a PSQ file in UTF-8. Raises Problem `unknown-format` for a game that it cannot tell."""
    if len(record.names) != 2:
        raise _untold(_("games of other than two players"))
    stones = _stones(record)
    lines = [f"Piskvorky {record.width}x{record.height}, 0:0, 0"]
    lines += [f"{stone.column + 1},{stone.row + 1},{stone.spent}" for stone in stones]
    kinds = list(dict.fromkeys(stone.kind for stone in stones))
    names = dict(zip(record.sides, record.names, strict=True))
    if not set(kinds) <= set(names):
        raise _untold(_("pieces that are not called as a side"))
    # A reader takes a line of numbers and commas for one more stone.
    in_order = sorted(names, key=lambda side: side not in kinds[:1])
    lines += [names[side].replace(",", " ") for side in in_order]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _stones(record: GameRecord) -> list[_Stone]:
    """Every stone in the order of placing."""
    stones: list[_Stone] = []
    standing: dict[str, str] = {}
    for made in record.moves:
        for change in made.changes:
            # Swapped sides change whose a stone is, not the stone.
            if change.cell in standing and change.kind == standing[change.cell]:
                continue
            place = cell_place(change.cell, record.width, record.height)
            if change.cell in standing or change.kind is None or place is None:
                raise _untold(_("what the move {move} did", move=made.move))
            if stones and stones[-1].kind == change.kind:
                raise _untold(_("two stones of one kind in a row"))
            standing[change.cell] = change.kind
            stones.append(_Stone(change.kind, *place, made.spent or 0))
    if record.moves and not stones:
        raise _untold(_("moves that place no stones"))
    return stones


def _untold(what: str) -> Problem:
    return Problem("unknown-format", _("PSQ has only alternating stones; it cannot tell {what}.", what=what))


def read_psq(content: bytes, rulesets: Mapping[str, Ruleset[Any, Any]]) -> ImportedGame:
    """The game of a PSQ file, by the first of these rulesets that allows its stones.

    Raises Problem `malformed` with the line that is wrong.
    """
    lines = _text(content).splitlines()
    head = _HEAD.fullmatch(lines[0].strip()) if lines else None
    if head is None:
        raise Problem("malformed", _("Line 1: a PSQ file begins with its board, such as Piskvorky 15x15, 0:0, 0."))
    width, height = int(head[1]), int(head[2])
    matches = [*takewhile(bool, map(_STONE.fullmatch, lines[1:]))]
    stones = tuple(_read_stone(match, number, width, height) for number, match in enumerate(matches) if match)
    names = [line.strip() for line in lines[1 + len(stones) :] if not _NUMBERS.fullmatch(line)]
    first, second = (*names[:2], "", "")[:2]
    return guess_ruleset(StoneGame(width, height, stones, first, second), rulesets)


def _read_stone(match: re.Match[str], number: int, width: int, height: int) -> StonePlaced:
    """The stone of a line, given how many are before it. Raises Problem `malformed` for one off the board."""
    column, row = int(match[1]) - 1, int(match[2]) - 1
    if not (0 <= row < height and 0 <= column < width):
        raise Problem(
            "malformed",
            _(
                "Line {number}: {point} is no point of a board of {width}×{height}.",
                number=number + 2,
                point=match[0].strip(),
                width=width,
                height=height,
            ),
        )
    return StonePlaced("BW"[number % 2], (row, column), number + 2)


def _text(content: bytes) -> str:
    """PSQ says nothing of its encoding: UTF-8 where that can be, else the code page of the Windows that wrote it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1250", errors="replace")


PSQ = Exporter("psq", "text/plain; charset=utf-8", "psq", write_psq)
READ_PSQ = Importer("psq", b"Piskvorky ", read_psq)
