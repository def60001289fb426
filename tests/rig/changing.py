"""A game whose rules change between two starts of a hall."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

from rig.hall import InstallPlugin

# Nine stones in a row; a move takes up to three from the right end, and whoever takes the last one wins.
PILE = """
from gamehall import hookimpl
from gamehall.game import Input, Options, Outcome, Piece, Position, Ruleset, Scene

LARGEST = 3


class Pile(Position, frozen=True):
    left: int
    turn: int = 0
    last: str = ""


class Size(Options, frozen=True):
    size: int = 9


class Take(Ruleset[Pile, Size]):
    key = "pile"
    title = "Pile"
    version = 1
    seats = ("first", "second")
    Position = Pile
    Options = Size

    def start(self, options):
        return Pile(options.size)

    def to_act(self, position):
        return position.turn if position.left else None

    def moves(self, position):
        return [f"take-{n}" for n in range(1, min(LARGEST, position.left) + 1)]

    def play(self, position, move):
        return Pile(position.left - int(move[-1]), 1 - position.turn)

    def outcome(self, position):
        return None if position.left else Outcome(1 - position.turn, "last-stone")

    def scene(self, position, seat):
        stones = tuple(Piece(f"{letter}1", "stone") for letter in "abcdefghi"[:position.left])
        inputs = (Input("take-1", ("a1",), "Take one stone"),) if position.left else ()
        return Scene(9, 1, pieces=stones, inputs=inputs, sides=self.seats, status=f"{position.left} stones are left.")


@hookimpl
def gamehall_rulesets():
    return [Take()]
"""

# (what was, what is instead) in a later version of these rules, by how a game with a move take-3 fares with it.
CHANGES = {
    "same": ("stones are left.", "stones remain."),
    "refused": ("LARGEST = 3", "LARGEST = 2"),
    "position": ("1 - position.turn)\n\n    def outcome", "1 - position.turn, move)\n\n    def outcome"),
    "turn": ("return position.turn if", "return position.left % 2 if"),
    "end": ("None if position.left else", "None if position.left > 6 else"),
    "unreadable": ("left", "stones"),
    "raised": ("return Pile(position.left - int(move[-1])", "return Pile({1: 8}[int(move[-1])]"),
    "drawn": ('"abcdefghi"[:position.left]', '"abcdefghi"[9 - position.left:]'),
}


def pile(version: int, change: str) -> str:
    """The rules in a later version, with one of these changes."""
    old, new = CHANGES[change]
    assert old in PILE
    return PILE.replace("version = 1", f"version = {version}").replace(old, new)


class ChangingPlugin:
    """The plugin `pile` as it is installed for a test. A hall that starts later finds it as it is then."""

    def __init__(self, install_plugin: InstallPlugin) -> None:
        self._folder: Path = install_plugin("pile", PILE)

    def become(self, source: str) -> None:
        package = self._folder / "gamehall_pile"
        # Bytecode is told from its source by seconds and size alone.
        shutil.rmtree(package / "__pycache__", ignore_errors=True)
        (package / "__init__.py").write_text(source)
        self._forget()

    def vanish(self) -> None:
        shutil.rmtree(self._folder / "gamehall_pile-1.0.dist-info")
        self._forget()

    def _forget(self) -> None:
        sys.modules.pop("gamehall_pile", None)
        importlib.invalidate_caches()
