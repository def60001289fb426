"""Buttons and sentences one after another, in rows that are no wider than their place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import dearpygui.dearpygui as dpg

from . import themes
from .desk import Desk

_LETTER, _FRAME, _GAP, _ROW = 8.4, 26, 9, 41  # pixels: a letter, a button's two edges, between two, a row


@dataclass(frozen=True, slots=True)
class Pressable:
    """A button that is to be placed."""

    name: str
    label: str
    act: Callable[[], None]
    kind: themes.Kind | None = None


class Flow:
    """Gathers what is to be placed, so that its height is known before it is there."""

    def __init__(self, desk: Desk, width: int) -> None:
        self._desk = desk
        self._width = width
        self._rows: list[list[Pressable] | str] = []
        self._left = 0.0

    @property
    def height(self) -> int:
        """About how many pixels it is high."""
        return sum(map(self._high, self._rows))

    def put(self, button: Pressable) -> None:
        """Puts a button into the row, or into a new one."""
        wide = self._desk.px(len(button.label) * _LETTER + _FRAME)
        if self._left < wide or not self._rows or isinstance(self._rows[-1], str):
            self._rows.append([])
            self._left = self._width
        row = self._rows[-1]
        if not isinstance(row, str):
            row.append(button)
        self._left -= wide + self._desk.px(_GAP)

    def say(self, sentence: str) -> None:
        """Puts a sentence into rows of its own."""
        self._rows.append(sentence)
        self._left = 0.0

    def end_row(self) -> None:
        self._left = 0.0

    def add(self, parent: int | str) -> None:
        """Makes the items."""
        for row in self._rows:
            if isinstance(row, str):
                self._desk.write(row, parent=parent, wrap=self._width)
                continue
            place = dpg.add_group(horizontal=True, parent=parent)
            for each in row:
                self._desk.button(each.name, each.label, each.act, place, each.kind)

    def _high(self, row: list[Pressable] | str) -> int:
        if not isinstance(row, str):
            return self._desk.px(_ROW)
        lines = 1 + int(len(row) * self._desk.px(8.5) // self._width)
        return self._desk.px(22 * lines + 20)
