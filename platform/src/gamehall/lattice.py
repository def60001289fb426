"""Where the cells of a board are, for its lines, its signs and its pieces, on every kind of lattice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gamehall.game import Scene

__all__ = ["HEX_CAP", "HEX_PITCH", "Lattice", "Point", "lattice_of"]

HEX_PITCH = 0.866  # from one row of hexes to the next: the height of an equilateral triangle
HEX_CAP = 0.289  # from a hex's tip down to its shoulder; a hex is two of them and a side high

Point = tuple[float, float]
"""(x, y) in cells, to the right and down from the top left corner."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """The lines of a board. Lengths are in cells."""

    kind: str
    width: int
    height: int

    @property
    def across(self) -> float:
        return self.width + (self.height - 1) / 2 if self.kind == "hexes" else self.width

    @property
    def down(self) -> float:
        return round(HEX_PITCH * self.height + HEX_CAP, 3) if self.kind == "hexes" else self.height

    def middle(self, row: int, column: int) -> Point:
        """The middle of a cell."""
        if self.kind == "hexes":
            return column + (row + 1) / 2, round(HEX_PITCH * row + 2 * HEX_CAP, 3)
        return column + 0.5, row + 0.5

    @property
    def strokes(self) -> Iterator[tuple[Point, ...]]:
        """Every line, by the points that it goes through; none is drawn twice."""
        if self.kind == "hexes":
            yield from self._comb()
            return
        edge = 0.5 if self.kind == "points" else 0.0
        right, bottom = self.width - edge, self.height - edge
        extra = 0 if self.kind == "points" else 1
        for row in range(self.height + extra):
            yield (edge, row + edge), (right, row + edge)
        for column in range(self.width + extra):
            yield (column + edge, edge), (column + edge, bottom)

    @property
    def edges(self) -> tuple[tuple[Point, ...], ...]:
        """The top, right, bottom and left border, each by the points that it goes through."""
        if self.kind != "hexes":
            edge = 0.5 if self.kind == "points" else 0.0
            right, bottom = self.width - edge, self.height - edge
            corners = ((edge, edge), (right, edge), (right, bottom), (edge, bottom))
            return tuple((corners[side], corners[(side + 1) % 4]) for side in range(4))
        lean, base = (self.height - 1) / 2, round(HEX_PITCH * self.height, 3)
        sides = [
            (row / 2, (round(HEX_PITCH * row + HEX_CAP, 3), round(HEX_PITCH * (row + 1), 3)))
            for row in range(self.height)
        ]
        left = tuple((x, y) for x, ends in sides for y in ends)
        right_side = tuple((x + self.width, y) for x, ends in sides for y in ends)
        top, bottom_side = _zigzag(0, HEX_CAP, self.width, -HEX_CAP), _zigzag(lean, base, self.width, HEX_CAP)
        return top, right_side, bottom_side, left

    def _comb(self) -> Iterator[tuple[Point, ...]]:
        """Above each row a zigzag, which begins where the row above does, and the uprights between its cells."""
        for row in range(self.height):
            left, shoulder = row / 2, round(HEX_PITCH * row + HEX_CAP, 3)
            roof = _zigzag(left, shoulder, self.width, -HEX_CAP)
            yield ((left - 0.5, round(shoulder - HEX_CAP, 3)), *roof) if row else roof
            for column in range(self.width + 1):
                yield (left + column, shoulder), (left + column, round(shoulder + HEX_PITCH - HEX_CAP, 3))
        yield _zigzag((self.height - 1) / 2, round(HEX_PITCH * self.height, 3), self.width, HEX_CAP)

    @property
    def path(self) -> str:
        """Every line, as the path of an SVG."""
        return "".join(map(_as_path, self.strokes))


def _zigzag(left: float, top: float, hexes: int, rise: float) -> tuple[Point, ...]:
    return tuple((left + step / 2, round(top + rise * (step % 2), 3)) for step in range(2 * hexes + 1))


def _as_path(stroke: tuple[Point, ...]) -> str:
    (x, y), *others = stroke
    parts = [f"M{x:g} {y:g}"]
    for to_x, to_y in others:
        parts.append(f"H{to_x:g}" if to_y == y else f"V{to_y:g}" if to_x == x else f"L{to_x:g} {to_y:g}")
        x, y = to_x, to_y
    return "".join(parts)


def lattice_of(scene: Scene) -> Lattice:
    return Lattice(scene.lattice, scene.width, scene.height)
