"""What is made of DearPyGui's items, without a display. In processes of their own: a mistake there ends the process."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement

import gamehall_desktop

_SOURCES = Path(gamehall_desktop.__file__).parent

_CANVAS = """
import dearpygui.dearpygui as dpg
from gamehall.game import Input, Look, Mark, Piece, Scene
from gamehall_desktop.state.board import Signs
from gamehall_desktop.state.settings import Chosen, Look as Chosen_look, Settings
from gamehall_desktop.view import fonts, themes
from gamehall_desktop.view.canvas import Canvas

dpg.create_context()
fonts.bind_default()

def items(layer):
    return dpg.get_item_children(f"board:{layer}", 2)

def check(lattice, width, height):
    settings = Settings()
    themes.bind(settings.theme, 1.0)
    with dpg.window(tag="root"):
        canvas = Canvas("board", settings)
    looks = {"king": Look("K", "#aa2222", "nobody/{side}-king"), "walker": Look("Wa")}
    pieces = (Piece("a1", "black", 0), Piece("a2", "white", 1), Piece("b1", "king", 0), Piece("b2", "walker", 1),
              Piece("c1", "cross", 0), Piece("c2", "nought", 1), Piece("z99", "black", 0))
    marks = tuple(Mark(cell, kind) for kind in ("last", "line", "forbidden", "offered", "zone", "star")
                  for cell in ("a1", "b1", "c3", "d3", "z99"))
    scene = Scene(width, height, lattice, pieces, (Input("d1", ("d1",)),), marks, ("black", "white"), looks=looks,
                  turned=True, edges=(0, 1, 0, 1))
    signs = Signs(("a2",), "c3", "d1", Piece("d1", "black", 0), Piece("d2", "white", 1), ("a1", "z99"))
    canvas.draw(scene, signs, 500, 500)
    assert all(items(layer) for layer in ("ground", "grid", "below", "shadows", "stones", "above", "hover", "cursor"))
    before = {layer: items(layer) for layer in ("ground", "grid", "stones", "above", "hover")}
    canvas.draw(scene, signs, 500, 500)
    assert {layer: items(layer) for layer in before} == before, "nothing has changed, and nothing is drawn anew"
    moved = Scene(width, height, lattice, (*pieces, Piece("d4", "black", 0)), (), marks, ("black", "white"),
                  looks=looks, turned=True, edges=(0, 1, 0, 1))
    canvas.draw(moved, Signs(), 500, 500)
    assert items("ground") == before["ground"], "a move leaves the board"
    assert set(before["stones"]) < set(items("stones")), "and the pieces that stand"
    assert not items("hover") and not items("cursor")
    middle = canvas.layout.middle("a1")
    canvas.draw(moved, Signs(), 900, 400)
    assert items("ground") != before["ground"] and canvas.layout.middle("a1") != middle, "another size draws all of it"
    ground = items("ground")
    settings.take(Chosen(Chosen_look(board="plain", coordinates=False)))
    canvas.draw(moved, Signs(), 900, 400)
    assert items("ground") != ground
    canvas.draw(Scene(0, 0), Signs(), 500, 500)
    assert canvas.layout is None and not items("stones") and not items("ground")
    canvas.draw(None, Signs(), 500, 500)
    dpg.delete_item("root")

for board in (("points", 15, 15), ("squares", 8, 8), ("hexes", 11, 11), ("points", 64, 64)):
    check(*board)
dpg.destroy_context()
"""

_SETTINGS = """
import sys
from pathlib import Path
import dearpygui.dearpygui as dpg
from gamehall_desktop.accounts import AuthenticationManager
from gamehall_desktop.network import Network
from gamehall_desktop.session import Session
from gamehall_desktop.view import fonts, themes
from gamehall_desktop.view.desk import Desk
from gamehall_desktop.view.geometry import Geometry
from gamehall_desktop.view.settings import SettingsScreen

folder = Path(sys.argv[1])
network = Network()
session = Session(AuthenticationManager(str(folder / "desktop.json")), network.spawn, network.post)
dpg.create_context()
fonts.bind_default()
desk = Desk(network, session, Geometry(None))
themes.bind(desk.model.settings.theme, 1.0)
with dpg.window(tag="root"), dpg.child_window(tag="settings_screen", width=500):
    screen = SettingsScreen(desk)

def press(name, *given):
    dpg.get_item_callback(name)(*given)
    screen.draw()

screen.draw()
press("settings:theme:light")
press("settings:scale:150")
press("settings:language:de")
press("settings:coordinates", 0, False)
press("settings:volume", 0, 35)
press("settings:sound", 0, False)
look = desk.model.settings.look
assert (look.theme, look.scale, look.language, look.coordinates, look.volume) == ("light", 150, "de", False, 35)
assert look.loudness == 0 and dpg.get_value("settings:volume") == 35
assert dpg.get_item_label("settings:theme:light").startswith("✓"), "what is chosen is not told by a colour alone"
assert desk.px(100) == 150 and desk.model.settings.theme.name == "light"
assert desk.colour("ink") == themes.colour(desk.model.settings.theme.ink)
network.close(session.close())
dpg.destroy_context()
"""


def run(script: str, *arguments: str) -> None:
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_any_board_is_drawn_and_only_what_changes_is_drawn_anew() -> None:
    run(_CANVAS)


def test_what_is_chosen_in_the_settings_is_in_force(tmp_path: Path) -> None:
    run(_SETTINGS, str(tmp_path))


def test_only_the_view_knows_dearpygui_and_it_leaves_out_what_hangs_or_crashes() -> None:
    """`split_frame` waits for ever in the window's thread, as others do for whoever holds `mutex`, and
    `set_frame_callback` is called when it pleases. No other thread than the window's comes to DearPyGui at all."""
    for path in _SOURCES.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "split_frame(" not in text, path
        assert "set_frame_callback(" not in text, path
        assert "mutex(" not in text, path
        imports = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
        names = {alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module or "" for node in imports if isinstance(node, ast.ImportFrom)}
        if any(name.startswith("dearpygui") for name in names):
            assert path.parent.name == "view", f"{path.name} imports DearPyGui"
        if "dearpygui.dearpygui" in names:
            assert names.isdisjoint({"asyncio", "concurrent.futures", "threading"}), path


def test_no_dearpygui_is_taken_that_is_older_than_its_mended_locks() -> None:
    (needed,) = [one for one in map(Requirement, requires("gamehall-desktop") or ()) if one.name == "dearpygui"]
    assert not needed.specifier.contains("2.2.99")


def test_the_context_is_made_once_and_outlives_every_thread() -> None:
    """A call before it is there or after it is gone ends the process without a word."""
    calls = [
        (path.name, node.func.attr)
        for path in _SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in ("create_context", "destroy_context")
    ]
    assert sorted(calls) == [("window.py", "create_context"), ("window.py", "destroy_context")]
    source = (_SOURCES / "view/window.py").read_text(encoding="utf-8")
    assert source.index("network.close(") < source.index("dpg.destroy_context()")
