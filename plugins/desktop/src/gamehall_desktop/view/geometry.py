"""Where things are on the screen, told to tests that click with a real mouse."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import dearpygui.dearpygui as dpg
import msgspec

from gamehall.game import board_cells
from gamehall_desktop.files import write_private
from gamehall_desktop.state.model import Model
from gamehall_desktop.state.shown import shown

from .canvas import Canvas

_STILL = 3  # frames in which nothing has moved
_LINE = "mvAppItemType::mvInputText"


class Geometry:
    """Writes {name: [x, y, width, height]} in pixels of the screen to a file whenever it has changed.

    Cells have names such as `cell:h8`. The `window` is as large as it was when it was `drawn`. Beside it, in a file
    whose name ends with `.shown.json`, is what the window shows, see `shown`; whether everything is `still`, since a
    dialog that has just come may move; how many `clicks` and `keys` were taken; and of the fields, which one has the
    `focus` and what is written in each, such as `field:username`. Without a path it does nothing.
    """

    def __init__(self, path: str | None) -> None:
        self.names: set[str] = set()
        self.drawn: tuple[float, float] = (0, 0)
        self._path = Path(path) if path else None
        self._written: dict[Path, bytes] = {}
        self._places: dict[str, list[float]] = {}
        self._frames = 0  # since something moved
        self._taken = {"clicks": 0, "keys": 0}

    def took(self, what: Literal["clicks", "keys"]) -> None:
        """Counts what the user did, which may move everything."""
        self._taken[what] += 1
        self._frames = 0

    def write(self, canvas: Canvas, model: Model) -> None:
        if self._path is None:
            return
        left, top = dpg.get_viewport_pos()
        found: dict[str, list[float]] = {"window": [left, top, *self.drawn]}
        for name in sorted(self.names):
            if dpg.does_item_exist(name) and dpg.is_item_visible(name):
                (x, y), (width, height) = dpg.get_item_rect_min(name), dpg.get_item_rect_size(name)
                found[name] = [left + x, top + y, width, height]
        if canvas.layout is not None and canvas.tag in found:
            at, (x, y, _, _) = canvas.layout, found[canvas.tag]
            for cell in board_cells(at.columns, at.rows):
                middle = at.middle(cell)
                found[f"cell:{cell}"] = [x + middle[0] - 1, y + middle[1] - 1, 2, 2]
        self._frames = self._frames + 1 if found == self._places else 0
        self._places = found
        told = shown(model) | self._fields(found)
        told |= {what: str(count) for what, count in self._taken.items()}
        told["still"] = "yes" if self._frames >= _STILL else ""
        self._put(self._path.with_suffix(".shown.json"), told)  # first: nobody may take new places for still ones
        self._put(self._path, found)

    def _fields(self, found: Iterable[str]) -> dict[str, str]:
        told = {"focus": ""}
        for name in self.names.intersection(found):
            if dpg.get_item_type(name) == _LINE:
                text = dpg.get_value(name)
                hidden = dpg.get_item_configuration(name)["password"]
                told[f"field:{name}"] = "•" * len(text) if hidden else text
                if dpg.is_item_active(name):
                    told["focus"] = name
        return told

    def _put(self, path: Path, told: dict[str, Any]) -> None:
        content = msgspec.json.encode(told)
        if content != self._written.get(path):
            self._written[path] = content
            write_private(path, content)
