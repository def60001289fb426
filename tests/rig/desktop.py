"""The desktop client on a real screen, used with a real mouse and real keys."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
import pytest

from rig.processes import Process
from rig.server import without_settings

PASSWORD = "correct horse battery"


class Hall(Protocol):
    """What answers at an address: a server, or a bad line to one."""

    @property
    def url(self) -> str: ...


OpenDesktop = Callable[[Hall], "Desktop"]


class Desktop(Process):
    """The program on a screen. Items are clicked by the names that it gives them.

    `program` is the command that opens it, where it is not this environment's.
    """

    def __init__(self, folder: Path, display: str, server: Hall, program: Sequence[str | Path] = ()) -> None:
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
        super().__init__(
            program or [Path(sys.executable).with_name("gamehall"), "desktop"],
            folder / "desktop.log",
            environment=environment,
        )

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

    def find_still(self, name: str) -> list[float]:
        """The place of an item, once nothing moves: a dialog that has just come may."""
        found: list[float] = []

        def is_still() -> bool:
            nonlocal found
            places = self.places()
            found = places.get(name, [])
            return bool(found) and self.shown().get("still") == "yes" and self.places() == places

        self.wait_until(is_still)
        return found

    def open_game(self, game_id: str) -> None:
        """Opens a game out of the list: one that had begun before the user signed in, since the window goes to one that
        begins later by itself."""
        self.click(f"game:{game_id}")
        self.see(game=game_id, screen="table")

    def click(self, name: str) -> None:
        """Clicks an item where it has come to rest, and waits until the window has taken the click."""
        aim: list[float] = []
        while (place := self.find_still(name)) != aim:  # it may move while the mouse does
            aim = place
            x, y, width, height = aim
            self._xdotool("mousemove", str(round(x + width / 2)), str(round(y + height / 2)), "sleep", "0.1")
        self._act("clicks", "click", "1")

    def write(self, name: str, text: str) -> None:
        """Writes into a field in place of what is in it, and waits until it is there."""
        self.click(name)
        self.see(focus=name)
        self.press("ctrl+a")
        self._xdotool("type", "--delay", "20", text)
        written = f"field:{name}"
        self.wait_until(lambda: self.shown().get(written) in (text, "•" * len(text)))

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        """Fills in the dialog for signing in, and waits until it is closed."""
        self.write("username", username)
        self.write("password", password)
        self.click("sign_in")
        self.wait_until(lambda: "sign_in" not in self.places())

    def choose(self, name: str) -> None:
        """Chooses something of the account's menu: `sign_out`, `devices`, `add_account`, `profile:…`."""
        self.click("account_menu")
        self.click(name)

    def register(self, username: str, password: str = PASSWORD) -> None:
        """Makes an account in the dialog that a new window begins with, and waits until it is closed."""
        self.click("create_account")
        self.find("register")  # the fields of the dialog before have the same names
        fields = {"username": username, "email": f"{username}@example.org", "password": password}
        for name, text in fields.items():
            self.write(name, text)
        self.click("register")
        self.wait_until(lambda: "register" not in self.places())

    def press(self, *keys: str) -> None:
        """Presses keys one after another, by X's names: Return, ctrl+plus. Each is waited for: the window looks at
        them once a frame, where it cannot tell which of two was first."""
        for each in keys:
            *held, key = each.split("+")
            for modifier in held:
                self._act("keys", "keydown", modifier)
            self._act("keys", "key", key)
            for modifier in held:
                self._xdotool("keyup", modifier)

    def resize(self, width: int, height: int) -> None:
        """Makes the window so large, and waits until it has come to rest there."""
        command = ["xdotool", "search", "--name", "Gamehall"]
        window = subprocess.run(
            command, env=self._environment, capture_output=True, text=True, check=True
        ).stdout.split()
        self._xdotool("windowsize", "--sync", window[-1], str(width), str(height))
        self.wait_until(lambda: self.find_still("window")[2:] == [width, height])

    def _act(self, taken: str, *arguments: str) -> None:
        """Does something with the mouse or the keyboard, and waits until the window has taken it."""
        before = int(self.shown()[taken])
        self._xdotool(*arguments)
        self.wait_until(lambda: int(self.shown()[taken]) > before)

    def _xdotool(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], env=self._environment, check=True)


@pytest.fixture
def open_desktop(tmp_path: Path, display: str) -> Iterator[OpenDesktop]:
    opened: list[Desktop] = []

    def start(server: Hall) -> Desktop:
        opened.append(Desktop(tmp_path, display, server))
        return opened[-1]

    yield start
    for desktop in opened:
        desktop.kill()
