"""The desktop client, measured from outside: how long it takes to start, what it costs while nothing happens and while
the mouse moves, and how soon a move of the opponent is on the screen.

Beside each figure stands its ratio to something bare in the same run: an empty DearPyGui window, a plain import, a
listener that only reads the stream. On a screen without a graphics card (Xvfb) the processor draws every pixel, so the
shares of it are far above those of a real one. Needs Xvfb and xdotool; about a minute.
"""

from __future__ import annotations

import json
import mmap
import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from bench.live import PASSWORD, URL, hall

STARTS, SECONDS, MOVES = 3, 5, 12
DISPLAY = ":87"
XVFB, XDOTOOL = shutil.which("Xvfb") or "", shutil.which("xdotool") or ""
FPS = 10
# What any program of this kind has: a window of the same size that waits between its frames, and says when it is there.
EMPTY = """
import sys, threading
from pathlib import Path
import dearpygui.dearpygui as dpg

dpg.create_context()
with dpg.window(tag="root"):
    dpg.add_text("nothing")
dpg.set_primary_window("root", True)
dpg.create_viewport(title="empty", width=1120, height=780, x_pos=0, y_pos=0)
dpg.setup_dearpygui()
dpg.show_viewport()
wake = threading.Event()
while dpg.is_dearpygui_running():
    dpg.render_dearpygui_frame()
    Path(sys.argv[1]).write_text("{}")
    wake.wait(1 / float(sys.argv[2]))
"""


@dataclass(frozen=True)
class Screen:
    """A virtual screen; `pixels` is its picture as it changes."""

    pixels: mmap.mmap
    start: int
    line: int

    def spot(self, x: int, y: int) -> bytes:
        """The pixels of 9×9 around a place."""
        rows = (self.start + row * self.line + 4 * (x - 4) for row in range(y - 4, y + 5))
        return b"".join(self.pixels[at : at + 36] for at in rows)


@contextmanager
def screen() -> Iterator[Screen]:
    with tempfile.TemporaryDirectory() as folder:
        options = ["-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset", "-fbdir", folder]
        server = subprocess.Popen([XVFB, DISPLAY, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            file = Path(folder) / "Xvfb_screen0"
            wait(lambda: file.exists() and file.stat().st_size > 4 * 1280 * 900)
            asking = [XDOTOOL, "getmouselocation"]
            wait(lambda: subprocess.run(asking, env=on_screen(), capture_output=True, check=False).returncode == 0)
            with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ) as pixels:
                head = struct.unpack(">25I", pixels[:100])  # as of an xwd file: its own length, …, bytes a line, …
                yield Screen(pixels, head[0] + 12 * head[19], head[12])
        finally:
            server.terminate()
            server.wait()


def on_screen() -> dict[str, str]:
    return os.environ | {"DISPLAY": DISPLAY, "LIBGL_ALWAYS_SOFTWARE": "1"}


def wait(ready: Callable[[], bool], every: float = 0.001, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing within {seconds:.0f} s")
        time.sleep(every)


class Program:
    """A program with a window, from its start to its end; `places` is the file that it writes when it has drawn."""

    def __init__(self, folder: Path, command: list[str | Path], more: dict[str, str]) -> None:
        self._folder = folder
        self.places_file = folder / "places.json"
        self.places_file.unlink(missing_ok=True)
        began = time.perf_counter()
        self._popen = subprocess.Popen(
            command, env=on_screen() | more, stdout=subprocess.DEVNULL, stderr=(folder / "log").open("w")
        )
        wait(self.places_file.exists)
        self.first_frame = time.perf_counter() - began

    def places(self) -> dict[str, list[float]]:
        found: dict[str, list[float]] = json.loads(self.places_file.read_text())
        return found

    def is_still(self) -> bool:
        """Whether nothing moves any more, as the client says of itself."""
        shown = self.places_file.with_suffix(".shown.json")
        return not shown.exists() or json.loads(shown.read_text())["still"] == "yes"

    def middle(self, name: str) -> tuple[int, int]:
        wait(lambda: name in self.places() and self.is_still(), 0.01)
        x, y, width, height = self.places()[name]
        return round(x + width / 2), round(y + height / 2)

    def click(self, name: str) -> None:
        x, y = self.middle(name)
        self.xdotool("mousemove", x, y, "sleep", 0.1, "click", 1, "sleep", 0.1)

    def xdotool(self, *arguments: object) -> None:
        subprocess.run([XDOTOOL, *map(str, arguments)], env=on_screen(), check=True)

    def share(self, meanwhile: Callable[[], object] | None = None) -> float:
        """Of one processor, in per cent, over some seconds after it has come to rest."""
        time.sleep(0 if meanwhile else 3)
        before, began = self._ticks(), time.perf_counter()
        meanwhile() if meanwhile else time.sleep(SECONDS)
        used = (self._ticks() - before) / os.sysconf("SC_CLK_TCK")
        return 100 * used / (time.perf_counter() - began)

    def _ticks(self) -> int:
        fields = Path(f"/proc/{self._popen.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def end(self) -> None:
        self._popen.terminate()
        self._popen.wait(20)


@contextmanager
def empty(fps: float) -> Iterator[Program]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = Program(folder, [sys.executable, "-c", EMPTY, str(folder / "places.json"), str(fps)], {})
        yield program
        program.end()


@contextmanager
def client(user: httpx.Client | None = None) -> Iterator[Program]:
    """The client of somebody who has never used it, or of this user."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = {
            "XDG_CONFIG_HOME": f"{folder}/config",
            "XDG_DATA_HOME": f"{folder}/share",
            "XDG_CACHE_HOME": f"{folder}/cache",
            "GAMEHALL_BASE_URL": URL,
            "GAMEHALL_DESKTOP_TEST_GEOMETRY": str(folder / "places.json"),
        }
        if user is not None:
            settings["GAMEHALL_TOKEN"] = user.headers["Authorization"].removeprefix("Token ")
            username: str = user.get("/users/me").json()["username"]
            config = folder / "config/gamehall/desktop.json"
            config.parent.mkdir(parents=True)
            config.write_text(json.dumps({"profiles": {username: {"username": username, "base_url": URL}}}))
        program = Program(folder, [Path(sys.executable).with_name("gamehall-desktop")], settings)
        yield program
        program.end()


def starting() -> None:
    def importing(module: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", f"import {module}"], env=on_screen(), check=True)
        return time.perf_counter() - began

    bare, whole, blank, drawn = [], [], [], []
    for _ in range(STARTS):  # in turn, so that what else the machine does falls on all alike
        bare.append(importing("dearpygui.dearpygui"))
        whole.append(importing("gamehall_desktop.view.window"))
        with empty(FPS) as window:
            blank.append(window.first_frame)
        with client() as window:
            drawn.append(window.first_frame)
    for what, ours, theirs, of in (
        ("a new Python with everything imported", whole, bare, "one with DearPyGui alone"),
        ("from the command to the first frame", drawn, blank, "an empty window's"),
    ):
        ratio = statistics.median(ours) / statistics.median(theirs)
        print(f"{what}: {statistics.median(ours) * 1000:.0f} ms")
        print(f"  = {ratio:.1f} times {of} ({statistics.median(theirs) * 1000:.0f} ms)")


def player(name: str) -> httpx.Client:
    account = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
    token = httpx.post(f"{URL}/api/v1/auth/register", json=account).raise_for_status().json()["token"]
    return httpx.Client(base_url=f"{URL}/api/v1", headers={"Authorization": f"Token {token}"}, timeout=30)


def resting_and_moving(at: Screen) -> None:
    with empty(FPS) as window:
        still = window.share()
    with empty(60) as window:
        lively = window.share()
    print(f"an empty window costs {still:.1f} % of a processor at {FPS} frames a second, {lively:.1f} % at 60")

    def say(where: str, share: float, beside: float) -> None:
        print(f"{where}: {share:.1f} % of a processor = {share / beside:.1f} times the empty window's")

    ada, bob = player("ada"), player("bob")
    with client() as window:
        window.middle("sign_in")
        say("at the sign-in", window.share(), still)
    with client(ada) as window:
        window.middle("new_challenge")
        say("in the lobby", window.share(), still)
        clock = {"kind": "fischer", "initial": 3600, "increment": 5}
        terms = {"ruleset": "gomoku", "seat": 0, "opponent": "ada", "clock": clock}
        made = bob.post("/challenges", json=terms).raise_for_status().json()
        window.click(f"accept:{made['id']}")
        window.middle("cell:h8")
        game: str = bob.get("/games", params={"player": "bob"}).json()["items"][0]["id"]
        bob.post(f"/games/{game}/moves", json={"move": "a1"}).raise_for_status()
        ada.post(f"/games/{game}/moves", json={"move": "o15"}).raise_for_status()  # from here both clocks run
        say("at a game whose clock runs", window.share(), still)
        say("while the mouse moves over the board", window.share(lambda: wander(window)), lively)
        moves_seen(at, window, game, ada, bob)


def wander(window: Program) -> None:
    x, y = window.middle("cell:h8")
    steps = [("mousemove", x - 150 + 13 * (n % 24), y - 150 + n, "sleep", 0.033) for n in range(240)]
    window.xdotool(*(word for step in steps for word in step))


def moves_seen(at: Screen, window: Program, game: str, ada: httpx.Client, bob: httpx.Client) -> None:
    """From sending a move until its stone is in the picture, and beside it until a listener that only reads has it."""
    heard: dict[int, float] = {}
    listening = threading.Event()

    def listen() -> None:
        with ada.stream("GET", "/events", params={"channel": f"game-{game}"}, timeout=None) as stream:
            for line in stream.iter_lines():
                listening.set()
                if line.startswith("data:") and '"ply"' in line:
                    heard.setdefault(json.loads(line[5:])["ply"], time.perf_counter())

    threading.Thread(target=listen, daemon=True).start()
    listening.wait(20)
    window.xdotool("mousemove", 5, 895)
    time.sleep(3)  # the mouse is away, and the window at rest
    sent, seen = {}, {}
    for number in range(MOVES):
        cell = f"{'bcdefghijklmn'[(3 * number) % 13]}{2 + number // 2}"
        x, y = window.middle(f"cell:{cell}")
        before, ply = at.spot(x, y), number + 3
        sent[ply] = time.perf_counter()
        (bob, ada)[number % 2].post(f"/games/{game}/moves", json={"move": cell}).raise_for_status()
        wait(lambda: at.spot(x, y) != before, 0.0005)  # noqa: B023 - it is called here and now
        seen[ply] = time.perf_counter()
        wait(lambda: ply in heard)  # noqa: B023
        time.sleep(1.5)
    shown = sorted((seen[ply] - sent[ply]) * 1000 for ply in sent)
    bare = statistics.median((heard[ply] - sent[ply]) * 1000 for ply in sent)
    middle, slow = statistics.median(shown), shown[int(len(shown) * 0.95)]
    print(f"from sending a move until it is on the other's screen: median {middle:.0f} ms, 95 % below {slow:.0f} ms")
    print(f"  = {middle / bare:.1f} times until a listener has the event ({bare:.0f} ms)")


def main() -> None:
    if not (XVFB and XDOTOOL):
        print("no Xvfb or no xdotool here; nothing was measured")
        return
    with screen() as at, hall():
        starting()
        resting_and_moving(at)
