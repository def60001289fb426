"""The panel beside the board: every button is there when it should be, and no other."""

from __future__ import annotations

import os
import subprocess
import sys

import msgspec

from rig import sidewidgets
from rig.tree import ROOT

SEATS, BACK, TOOLS = {"player:0", "player:1"}, {"first", "back", "forth"}, {"copy", "download"}
MOVES = {"ply:1", "ply:2"}


def test_every_button_is_there_when_it_should_be() -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
    environment.pop("DISPLAY", None)
    command = [sys.executable, "-m", sidewidgets.__name__]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    seen = {name: set(found) - {"headline"} for name, found in msgspec.json.decode(done.stdout).items()}
    live = SEATS | MOVES | BACK | TOOLS | {"last", "bars"}
    playing = live | {"draw:offer", "takeback:offer", "pause:offer", "resign"}
    assert seen["nothing"] == set()
    assert seen["begun"] == SEATS | TOOLS | {"bars", "draw:offer", "pause:offer", "abort", "resign"}
    assert seen["playing"] == seen["going on"] == playing
    assert seen["asked"] == live | {"resign:yes", "go_on"}
    offered = live | {"takeback:offer", "resign", "draw:accept", "draw:decline"}
    assert seen["offered"] == seen["live"] == offered
    assert seen["looking back"] == offered - {"last"} | {"live"}
    assert seen["formats"] == seen["low"] == seen["small"] == offered | {"save:sgf"}
    assert seen["over"] == live - {"bars"} | {"save:sgf", "rematch:offer", "next_game"}
    assert seen["watching"] == live - {"bars"} | {"next_game"}
