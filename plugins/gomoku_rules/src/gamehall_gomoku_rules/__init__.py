"""Gomoku and its relatives for Gamehall, and the parts that other line games are made of.

A line game is three independent parts, each a class attribute of a `LineGame`:

- `line`, how a row wins: `AtLeast(5)`, `Exactly(5)`, `OpenEnded(…)`, `EachSide(…)`, or a `Line` of your own, which is
  shown each `Run` through the new stone (its length, its stone, what lies beyond its ends);
- `foul`, which free points may not be taken: `NoFoul()`, `ShapeFoul(…)` for what renju forbids, or a `Foul` of your
  own, which gives the `Refusal` for a `LinePosition` and a point, and can look at the runs that a stone there would
  belong to with `position.runs(point)`;
- `openings`, how the game may open: `OPENINGS`, or a mapping with an `Opening` of your own, a list of `Stone`,
  `Choose`, `Offer` and `Pick` steps. `LineOptions` offers those of `OPENINGS`; `RENJU_OPENINGS` has four more.

Beside them `turn` says how many stones a turn has, `passes` whether one may pass, `board` the size where the options
do not, and `seats` the names of the sides. A variant names what differs and gets the rest::

    from gamehall import hookimpl
    from gamehall_gomoku_rules import AtLeast, LineGame

    class SixRow(LineGame):
        key = "six-row"
        title = "Six in a row"
        summary = "Six or more in a row win."
        line = AtLeast(6)

    @hookimpl
    def gamehall_rulesets():
        return [SixRow()]

A game that does more to the board than placing a stone overrides `place`. What it must remember it keeps in its own
subclass of `LinePosition`: it subclasses `LineGameOf[ItsPosition]` and names that as its `Position`. The names in
`__all__` are what others may build on.
"""

from typing import TYPE_CHECKING, Any

from gamehall import hookimpl

from .fouls import Foul, NoFoul, ShapeFoul
from .games import Caro, Connect6, Gomoku, GomokuExact, Omok, Renju, TicTacToe
from .grid import Grid, Run
from .linegame import LineGame, LineGameOf, LineOptions
from .lines import AtLeast, EachSide, Exactly, Line, OpenEnded
from .mnk import Mnk
from .openings import OPENINGS, RENJU_OPENINGS, Choose, Offer, Opening, Pick, Stone, Zone
from .pente import Pente
from .position import FIRST, FREE, PASS, SECOND, LinePosition

if TYPE_CHECKING:
    from gamehall.declare import Exporter, Importer

__all__ = [
    "FIRST",
    "FREE",
    "OPENINGS",
    "PASS",
    "RENJU_OPENINGS",
    "SECOND",
    "AtLeast",
    "Caro",
    "Choose",
    "Connect6",
    "EachSide",
    "Exactly",
    "Foul",
    "Gomoku",
    "GomokuExact",
    "Grid",
    "Line",
    "LineGame",
    "LineGameOf",
    "LineOptions",
    "LinePosition",
    "Mnk",
    "NoFoul",
    "Offer",
    "Omok",
    "OpenEnded",
    "Opening",
    "Pente",
    "Pick",
    "Renju",
    "Run",
    "ShapeFoul",
    "Stone",
    "TicTacToe",
    "Zone",
]


@hookimpl
def gamehall_rulesets() -> list[LineGameOf[Any]]:
    """Every game of the family."""
    return [Gomoku(), GomokuExact(), Renju(), Caro(), Omok(), Pente(), Connect6(), TicTacToe(), Mnk()]


@hookimpl
def gamehall_exporters() -> "list[Exporter]":
    """The format `psq`."""
    from .psq import PSQ  # with declarations of the host, which are written with SQLAlchemy; rules need none

    return [PSQ]


@hookimpl
def gamehall_importers() -> "list[Importer]":
    """The same format, to be read."""
    from .psq import READ_PSQ  # as above

    return [READ_PSQ]
