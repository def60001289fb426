"""How a game opens: a list of steps, each placing a stone or choosing how to go on."""

from __future__ import annotations

from functools import lru_cache

import msgspec

__all__ = [
    "BLACK",
    "KEEP",
    "MORE",
    "OPENINGS",
    "SWAP",
    "WHITE",
    "Choose",
    "Opening",
    "Stone",
    "Zone",
    "zone_points",
]

BLACK = "black"
WHITE = "white"
SWAP = "swap"
KEEP = "keep"
MORE = "more"


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

    def words(self, width: int, height: int) -> str:
        """Where it is, to follow "a stone" in a sentence."""
        across, down = self.size + 1 - width % 2, self.size + 1 - height % 2
        square = "the central point" if across == down == 1 else f"the central {across}×{down} square"
        return f"outside {square}" if self.outside else f"on {square}"


@lru_cache(maxsize=256)
def zone_points(zone: Zone, width: int, height: int) -> frozenset[int]:
    """The points of the zone on a board of this size."""

    def inside(point: int) -> bool:
        row, column = divmod(point, width)
        # Twice the distance from the centre, so that even boards need no fractions.
        return max(abs(2 * row - height + 1), abs(2 * column - width + 1)) <= zone.size

    return frozenset(point for point in range(width * height) if inside(point) != zone.outside)


class Stone(msgspec.Struct, frozen=True):
    """Place a stone of the kind that is next. `seat` places it, None meaning the seat that has that kind."""

    zone: Zone | None = None
    seat: int | None = None


class Choose(msgspec.Struct, frozen=True):
    """Make one of these decisions; `seat` decides, None meaning the seat that would place the next stone.

    `black` and `white` take the first and the second side, whatever the game calls them, and end the opening;
    `swap` exchanges the sides; `swap`, `keep` and `more` go on with the next step.
    """

    choices: tuple[str, ...]
    seat: int | None = None


class Opening(msgspec.Struct, frozen=True):
    """The steps before free play begins; whoever then has the kind of stone that is next, places it."""

    title: str
    steps: tuple[Stone | Choose, ...] = ()

    @property
    def smallest(self) -> int:
        """The smallest board on which every step can be taken, in lines."""
        zones = (step.zone.smallest for step in self.steps if isinstance(step, Stone) and step.zone)
        return max(zones, default=1)


_THREE_BY_THE_OPENER = (Stone(seat=0),) * 3

OPENINGS: dict[str, Opening] = {
    "none": Opening("Free"),
    "pro": Opening("Pro", (Stone(Zone(1)), Stone(), Stone(Zone(5, outside=True)))),
    "long_pro": Opening("Long pro", (Stone(Zone(1)), Stone(), Stone(Zone(7, outside=True)))),
    "swap": Opening("Swap", (*_THREE_BY_THE_OPENER, Choose((BLACK, WHITE), seat=1))),
    "swap2": Opening(
        "Swap2",
        (
            *_THREE_BY_THE_OPENER,
            Choose((BLACK, WHITE, MORE), seat=1),
            Stone(seat=1),
            Stone(seat=1),
            Choose((BLACK, WHITE), seat=0),
        ),
    ),
    "pie": Opening("Pie", (Stone(), Choose((SWAP, KEEP)))),
}
