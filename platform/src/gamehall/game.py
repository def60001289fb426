"""What a game's author writes against: positions, moves and the scene that any front end can draw.

Nothing here knows of the web, a database or a user. A ruleset is a set of pure functions: the same position and
the same move always give the same position. Resigning, draws by agreement, takebacks and time belong to the hall.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Generic, Literal, TypeVar

import msgspec

from gamehall.languages import catalogue

__all__ = [
    "STONES",
    "CellChange",
    "Input",
    "Look",
    "Mark",
    "Options",
    "Outcome",
    "Piece",
    "Position",
    "Refusal",
    "Ruleset",
    "Scene",
    "board_cells",
    "cell_name",
    "cell_place",
    "column_name",
    "options_schema",
    "read_options",
]

_ = catalogue(__name__)


class Position(msgspec.Struct, frozen=True):
    """Everything needed to go on playing; plain enough for JSON. A ruleset's own positions subclass it."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What can be chosen before a game; every field needs a default. Bounds and titles go into `msgspec.Meta`."""


class Outcome(msgspec.Struct, frozen=True):
    """How a game ended by its rules: the winner's seat, or None for a draw, and a reason code such as `five`."""

    winner: int | None
    reason: str


class Refusal(msgspec.Struct, frozen=True):
    """Why a move is not allowed: a stable code, a sentence for the player, and the cells that make it so."""

    code: str
    detail: str
    cells: tuple[str, ...] = ()


STONES = frozenset({"black", "white", "cross", "nought"})
"""The kinds of pieces that every front end has a picture of."""


class Piece(msgspec.Struct, frozen=True):
    """Something that stands on a cell. `seat` is whose it is, None where nobody owns it.

    A kind in `STONES` is drawn as such; any other is a disc of its owner's tone with the kind's first letter, unless
    the scene's `looks` say more.
    """

    cell: str
    kind: str
    seat: int | None = None


class CellChange(msgspec.Struct, frozen=True):
    """What stands on a cell after a move; `kind` None says that the cell became empty."""

    cell: str
    kind: str | None
    seat: int | None = None


class Input(msgspec.Struct, frozen=True):
    """Touching these cells in this order means this move; without cells it is a button with this label."""

    move: str
    cells: tuple[str, ...] = ()
    label: str = ""


class Look(msgspec.Struct, frozen=True):
    """How a kind of piece is drawn: the text on it, of one or two letters, and its colour as `#rrggbb`.

    What is empty is as without a look: the kind's first letter, and the tone of whoever owns the piece. `picture`
    names a drawing that the game's plugin brings, such as `chess/{side}-king`: `white-king.svg` in the folder `pieces`
    of the package of the plugin `chess`, the side being the owner's. A front end without it shows the rest.
    """

    symbol: str = ""
    colour: str = ""
    picture: str = ""


MarkKind = Literal["last", "line", "forbidden", "offered", "zone", "star"]


class Mark(msgspec.Struct, frozen=True):
    """A sign on a cell: the last move, a winning line, a forbidden or offered point, a zone, a star point."""

    cell: str
    kind: MarkKind


class Scene(msgspec.Struct, frozen=True):
    """A position as any front end can draw it, seen by one seat or by a spectator.

    `lattice` says whether pieces stand on crossing lines, in squares or in hexes; each row of hexes is shifted to
    the right by half a cell, so that a cell touches those beside it, above it (same column and the next) and below it
    (same column and the one before). A game without a board has a width and a height of 0, and only buttons.
    `sides` names the side of each seat; `status` is a sentence for everybody, `prompt` one for the viewer who has to
    decide; `looks` tell by kind how pieces are drawn. `turned` says that this viewer sits at the far side and sees the
    board turned by half; cells keep their names. `edges` says whose the top, right, bottom and left edge are, by seat.
    """

    width: int
    height: int
    lattice: Literal["points", "squares", "hexes"] = "points"
    pieces: tuple[Piece, ...] = ()
    inputs: tuple[Input, ...] = ()
    marks: tuple[Mark, ...] = ()
    sides: tuple[str, ...] = ()
    status: str = ""
    prompt: str = ""
    looks: dict[str, Look] = {}
    turned: bool = False
    edges: tuple[int, int, int, int] | None = None


@lru_cache(maxsize=1_000)
def column_name(column: int) -> str:
    """0 is a, 25 is z, 26 is aa, as in a spreadsheet; the letter i is not left out."""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(97 + letter) + name
    return name


def cell_name(row: int, column: int, height: int) -> str:
    """The cell's name: column letters, then the row's number from the bottom. Row 0 is the top one."""
    return f"{column_name(column)}{height - row}"


_CELL = re.compile(r"([a-z]{1,3})([1-9][0-9]{0,2})", re.ASCII)


def cell_place(cell: str, width: int, height: int) -> tuple[int, int] | None:
    """(row, column) of a cell's name, both from the top left; None when there is no such cell on the board."""
    match = _CELL.fullmatch(cell)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 96
    row = height - int(match[2])
    return (row, column - 1) if row >= 0 and column <= width else None


P = TypeVar("P", bound=Position)
O = TypeVar("O", bound=Options)  # noqa: E741 - the pair P, O reads as positions and options


class Ruleset(ABC, Generic[P, O]):
    """One kind of game. Instances carry no state; every method is a pure function of its arguments.

    `key` is stored with every game and is never renamed; raise `version` when an old record would replay
    differently. `presets` are named sets of options that a form offers. `sgf` is the number that SGF files have for
    this kind of game, where they have one.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str] = ""
    version: ClassVar[int] = 1
    seats: ClassVar[tuple[str, ...]] = ("black", "white")
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    sgf: ClassVar[int | None] = None
    Position: ClassVar[type[Position]]
    Options: ClassVar[type[Options]] = Options

    @abstractmethod
    def start(self, options: O) -> P:
        """The position before the first move. Chance comes only from a seed in the options."""

    @abstractmethod
    def to_act(self, position: P) -> int | None:
        """The seat that decides now, None when the game is over. A seat may decide several times running."""

    @abstractmethod
    def moves(self, position: P) -> Iterable[str]:
        """Every legal move, each once; none when the game is over."""

    @abstractmethod
    def play(self, position: P, move: str) -> P:
        """The position after a move that is legal."""

    @abstractmethod
    def outcome(self, position: P) -> Outcome | None:
        """How the game ended, None while it goes on."""

    @abstractmethod
    def scene(self, position: P, seat: int | None) -> Scene:
        """The position as this seat may see it; None is a spectator, who is offered no inputs."""

    def refusal(self, position: P, move: str) -> Refusal | None:
        """Why this move is not legal, None when it is. Override where listing every move is slow."""
        if move in self.moves(position):
            return None
        return Refusal("illegal-move", _("{move} is not a legal move here.", move=move))

    def forbidden(self, position: P) -> Mapping[str, Refusal]:
        """The cells that look free but that whoever is to act may not take, or would lose by taking, each with why.

        Asked when somebody looks at a game, not for each move. Override where rules forbid what a player may overlook.
        """
        return {}

    def sides(self, position: P) -> tuple[str, ...]:
        """The side that each seat plays in this position. Override where sides can be swapped."""
        return self.seats

    def move_at(self, position: P, row: int, column: int) -> str:
        """The move meant by touching one cell, (0, 0) being the top left; what is no move is refused by its name."""
        scene = self.scene(position, self.to_act(position))
        cell = cell_name(row, column, scene.height)
        return next((i.move for i in scene.inputs if i.cells == (cell,)), cell)

    def changes(self, before: P, move: str, after: P) -> tuple[CellChange, ...]:
        """The cells that look different to a spectator after the move. Override where comparing scenes is slow."""
        old = {piece.cell: piece for piece in self.scene(before, None).pieces}
        new = {piece.cell: piece for piece in self.scene(after, None).pieces}
        gone = [CellChange(cell, None) for cell in old if cell not in new]
        return (*gone, *(CellChange(p.cell, p.kind, p.seat) for p in new.values() if old.get(p.cell) != p))


def read_options(ruleset: Ruleset[Any, Any], chosen: Mapping[str, Any]) -> Options:
    """The ruleset's options from plain data, defaults filled in. Raises msgspec.ValidationError with the field."""
    return msgspec.convert(dict(chosen), ruleset.Options)


def options_schema(ruleset: Ruleset[Any, Any]) -> dict[str, Any]:
    """The options as one self-contained JSON Schema object, for forms and the API."""
    schemas, definitions = msgspec.json.schema_components([ruleset.Options], ref_template="#/$defs/{name}")
    schema: dict[str, Any] = definitions.pop(ruleset.Options.__name__, schemas[0])
    if definitions:
        schema["$defs"] = definitions
    return schema


def board_cells(width: int, height: int) -> Sequence[str]:
    """The name of every cell, row by row from the top left."""
    return [cell_name(row, column, height) for row in range(height) for column in range(width)]
