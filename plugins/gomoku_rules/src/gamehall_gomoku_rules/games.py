"""The games of five in a row and their nearest relatives."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec

from gamehall.game import Options

from .fouls import Foul, ShapeFoul
from .linegame import LineGame, LineGameOf, LineOptions
from .lines import AtLeast, EachSide, Exactly, Line, OpenEnded
from .openings import OPENINGS, RENJU_OPENINGS
from .position import FIRST, FoulPolicy, LinePosition, Symmetry

__all__ = ["Caro", "Connect6", "Gomoku", "GomokuExact", "Omok", "Renju", "TicTacToe"]

FoulPolicyOption = Annotated[
    FoulPolicy,
    msgspec.Meta(title="Fouls", description="A foul is refused with its reason, or loses the game at once."),
]

FIVE_IN_A_ROW = 4
"""The number that SGF has for gomoku, renju and their like."""


class Gomoku(LineGame):
    """Five or more in a row."""

    key = "gomoku"
    title = "Gomoku"
    summary = "Place stones in turn; five or more in a row win."
    sgf = FIVE_IN_A_ROW
    presets = {
        "Standard": {},
        "Large": {"board_size": 19},
        "Small": {"board_size": 9},
        "Swap2": {"opening": "swap2"},
    }


class GomokuExact(Gomoku):
    """Exactly five in a row."""

    key = "gomoku-exact"
    title = "Gomoku, exactly five"
    summary = "Place stones in turn; exactly five in a row win, a longer row is allowed and wins nothing."
    line: ClassVar[Line] = Exactly(5)


class CaroOptions(LineOptions, frozen=True):
    """Whether a row of more than five wins."""

    exact: Annotated[bool, msgspec.Meta(title="Exactly five", description="A row of more than five wins nothing.")] = (
        False
    )


class CaroPosition(LinePosition, frozen=True, omit_defaults=True):
    exact: bool = False


class Caro(LineGameOf[CaroPosition]):
    """Five in a row that is not blocked at both ends: rules 8 and, exactly, 9 of the Gomocup tournament."""

    key = "caro"
    title = "Caro"
    summary = "Five in a row win unless an opposing stone stands at both ends; six or more always win."
    sgf = FIVE_IN_A_ROW
    line: ClassVar[Line] = OpenEnded(5, longer=True)
    exact_line: ClassVar[Line] = OpenEnded(5, longer=False)
    Position = CaroPosition
    Options = CaroOptions
    presets = {"Standard": {}, "Exactly five": {"exact": True}, "Swap2": {"opening": "swap2"}}

    def line_of(self, position: CaroPosition) -> Line:
        return self.exact_line if position.exact else self.line


class OmokOptions(LineOptions, frozen=True):
    foul_policy: FoulPolicyOption = "refused"


class Omok(LineGame):
    """Exactly five in a row, and no two open threes at once for either side."""

    key = "omok"
    title = "Omok"
    summary = "Exactly five in a row win; neither side may make two open threes at once. Longer rows win nothing."
    sgf = FIVE_IN_A_ROW
    line: ClassVar[Line] = Exactly(5)
    foul: ClassVar[Foul] = ShapeFoul(threes=True)
    Options = OmokOptions
    presets = {"Standard": {}, "Large": {"board_size": 19}}


class RenjuOptions(Options, frozen=True):
    """Renju is played on one size of board."""

    board_size: Annotated[Literal[15], msgspec.Meta(title="Board size", description="Lines in each direction.")] = 15
    opening: Annotated[
        Literal["none", "pro", "long_pro", "swap", "swap2", "pie", "rif", "yamaguchi", "soosyrv-8", "taraguchi-10"],
        msgspec.Meta(title="Opening", description="How the advantage of moving first is made smaller."),
    ] = "none"
    foul_policy: FoulPolicyOption = "refused"
    symmetry: Annotated[
        Symmetry,
        msgspec.Meta(
            title="Offers that count as the same",
            description="Fifth moves are offered so that none is another one turned or mirrored: by the shape of the "
            "stones, wherever they lie, or by their places on the board.",
        ),
    ] = "shape"


class Renju(LineGame):
    """Gomoku made fair by what black may not do, by the rules of the Renju International Federation."""

    key = "renju"
    title = "Renju"
    summary = "Five in a row win. Black needs exactly five and may not make six, two fours or two open threes at once."
    sgf = FIVE_IN_A_ROW
    line: ClassVar[Line] = EachSide(Exactly(5), AtLeast(5))
    foul: ClassVar[Foul] = ShapeFoul(FIRST, overline=True, fours=True, threes=True)
    openings = OPENINGS | RENJU_OPENINGS
    passes = True
    Options = RenjuOptions
    presets = {
        "Standard": {},
        "Soosyrv-8": {"opening": "soosyrv-8"},
        "Taraguchi-10": {"opening": "taraguchi-10"},
        "Yamaguchi": {"opening": "yamaguchi"},
        "RIF": {"opening": "rif"},
    }


class Connect6Options(Options, frozen=True):
    """A larger board than usual, since each turn brings two stones."""

    board_size: Annotated[
        int, msgspec.Meta(ge=6, le=25, title="Board size", description="Lines in each direction.")
    ] = 19
    opening: Annotated[
        Literal["none", "pie"],
        msgspec.Meta(title="Opening", description="How the advantage of moving first is made smaller."),
    ] = "none"


class Connect6(LineGame):
    """One stone, then two a turn, and six in a row."""

    key = "connect6"
    title = "Connect6"
    summary = "Black begins with one stone, then each turn has two; six or more in a row win."
    line: ClassVar[Line] = AtLeast(6)
    turn = (1, 2)
    Options = Connect6Options
    presets = {"Standard": {}, "Small": {"board_size": 13}}


class TicTacToe(LineGame):
    """Three in a row on nine squares."""

    key = "tic-tac-toe"
    title = "Tic-tac-toe"
    summary = "Three in a row on a board of three by three."
    seats = ("cross", "nought")
    line: ClassVar[Line] = AtLeast(3)
    board = (3, 3)
    lattice = "squares"
    Options = Options
