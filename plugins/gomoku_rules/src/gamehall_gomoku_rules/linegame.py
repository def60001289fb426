"""Games won by a row of stones: everything that a variant does not say for itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import compress
from operator import and_
from typing import Annotated, ClassVar, Generic, Literal, TypeVar, cast

import msgspec
from msgspec.structs import replace

from gamehall import game
from gamehall.languages import catalogue

from . import wording
from .fouls import Foul, NoFoul
from .grid import Grid, grid, runs_through
from .lines import AtLeast, Line, winning_points
from .openings import (
    BLACK,
    OPENINGS,
    SWAP,
    WHITE,
    Choose,
    Offer,
    Opening,
    Pick,
    Step,
    Stone,
    offer_of,
    offered_cell,
    offers_number,
    zone_mask,
)
from .position import FIRST, FREE, OPPOSING, PASS, LinePosition
from .symmetry import twins

__all__ = ["LineGame", "LineGameOf", "LineOptions"]

_ = catalogue(__name__)


_LARGEST = (18_278, 999)  # zzz999 is the last cell that has a name

_IS_FREE = bytes(byte == ord(FREE) for byte in range(256))  # translates an encoded board, point by point

P = TypeVar("P", bound=LinePosition)


class LineOptions(game.Options, frozen=True):
    """A square board and one of the openings. Raises ValueError where the opening needs a larger board."""

    board_size: Annotated[
        int, msgspec.Meta(ge=5, le=25, title="Board size", description="Lines in each direction.")
    ] = 15
    opening: Annotated[
        Literal["none", "pro", "long_pro", "swap", "swap2", "pie"],
        msgspec.Meta(title="Opening", description="How the advantage of moving first is made smaller."),
    ] = "none"

    def __post_init__(self) -> None:
        opening = OPENINGS[self.opening]
        if self.board_size < opening.smallest:
            lines = opening.smallest
            raise ValueError(
                _("the opening {title} needs a board of at least {lines}×{lines}", title=_(opening.title), lines=lines)
            )


class LineGameOf(game.Ruleset[P, game.Options], Generic[P]):
    """A game of three independent parts: how a line wins, which points are foul, how the game opens.

    `turn` is the number of stones of the first turn and of every later one; `passes` says whether a player may pass
    whenever it is free play. Without an option `board_size` a game has a `board` of (width, height). Options that are
    called like a field of the position, as `opening` and `foul_policy` are, are kept in it.
    """

    line: ClassVar[Line] = AtLeast(5)
    foul: ClassVar[Foul] = NoFoul()
    openings: ClassVar[Mapping[str, Opening]] = OPENINGS
    turn: ClassVar[tuple[int, int]] = (1, 1)
    passes: ClassVar[bool] = False
    board: ClassVar[tuple[int, int]] = (15, 15)
    lattice: ClassVar[Literal["points", "squares"]] = "points"
    Position: ClassVar[type[game.Position]] = LinePosition
    Options: ClassVar[type[game.Options]] = LineOptions

    def start(self, options: game.Options) -> P:
        fields = self.Position.__struct_fields__
        kept = {name: getattr(options, name) for name in fields if hasattr(options, name)}
        size: int | None = getattr(options, "board_size", None)
        width, height = (size, size) if size else self.board
        begun = {"width": width, "height": height, "left": self.turn[0], **kept}
        begun["board"] = FREE * (begun["width"] * begun["height"])
        begun["step"] = 0 if self.openings[kept.get("opening", "none")].steps else None
        return cast(P, self.Position(**begun))

    def step(self, position: P) -> Step | None:
        """The opening's present step, None when the opening or the game is over."""
        if position.step is None or position.ending is not None:
            return None
        return self.openings[position.opening].steps[position.step]

    def line_of(self, position: P) -> Line:
        """The line that wins here. Override where the options decide."""
        return self.line

    def to_act(self, position: P) -> int | None:
        if position.ending is not None:
            return None
        holder, step = position.seat_of(position.stone), self.step(position)
        if step is None or step.by == "next":
            return holder
        return 1 - holder if step.by == "other" else step.by

    def sides(self, position: P) -> tuple[str, ...]:
        return self.seats[::-1] if position.swapped else self.seats

    def outcome(self, position: P) -> game.Outcome | None:
        return position.ending

    # What may be played.

    def free(self, position: P) -> bytes:
        """One byte for each point, 1 where the present step could take it, foul or not."""
        free = position.board.encode().translate(_IS_FREE)
        if position.step is None and position.ending is None:
            return free
        step = self.step(position)
        if step is None or isinstance(step, Choose):
            return bytes(len(free))
        if isinstance(step, Stone) and step.zone is not None:
            return bytes(map(and_, free, zone_mask(step.zone, position.width, position.height)))
        if isinstance(step, Offer):
            taken = {twin for point in position.offered for twin in twins(position, point)}
            return bytes(is_free and point not in taken for point, is_free in enumerate(free))
        if isinstance(step, Pick):
            return bytes(point in position.offered for point in range(len(free)))
        return free

    def fouls(self, position: P) -> Mapping[int, game.Refusal]:
        """The points that a stone could take now if they were not foul, each with why."""
        forbidden = self.foul.forbidden(position)
        if not forbidden or isinstance(self.step(position), Offer):
            return {}
        free = self.free(position)
        return {point: refusal for point, refusal in forbidden.items() if free[point]}

    def allowed(self, position: P, fouls: Iterable[int] | None = None) -> bytes:
        """One byte for each point, 1 where the present step may take it; `fouls` are the foul points, if known."""
        free = self.free(position)
        if position.foul_policy == "loses":
            return free
        refused = self.fouls(position) if fouls is None else fouls
        if not refused:
            return free
        allowed = bytearray(free)
        for point in refused:
            allowed[point] = 0
        return bytes(allowed)

    def moves(self, position: P) -> list[str]:
        if position.ending is not None:
            return []
        if isinstance(step := self.step(position), Choose):
            return list(step.choices)
        points = list(compress(grid(position.width, position.height).names, self.allowed(position)))
        if isinstance(step, Offer):
            return [offer_of(name) for name in points]
        if not points or self._may_pass(position):
            points.append(PASS)
        return points

    def _may_pass(self, position: P) -> bool:
        return self.passes and position.step is None

    def refusal(self, position: P, move: str) -> game.Refusal | None:
        point = grid(position.width, position.height).points.get(move)
        if position.step is not None or position.ending is not None:
            if (refusal := self._refused_in_step(position, move, point)) is not None or point is None:
                return refusal
        elif point is None:
            return self._no_point(position, move)
        if position.board[point] != FREE:
            return wording.occupied(position, point)
        return self.foul.refusal(position, point) if position.foul_policy == "refused" else None

    def _refused_in_step(self, position: P, move: str, point: int | None) -> game.Refusal | None:
        """What the game's end or the opening's present step has against a move; a free point is looked at later."""
        step = self.step(position)
        if step is None:
            return game.Refusal("game-over", _("The game is over."))
        if isinstance(step, Choose):
            return None if move in step.choices else wording.step_due(self, position)
        if isinstance(step, Offer):
            point = position.grid.points.get(offered_cell(move))
            if point is None:
                return wording.step_due(self, position)
        if point is None:
            return self._no_point(position, move)
        if position.board[point] != FREE:
            return wording.occupied(position, point)
        return None if self.free(position)[point] else wording.not_now(position, step, point)

    def _no_point(self, position: P, move: str) -> game.Refusal | None:
        if move == PASS:
            if self._may_pass(position) or not any(self.allowed(position)):
                return None
            return game.Refusal("illegal-move", _("You may pass only when no free point is allowed."))
        # A name that some larger board would have is off this one; anything else is no point at all.
        if game.cell_place(move, *_LARGEST) is not None:
            return game.Refusal("out-of-board", _("There is no point {move} on this board.", move=move))
        return game.Refusal("illegal-move", _("A move here is the name of a point, such as a1."))

    def forbidden(self, position: P) -> Mapping[str, game.Refusal]:
        names = position.grid.names
        return {names[point]: refusal for point, refusal in self.fouls(position).items()}

    def move_at(self, position: P, row: int, column: int) -> str:
        cell = game.cell_name(row, column, position.height)
        return offer_of(cell) if isinstance(self.step(position), Offer) else cell

    # What a move does.

    def play(self, position: P, move: str) -> P:
        lines = grid(position.width, position.height)
        point = lines.points.get(move)
        if position.step is not None:
            return self._play_step(position, move, lines)
        return self.skip(position) if point is None else self.place(position, point, lines)

    def place(self, position: P, point: int, lines: Grid) -> P:
        """The position with `position.stone` on this point, won, drawn or going on; `lines` is the board's grid."""
        stone, before = position.stone, position.board
        board = f"{before[:point]}{stone}{before[point + 1 :]}"
        line = self.won(position, board, point, lines)
        ending = None
        if line:
            ending = self.win(position, stone)
        elif position.foul_policy == "loses" and (foul := self.foul.refusal(position, point)) is not None:
            ending = game.Outcome(position.seat_of(OPPOSING[stone]), foul.code)
        elif FREE not in board:
            ending = game.Outcome(None, "board-full")
        left, later = position.left - 1, self.turn[1]
        return replace(
            position,
            board=board,
            stone=stone if left else OPPOSING[stone],
            left=left or later,
            last=(point,) if left + 1 >= later else (*position.last, point),
            line=line,
            passed=False,
            ending=ending,
        )

    def won(self, position: P, board: str, point: int, lines: Grid) -> tuple[int, ...]:
        """The points that win by the stone that has come to stand on `point` of `board`, in rising order."""
        line = self.line_of(position)
        row = position.stone * line.length
        across, down, falling, rising = lines.cuts[point]
        # Written out, because this is most of what a move costs.
        if row in board[across] or row in board[down] or row in board[falling] or row in board[rising]:
            return winning_points(line, runs_through(board, lines, point))
        return ()

    def win(self, position: P, stone: str) -> game.Outcome:
        """How the game ends when a line of these stones stands."""
        return game.Outcome(position.seat_of(stone), self.line_of(position).reason)

    def skip(self, position: P) -> P:
        """The position after a turn without a stone; the second one running ends the game as a draw."""
        ending = game.Outcome(None, "both-passed" if self.passes else "no-moves") if position.passed else None
        return replace(position, stone=OPPOSING[position.stone], left=self.turn[1], passed=True, last=(), ending=ending)

    def _play_step(self, position: P, move: str, lines: Grid) -> P:
        step, point = self.step(position), lines.points.get(move)
        if isinstance(step, Choose):
            return self._chosen(position, step, move)
        if isinstance(step, Offer):
            after = replace(position, offered=(*position.offered, lines.points[offered_cell(move)]))
            return self._go_on(after) if len(after.offered) == (step.count or position.offers) else after
        if point is None:
            return self._go_on(self.skip(position))
        return self._go_on(self.place(replace(position, offered=()), point, lines))

    def _chosen(self, position: P, step: Choose, choice: str) -> P:
        """The position after a decision of the opening: sides set anew, and the opening over where one was taken."""
        if choice in (BLACK, WHITE):
            return replace(position, swapped=self.to_act(position) != (BLACK, WHITE).index(choice), step=None)
        after = replace(
            position,
            swapped=position.swapped != (choice == SWAP),
            offers=offers_number(choice) or position.offers,
        )
        return self._go_on(after, step.skip.get(choice, 0))

    def _go_on(self, position: P, leaving_out: int = 0) -> P:
        step = (position.step or 0) + 1 + leaving_out
        return replace(position, step=step if step < len(self.openings[position.opening].steps) else None)

    # What is seen.

    def scene(self, position: P, seat: int | None) -> game.Scene:
        names = position.grid.names
        deciding = seat is not None and seat == self.to_act(position)
        # Foul points are looked for once, and only for the one who needs them.
        fouls = self.fouls(position) if deciding and position.foul_policy == "refused" else {}
        inputs = self._inputs(position, fouls) if deciding else ()
        return game.Scene(
            width=position.width,
            height=position.height,
            lattice=self.lattice,
            pieces=tuple(
                game.Piece(names[point], self.kind(stone), position.seat_of(stone))
                for point, stone in enumerate(position.board)
                if stone != FREE
            ),
            inputs=inputs,
            marks=self._marks(position, fouls),
            sides=self.sides(position),
            status=wording.status(self, position),
            prompt=wording.prompt(self, position, inputs) if deciding else "",
        )

    def kind(self, stone: str) -> str:
        """The name of the side that this kind of stone belongs to, which is how front ends draw it."""
        return self.seats[stone != FIRST]

    def changes(self, before: P, move: str, after: P) -> tuple[game.CellChange, ...]:
        point = grid(after.width, after.height).points.get(move)
        stone = before.stone
        # Anything but one more stone (a choice of sides, a capture by some variant) is left to the scenes.
        if point is None or after.board != before.board[:point] + stone + before.board[point + 1 :]:
            return super().changes(before, move, after)
        return (game.CellChange(move, self.kind(stone), after.seat_of(stone)),)

    def _inputs(self, position: P, fouls: Iterable[int]) -> tuple[game.Input, ...]:
        step = self.step(position)
        if isinstance(step, Choose):
            labels = ((choice, wording.choice_label(self, position, step, choice)) for choice in step.choices)
            return tuple(game.Input(choice, label=label) for choice, label in labels)
        points = tuple(compress(position.grid.inputs, self.allowed(position, fouls)))
        if isinstance(step, Offer):
            offers = ((each, _("Offer {point}", point=each.move)) for each in points)
            return tuple(game.Input(offer_of(each.move), each.cells, label) for each, label in offers)
        return (*points, game.Input(PASS, label=_("Pass"))) if not points or self._may_pass(position) else points

    def _marks(self, position: P, fouls: Iterable[int]) -> tuple[game.Mark, ...]:
        lines, step = position.grid, self.step(position)
        zone = zone_mask(step.zone, position.width, position.height) if isinstance(step, Stone) and step.zone else b""
        lost = position.ending is not None and position.ending.reason.startswith("forbidden-")
        kinds: tuple[tuple[game.MarkKind, Iterable[int]], ...] = (
            ("zone", compress(range(len(zone)), zone)),
            ("forbidden", [*sorted(fouls), *(position.last if lost else ())]),
            ("offered", position.offered),
            ("line", position.line),
            ("last", position.last),
        )
        stars = lines.stars if self.lattice == "points" else ()
        return (*stars, *(game.Mark(lines.names[point], kind) for kind, points in kinds for point in points))

    # What a variant may want to say in its own words.

    def winning(self, position: P, winner: str) -> str:
        """How the game was won, in a sentence about this side; a capital at its beginning is not needed."""
        if not position.line:
            return _("{winner} wins.", winner=winner)
        length = wording.number(self.line_of(position).length)
        return _("{winner} wins with {number} in a row.", winner=winner, number=length)

    def remark(self, position: P) -> str:
        """A sentence more about the position, for everybody."""
        return ""


class LineGame(LineGameOf[LinePosition]):
    """A line game that needs to remember nothing more than a `LinePosition` does."""
