"""Games won by a row of stones: everything that a variant does not say for itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from gamehall import game

from . import wording
from .fouls import Foul, NoFoul
from .grid import grid
from .lines import AtLeast, Line, winning_points
from .openings import BLACK, OPENINGS, SWAP, WHITE, Choose, Opening, Stone, zone_points
from .position import FIRST, FREE, PASS, LinePosition, other

__all__ = ["LineGame", "LineOptions"]

_LARGEST = (18_278, 999)  # zzz999 is the last cell that has a name


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
            raise ValueError(f"the opening {opening.title} needs a board of at least {lines}×{lines}")


class LineGame(game.Ruleset[LinePosition, game.Options]):
    """A game of three independent parts: how a line wins, which points are foul, how the game opens.

    `turn` is the number of stones of the first turn and of every later one. Options named `board_size` and
    `opening` are understood; a game whose options lack them has a `board` of (width, height) and opens freely.
    """

    line: ClassVar[Line] = AtLeast(5)
    foul: ClassVar[Foul] = NoFoul()
    openings: ClassVar[Mapping[str, Opening]] = OPENINGS
    turn: ClassVar[tuple[int, int]] = (1, 1)
    board: ClassVar[tuple[int, int]] = (15, 15)
    lattice: ClassVar[Literal["points", "squares"]] = "points"
    Position = LinePosition
    Options: ClassVar[type[game.Options]] = LineOptions

    def start(self, options: game.Options) -> LinePosition:
        size: int | None = getattr(options, "board_size", None)
        opening: str = getattr(options, "opening", "none")
        width, height = (size, size) if size else self.board
        return self.Position(
            width=width,
            height=height,
            board=FREE * (width * height),
            left=self.turn[0],
            opening=opening,
            step=0 if self.openings[opening].steps else None,
        )

    def step(self, position: LinePosition) -> Stone | Choose | None:
        """The opening's present step, None when the opening or the game is over."""
        if position.step is None or position.ending is not None:
            return None
        return self.openings[position.opening].steps[position.step]

    def to_act(self, position: LinePosition) -> int | None:
        if position.ending is not None:
            return None
        step = self.step(position)
        if step is None or step.seat is None:
            return position.seat_of(position.stone)
        return step.seat

    def sides(self, position: LinePosition) -> tuple[str, ...]:
        return self.seats[::-1] if position.swapped else self.seats

    def outcome(self, position: LinePosition) -> game.Outcome | None:
        return position.ending

    # What may be played.

    def free_points(self, position: LinePosition) -> list[int]:
        """The free points of the present zone, foul or not, in rising order; empty when a choice is asked for."""
        step = self.step(position)
        if position.ending is not None or isinstance(step, Choose):
            return []
        free = [point for point, stone in enumerate(position.board) if stone == FREE]
        if step is None or step.zone is None:
            return free
        zone = zone_points(step.zone, position.width, position.height)
        return [point for point in free if point in zone]

    def points(self, position: LinePosition) -> list[int]:
        """Every point on which the next stone may be placed, in rising order."""
        free = self.free_points(position)
        forbidden = self.foul.forbidden(position) if free else ()
        return [point for point in free if point not in forbidden] if forbidden else free

    def moves(self, position: LinePosition) -> list[str]:
        if position.ending is not None:
            return []
        step = self.step(position)
        if isinstance(step, Choose):
            return list(step.choices)
        names = position.grid.names
        return [names[point] for point in self.points(position)] or [PASS]

    def refusal(self, position: LinePosition, move: str) -> game.Refusal | None:
        if position.ending is not None:
            return game.Refusal("game-over", "The game is over.")
        step = self.step(position)
        point = grid(position.width, position.height).points.get(move)
        if isinstance(step, Choose):
            return None if move in step.choices else wording.choice_due(self, position)
        if point is None:
            return self._no_point(position, move)
        if position.board[point] != FREE:
            return game.Refusal("occupied", f"{move} is already taken.", (move,))
        zone = step.zone if step is not None else None
        if zone is not None and point not in zone_points(zone, position.width, position.height):
            return wording.not_in_zone(position, zone, move)
        return self.foul.refusal(position, point)

    def _no_point(self, position: LinePosition, move: str) -> game.Refusal | None:
        if move == PASS:
            if not self.points(position):
                return None
            return game.Refusal("illegal-move", "You may pass only when no free point is allowed.")
        # A name that some larger board would have is off this one; anything else is no point at all.
        if game.cell_place(move, *_LARGEST) is not None:
            return game.Refusal("out-of-board", f"There is no point {move} on this board.")
        return game.Refusal("illegal-move", "A move here is the name of a point, such as a1.")

    def move_at(self, position: LinePosition, row: int, column: int) -> str:
        return game.cell_name(row, column, position.height)

    # What a move does.

    def play(self, position: LinePosition, move: str) -> LinePosition:
        point = grid(position.width, position.height).points.get(move)
        if point is not None:
            after = self.place(position, point)
        elif move == PASS:
            after = self.skip(position)
        else:
            after = self.choose(position, move)
        return after if after.step is None else self._next_step(after)

    def place(self, position: LinePosition, point: int) -> LinePosition:
        """The position with `position.stone` on this point, won, drawn or going on."""
        stone, width, height = position.stone, position.width, position.height
        board = position.board[:point] + stone + position.board[point + 1 :]
        line = winning_points(self.line, board, width, height, point)
        ending = None
        if line:
            ending = game.Outcome(position.seat_of(stone), self.line.reason)
        elif FREE not in board:
            ending = game.Outcome(None, "board-full")
        left = position.left - 1
        return replace(
            position,
            board=board,
            stone=stone if left else other(stone),
            left=left or self.turn[1],
            last=(*position.last, point) if position.left < self.turn[1] else (point,),
            line=line,
            passed=False,
            ending=ending,
        )

    def skip(self, position: LinePosition) -> LinePosition:
        """The position after a turn without a stone; the second one running ends the game as a draw."""
        ending = game.Outcome(None, "no-moves") if position.passed else None
        return replace(position, stone=other(position.stone), left=self.turn[1], passed=True, last=(), ending=ending)

    def choose(self, position: LinePosition, choice: str) -> LinePosition:
        """The position after a decision of the opening: sides set anew, and the opening over where one was taken."""
        if choice in (BLACK, WHITE):
            chooser = self.to_act(position)
            return replace(position, swapped=chooser != (BLACK, WHITE).index(choice), step=None)
        return replace(position, swapped=position.swapped != (choice == SWAP))

    def _next_step(self, position: LinePosition) -> LinePosition:
        step = (position.step or 0) + 1
        return replace(position, step=step if step < len(self.openings[position.opening].steps) else None)

    # What is seen.

    def scene(self, position: LinePosition, seat: int | None) -> game.Scene:
        names = position.grid.names
        deciding = seat is not None and seat == self.to_act(position)
        # Forbidden points may be dear to find: they are looked for once, and only for the one who needs them.
        free = self.free_points(position) if deciding else []
        forbidden = self.foul.forbidden(position) if free else ()
        inputs = self._inputs(position, [point for point in free if point not in forbidden]) if deciding else ()
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
            marks=self._marks(position, forbidden),
            sides=self.sides(position),
            status=wording.status(self, position),
            prompt=wording.prompt(self, position, inputs) if deciding else "",
        )

    def kind(self, stone: str) -> str:
        """The name of the side that this kind of stone belongs to, which is how front ends draw it."""
        return self.seats[stone != FIRST]

    def changes(self, before: LinePosition, move: str, after: LinePosition) -> tuple[game.CellChange, ...]:
        point = grid(after.width, after.height).points.get(move)
        stone = before.stone
        # Anything but one more stone (a choice of sides, a capture by some variant) is left to the scenes.
        if point is None or after.board != before.board[:point] + stone + before.board[point + 1 :]:
            return super().changes(before, move, after)
        return (game.CellChange(move, self.kind(stone), after.seat_of(stone)),)

    def _inputs(self, position: LinePosition, points: Iterable[int]) -> tuple[game.Input, ...]:
        step, ready = self.step(position), position.grid.inputs
        if isinstance(step, Choose):
            labels = ((choice, wording.choice_label(self, position, choice)) for choice in step.choices)
            return tuple(game.Input(choice, label=label) for choice, label in labels)
        return tuple(ready[point] for point in points) or (game.Input(PASS, label="Pass"),)

    def _marks(self, position: LinePosition, forbidden: Collection[int]) -> tuple[game.Mark, ...]:
        lines, step = position.grid, self.step(position)
        zone = step.zone if isinstance(step, Stone) else None
        kinds: tuple[tuple[game.MarkKind, Iterable[int]], ...] = (
            ("zone", sorted(zone_points(zone, position.width, position.height)) if zone else ()),
            ("forbidden", sorted(forbidden)),
            ("line", position.line),
            ("last", position.last),
        )
        stars = lines.stars if self.lattice == "points" else ()
        return (*stars, *(game.Mark(lines.names[point], kind) for kind, points in kinds for point in points))
