"""Where the cells of a board are, for its lines, its signs and its small pictures."""

from __future__ import annotations

from dataclasses import dataclass

from gamehall.game import Scene

__all__ = ["Lattice", "lattice_of"]

_PITCH = 0.866  # from one row of hexes to the next: the height of an equilateral triangle
_CAP = 0.289  # from a hex's tip down to its shoulder; a hex is two of them and a side high


@dataclass(frozen=True, slots=True)
class Lattice:
    """The lines of a board. Lengths are in cells, places go right and down from the top left corner."""

    kind: str
    width: int
    height: int

    @property
    def across(self) -> float:
        return self.width + (self.height - 1) / 2 if self.kind == "hexes" else self.width

    @property
    def down(self) -> float:
        return round(_PITCH * self.height + _CAP, 3) if self.kind == "hexes" else self.height

    def middle(self, row: int, column: int) -> tuple[float, float]:
        """(x, y) of the middle of a cell."""
        if self.kind == "hexes":
            return column + (row + 1) / 2, round(_PITCH * row + 2 * _CAP, 3)
        return column + 0.5, row + 0.5

    @property
    def path(self) -> str:
        """Every line, as the path of an SVG."""
        if self.kind == "hexes":
            return self._comb()
        edge = 0.5 if self.kind == "points" else 0.0
        right, bottom = self.width - edge, self.height - edge
        extra = 0 if self.kind == "points" else 1
        across = (f"M{edge:g} {row + edge:g}H{right:g}" for row in range(self.height + extra))
        down = (f"M{column + edge:g} {edge:g}V{bottom:g}" for column in range(self.width + extra))
        return "".join((*across, *down))

    def _comb(self) -> str:
        """Above each row a zigzag, which begins where the row above does, and the uprights between its cells."""
        roof, valley = f"l.5-{_CAP:g} .5 {_CAP:g}" * self.width, f"l.5 {_CAP:g} .5-{_CAP:g}" * self.width
        lines = []
        for row in range(self.height):
            left, top = row / 2, _PITCH * row
            start = f"M{left - 0.5:g} {top:.3f}l.5 {_CAP:g}" if row else f"M0 {_CAP:g}"
            uprights = (f"M{left + column:g} {top + _CAP:.3f}v{_PITCH - _CAP:g}" for column in range(self.width + 1))
            lines.append("".join((start, roof, *uprights)))
        lines.append(f"M{(self.height - 1) / 2:g} {_PITCH * self.height:.3f}{valley}")
        return "".join(lines)


def lattice_of(scene: Scene) -> Lattice:
    return Lattice(scene.lattice, scene.width, scene.height)
