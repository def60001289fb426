"""The order in which Tab goes round what can be pressed or written into."""

from __future__ import annotations

from collections.abc import Mapping

from .layout import Box

_ROW = 12  # pixels: what begins so much lower is in the next row


def in_order(places: Mapping[str, Box]) -> list[str]:
    """The names as they are read: by rows, and in each from the left."""
    rows: list[list[str]] = []
    top = 0
    for name in sorted(places, key=lambda each: places[each].y):
        if not rows or places[name].y > top + _ROW:
            rows.append([])
            top = places[name].y
        rows[-1].append(name)
    return [name for row in rows for name in sorted(row, key=lambda each: places[each].x)]


def following(places: Mapping[str, Box], current: str | None, *, back: bool = False) -> str | None:
    """The one after or before `current`, the first or last without one; None where there is nothing."""
    order = in_order(places)
    if not order:
        return None
    if current not in order:
        return order[-1 if back else 0]
    return order[(order.index(current) + (-1 if back else 1)) % len(order)]
