"""The desktop client on a real screen, used with a real mouse and real keys."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from rig.faultproxy import Addressed
from rig.processes import Process
from rig.server import without_settings

OpenDesktop = Callable[[Addressed], "Desktop"]


class Desktop(Process):
    """The program on a screen. Items are clicked by the names that it gives them."""

    def __init__(self, folder: Path, display: str, server: Addressed) -> None:
        self._environment = {"DISPLAY": display, "PATH": "/usr/bin:/bin"}
        self.downloads = folder / "downloads"
        self._places = folder / "places.json"
        self._shown = folder / "places.shown.json"
        for told in (self._places, self._shown):
            told.unlink(missing_ok=True)
        environment = without_settings(folder / "unused") | {
            "DISPLAY": display,
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_DATA_HOME": str(folder / "share"),
            "XDG_DOWNLOAD_DIR": str(self.downloads),
            "GAMEHALL_BASE_URL": server.url,
            "GAMEHALL_DESKTOP_TEST_GEOMETRY": str(self._places),
        }
        command: list[str | Path] = [Path(sys.executable).with_name("gamehall"), "desktop"]
        super().__init__(command, folder / "desktop.log", environment=environment)

    def places(self) -> dict[str, list[float]]:
        if not self._places.exists():
            return {}
        return msgspec.json.decode(self._places.read_bytes(), type=dict[str, list[float]])

    def shown(self) -> dict[str, str]:
        """What is to be seen, as the client's `state.shown` says it."""
        if not self._shown.exists():
            return {}
        return msgspec.json.decode(self._shown.read_bytes(), type=dict[str, str])

    def see(self, **told: str) -> None:
        """Waits until the window shows this, among other things."""
        self.wait_until(lambda: told.items() <= self.shown().items())

    def find(self, name: str) -> list[float]:
        """The place of an item, once it is to be seen."""
        self.wait_until(lambda: name in self.places())
        return self.places()[name]

    def click(self, name: str) -> None:
        """Clicks an item once it stays where it is: what has just come may still move."""
        at: list[float] = []
        while at != (at := self.find(name)):
            x, y, width, height = at
            self._xdotool("mousemove", str(round(x + width / 2)), str(round(y + height / 2)), "sleep", "0.1")
        self._xdotool("click", "1")

    def write(self, name: str, text: str) -> None:
        self.click(name)
        self._xdotool("sleep", "0.1", "key", "ctrl+a", "type", "--delay", "20", text)

    def press(self, *keys: str) -> None:
        """Presses keys one after another, by X's names: Return, ctrl+plus."""
        self._xdotool("key", "--delay", "60", *keys)

    def resize(self, width: int, height: int) -> None:
        """Makes the window so large, and waits until it has come to rest there."""
        command = ["xdotool", "search", "--name", "Gamehall"]
        window = subprocess.run(
            command, env=self._environment, capture_output=True, text=True, check=True
        ).stdout.split()
        self._xdotool("windowsize", "--sync", window[-1], str(width), str(height))
        self.wait_until(lambda: self.places()["window"][2:] == [width, height])

    def _xdotool(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], env=self._environment, check=True)


@pytest.fixture
def open_desktop(tmp_path: Path, display: str) -> Iterator[OpenDesktop]:
    opened: list[Desktop] = []

    def start(server: Addressed) -> Desktop:
        opened.append(Desktop(tmp_path, display, server))
        return opened[-1]

    yield start
    for desktop in opened:
        desktop.kill()
