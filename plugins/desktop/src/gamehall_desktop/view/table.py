"""The board of the open game, and the touches on it."""

from __future__ import annotations

from gamehall_desktop.state.board import Signs, ghost

from .canvas import Canvas
from .desk import Desk
from .tip import Tip


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
        signs = Signs(table.touched, table.cursor, hover if means else None, piece, table.pending, table.wrong)
        self.canvas.draw(scene, signs, box.width, box.height)

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
        desk = self._desk
        cell = self.canvas.cell_under_mouse()
        if desk.model.screen == "table" and cell is not None:
            desk.model.table.cursor = None  # whoever has a mouse needs none; the arrows bring it back
            make(desk, desk.model.table.touch(cell))


def make(desk: Desk, move: str | None) -> None:
    """Has a move made that the table has taken, None being none."""
    game, play = desk.model.table.game, desk.session.play
    if move is not None and game is not None and play is not None and play.game_id == game.id:
        desk.do(play.play, move, game.ply)
    desk.changed()
