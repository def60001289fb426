"""How a game opens: a list of steps, each placing a stone, offering places for one, or deciding how to go on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

import msgspec

__all__ = [
    "BLACK",
    "KEEP",
    "MORE",
    "OPENINGS",
    "RENJU_OPENINGS",
    "SWAP",
    "WHITE",
    "Choose",
    "Offer",
    "Opening",
    "Pick",
    "Step",
    "Stone",
    "Who",
    "Zone",
    "offer_of",
    "offered_cell",
    "offers_number",
    "offers_of",
    "zone_mask",
]

BLACK = "black"
WHITE = "white"
SWAP = "swap"
KEEP = "keep"
MORE = "more"

Who = Literal[0, 1, "next", "other"]
"""Who takes a step: a seat, whoever has the kind of stone that is placed next, or the one who has not."""

_OFFER = "offer-"
_OFFERS = re.compile(r"offers-([1-9][0-9]?)", re.ASCII)


def offer_of(cell: str) -> str:
    """The move that offers this cell for the next stone."""
    return _OFFER + cell


def offered_cell(move: str) -> str:
    """The cell that this move offers, empty where it offers none."""
    return move.removeprefix(_OFFER) if move.startswith(_OFFER) else ""


def offers_of(number: int) -> str:
    """The decision that so many points will be offered for the next stone."""
    return f"offers-{number}"


def offers_number(choice: str) -> int | None:
    """How many points will be offered by this decision, None where it is about something else."""
    match = _OFFERS.fullmatch(choice)
    return int(match[1]) if match else None


class Zone(msgspec.Struct, frozen=True):
    """The central square of `size` × `size` points (`size` is odd), or everything outside it.

    A board with an even number of lines has no central point; there the square is one line wider.
    """

    size: int
    outside: bool = False

    @property
    def smallest(self) -> int:
        """The smallest board that has a point in the zone, in lines."""
        return self.size + 2 if self.outside else self.size

    def extent(self, width: int, height: int) -> tuple[int, int]:
        """How many points its square has across and down on a board of this size."""
        return self.size + 1 - width % 2, self.size + 1 - height % 2


@lru_cache(maxsize=256)
def zone_mask(zone: Zone, width: int, height: int) -> bytes:
    """One byte for each point of a board of this size, 1 where it is in the zone."""

    def inside(row: int, column: int) -> bool:
        # Twice the distance from the centre, so that even boards need no fractions.
        return max(abs(2 * row - height + 1), abs(2 * column - width + 1)) <= zone.size

    return bytes(inside(row, column) != zone.outside for row in range(height) for column in range(width))


class Stone(msgspec.Struct, frozen=True):
    """Place a stone of the kind that is next, in the zone where there is one."""

    zone: Zone | None = None
    by: Who = "next"


class Choose(msgspec.Struct, frozen=True):
    """Make one of these decisions.

    `black` and `white` take the first and the second side, whatever the game calls them, and end the opening; `swap`
    exchanges the sides; `offers-N` says that N points will be offered. After any of these, and after `keep` and
    `more`, the next step follows, or a later one for a choice that `skip` names with how many to leave out.
    """

    choices: tuple[str, ...]
    by: Who = "next"
    skip: Mapping[str, int] = {}


class Offer(msgspec.Struct, frozen=True):
    """Offer points for the next stone, one a move, no two of which lead to the same position turned or mirrored.

    There are `count` of them, None meaning as many as was decided. A stone of the other kind must be on the board.
    """

    count: int | None = None
    by: Who = "next"


class Pick(msgspec.Struct, frozen=True):
    """Choose one of the points that were offered: the next stone is placed there."""

    by: Who = "other"


Step = Stone | Choose | Offer | Pick


class Opening(msgspec.Struct, frozen=True):
    """The steps before free play begins; whoever then has the kind of stone that is next, places it."""

    title: str
    steps: tuple[Step, ...] = ()

    @property
    def smallest(self) -> int:
        """The smallest board on which every step can be taken, in lines."""
        zones = (step.zone.smallest for step in self.steps if isinstance(step, Stone) and step.zone)
        return max(zones, default=1)


_THREE_BY_THE_OPENER = (Stone(by=0),) * 3
_CENTRE = Stone(Zone(1))
_SWAP = Choose((SWAP, KEEP))
_TWENTY_SIX = (Stone(Zone(1), by=0), Stone(Zone(3), by=0), Stone(Zone(5), by=0))
"""The twenty-six openings of renju: white beside the central stone, straight or aslant, and black near by."""

OPENINGS: dict[str, Opening] = {
    "none": Opening("Free"),
    "pro": Opening("Pro", (_CENTRE, Stone(), Stone(Zone(5, outside=True)))),
    "long_pro": Opening("Long pro", (_CENTRE, Stone(), Stone(Zone(7, outside=True)))),
    "swap": Opening("Swap", (*_THREE_BY_THE_OPENER, Choose((BLACK, WHITE), by=1))),
    "swap2": Opening(
        "Swap2",
        (
            *_THREE_BY_THE_OPENER,
            Choose((BLACK, WHITE, MORE), by=1),
            Stone(by=1),
            Stone(by=1),
            Choose((BLACK, WHITE), by=0),
        ),
    ),
    "pie": Opening("Pie", (Stone(), _SWAP)),
}

_TEN = offers_of(10)

RENJU_OPENINGS: dict[str, Opening] = {
    "rif": Opening("RIF", (*_TWENTY_SIX, Choose((SWAP, KEEP), by=1), Stone(), Offer(2), Pick())),
    "yamaguchi": Opening(
        "Yamaguchi",
        (
            *_TWENTY_SIX,
            Choose(tuple(offers_of(number) for number in range(1, 11)), by=0),
            Choose((SWAP, KEEP), by=1),
            Stone(),
            Offer(),
            Pick(),
        ),
    ),
    "soosyrv-8": Opening(
        "Soosyrv-8",
        (
            *_TWENTY_SIX,
            Choose((SWAP, KEEP), by=1),
            Stone(),
            Choose(tuple(offers_of(number) for number in range(1, 9)), by="other"),
            _SWAP,
            Offer(),
            Pick(),
        ),
    ),
    "taraguchi-10": Opening(
        "Taraguchi-10",
        (
            *(_CENTRE, _SWAP),
            *(Stone(Zone(3)), _SWAP),
            *(Stone(Zone(5)), _SWAP),
            Stone(Zone(7)),
            Choose((SWAP, KEEP, _TEN), skip={_TEN: 2}),
            *(Stone(Zone(9)), Choose((SWAP, KEEP), skip={SWAP: 2, KEEP: 2})),
            *(Offer(), Pick()),
        ),
    ),
}
"""What renju plays besides: fifth moves are offered, and sides may be swapped on the way."""
