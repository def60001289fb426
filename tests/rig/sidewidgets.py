"""The panel beside the board, built without a screen: a program of its own, since a mistake with DearPyGui ends it.

It prints, as JSON, which of the named items there are after each of its steps.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import dearpygui.dearpygui as dpg
import msgspec

from gamehall.answers import Offered, RecordFormat
from gamehall_desktop.accounts import AuthenticationManager
from gamehall_desktop.network import Network
from gamehall_desktop.session import Session
from gamehall_desktop.state.account import SignedIn
from gamehall_desktop.state.layout import arrange
from gamehall_desktop.state.table import Formats, Seen, Shown
from gamehall_desktop.view import fonts, themes
from gamehall_desktop.view.desk import Desk
from gamehall_desktop.view.geometry import Geometry
from gamehall_desktop.view.side import TableSide
from rig.tables import stones, told

CLOCK = {"kind": "fischer", "initial": 300, "increment": 0, "running": 0, "flag_in": 300_500, "paused_for": None}
CLOCK |= {"seats": [{"main": 300_000, "period": 0, "periods": 0, "moves": 0, "lag": 500, "left": 300_000}] * 2}


class Steps:
    """The panel, and what was to be seen of it."""

    def __init__(self, desk: Desk, side: TableSide) -> None:
        self.seen: dict[str, list[str]] = {}
        self.desk = desk
        self.side = side

    def look(self, name: str, *messages: object) -> None:
        """Takes messages, and notes which items there are."""
        for message in messages:
            self.desk.model.take(message)
        self.side.draw()
        self.side.tick()
        self.seen[name] = sorted(each for each in self.desk.geometry.names if dpg.does_item_exist(each))

    def press(self, item: str) -> None:
        dpg.get_item_callback(item)()


def walk(steps: Steps) -> None:
    playing = told("a1", "b1", clock=CLOCK)
    steps.look("nothing", SignedIn("ada", "http://hall"))
    steps.look("begun", Shown(told(clock=CLOCK)))
    steps.look("playing", Shown(playing))
    steps.press("resign")
    steps.look("asked")
    steps.press("go_on")
    steps.look("going on")
    steps.look("offered", Shown(told("a1", "b1", revision=3, offers=[Offered("draw", 1)])))
    steps.press("ply:1")
    steps.look("looking back", Seen("g", 1, stones(("a1",), 1, 0)))
    steps.press("live")
    steps.look("live")
    steps.look("formats", Formats("g", (RecordFormat("sgf", "sgf", "text/plain"),)))
    steps.desk.frame = arrange(700, 860)
    steps.look("low")
    steps.desk.frame = arrange(560, 420)
    steps.look("small")
    steps.look("over", Shown(told("a1", "b1", revision=4, status="finished", winner=0)))
    steps.desk.model.table.username = "cyd"
    steps.look("watching", Shown(told("a1", "b1", revision=5, viewer=None, identity="h")))


def main(folder: Path) -> None:
    network = Network()
    session = Session(AuthenticationManager(str(folder / "desktop.json")), network.spawn, network.post)
    dpg.create_context()
    try:
        desk = Desk(network, session, Geometry(None))
        fonts.bind_default()
        themes.bind(desk.model.settings.theme, desk.scale)
        with dpg.window(tag="root"):
            side = TableSide(desk)
        steps = Steps(desk, side)
        walk(steps)
        sys.stdout.buffer.write(msgspec.json.encode(steps.seen))
    finally:
        network.close(session.close())
        dpg.destroy_context()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        main(Path(name))
