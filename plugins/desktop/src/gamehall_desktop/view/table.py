"""The screen of an open game: the board, and beside it what can be done."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from gamehall_desktop.state.board import Signs, buttons, ghost, touch

from .canvas import Canvas
from .desk import Desk
from .tip import Tip

_IN_A_ROW = 3


class BoardPart:
    """The board, and the touches on it."""

    def __init__(self, desk: Desk, tip: Tip) -> None:
        self._desk = desk
        self.canvas = Canvas("board", desk.model.settings)
        desk.geometry.names.add("board")
        self._tip = tip

    def draw(self) -> None:
        table, box = self._desk.model.table, self._desk.frame.board
        scene, hover = table.scene, table.hover
        means = scene is not None and any(hover in each.cells for each in scene.inputs)
        piece = ghost(scene, table.seat, hover) if scene and hover else None
        self.canvas.draw(scene, Signs(table.touched, None, hover if means else None, piece), box.width, box.height)

    def hovered(self) -> None:
        """Shows what a click where the mouse is would put there."""
        table = self._desk.model.table
        hover = self.canvas.cell_under_mouse() if self._desk.model.screen == "table" else None
        if hover != table.hover:
            table.hover = hover
            self.draw()
        self._tip.say(table.reason_at(hover) if hover else "")

    def clicked(self) -> None:
        """Takes a click anywhere in the window."""
        table, play = self._desk.model.table, self._desk.session.play
        cell = self.canvas.cell_under_mouse()
        if self._desk.model.screen != "table" or table.scene is None or table.game is None or cell is None:
            return
        table.touched, move = touch(table.scene, table.touched, cell)
        if move is not None and play is not None:
            self._desk.do(play.play(move, table.game.ply))


class TableSide:
    """How the game stands, and its buttons."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        desk.geometry.names.add("headline")
        dpg.add_text(tag="headline")
        dpg.add_group(tag="buttons")

    def draw(self) -> None:
        desk, table = self._desk, self._desk.model.table
        dpg.set_value("headline", table.headline)
        dpg.configure_item("headline", wrap=desk.frame.side.width - desk.px(20))
        dpg.delete_item("buttons", children_only=True)
        play = desk.session.play
        if table.game is None or table.scene is None or play is None:
            return
        found = [
            (f"move:{each.move}", each.label or each.move, desk.doing(play.play, each.move, table.game.ply))
            for each in buttons(table.scene, table.touched)
        ]
        if table.can_resign:
            found.append(("resign", "Resign", desk.doing(play.end, "resign")))
        for start in range(0, len(found), _IN_A_ROW):
            row = dpg.add_group(parent="buttons", horizontal=True)
            for name, label, act in found[start : start + _IN_A_ROW]:
                desk.button(name, label, act, row)
