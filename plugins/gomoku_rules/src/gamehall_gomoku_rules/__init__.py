"""Gomoku and its relatives for Gamehall, and the parts that other line games are made of.

A line game is three independent parts, each a class attribute of a `LineGame`:

- `line`, how a row wins: `AtLeast(5)`, `Exactly(5)`, or a `Line` of your own, which is shown each `Run` through the
  new stone (its length, its stone, what lies beyond its ends);
- `foul`, which free points may not be taken: `NoFoul()`, or a `Foul` of your own, which gives the `Refusal` for a
  `LinePosition` and a point, and can look at the runs that a stone there would belong to with `position.runs(point)`;
- `openings`, how the game may open: `OPENINGS`, or a mapping with an `Opening` of your own, a list of `Stone` and
  `Choose` steps. `LineOptions` offers those of `OPENINGS`.

Beside them `turn` says how many stones a turn has, `board` the size where the options do not, and `seats` the names
of the sides. A variant names what differs and gets the rest::

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

A game that does more to the board than placing a stone overrides `place`, keeps what it must remember in its own
subclass of `LinePosition`, and names that as its `Position`. The names in `__all__` are what others may build on.
"""

from typing import TYPE_CHECKING

from gamehall import hookimpl

from .fouls import Foul, NoFoul
from .games import Gomoku, GomokuExact, TicTacToe
from .grid import Run
from .linegame import LineGame, LineOptions
from .lines import AtLeast, Exactly, Line
from .openings import OPENINGS, Choose, Opening, Stone, Zone
from .position import FIRST, FREE, PASS, SECOND, LinePosition

if TYPE_CHECKING:
    from gamehall.declare import Exporter

__all__ = [
    "FIRST",
    "FREE",
    "OPENINGS",
    "PASS",
    "SECOND",
    "AtLeast",
    "Choose",
    "Exactly",
    "Foul",
    "Gomoku",
    "GomokuExact",
    "Line",
    "LineGame",
    "LineOptions",
    "LinePosition",
    "NoFoul",
    "Opening",
    "Run",
    "Stone",
    "TicTacToe",
    "Zone",
]


@hookimpl
def gamehall_rulesets() -> list[LineGame]:
    """The rulesets `gomoku`, `gomoku-exact` and `tic-tac-toe`."""
    return [Gomoku(), GomokuExact(), TicTacToe()]


@hookimpl
def gamehall_exporters() -> "list[Exporter]":
    """The format `psq`."""
    from .psq import PSQ  # with declarations of the host, which are written with SQLAlchemy; rules need none

    return [PSQ]
