"""The wall clock jumps by eight days, forth and back, while people play against their clocks."""

from __future__ import annotations

from pathlib import Path

import pytest

from faults.conftest import Judge
from faults.history import History
from faults.load import playing
from rig import missing
from rig.server import Serve
from rig.soak import Share

pytestmark = [pytest.mark.anyio, pytest.mark.soak, pytest.mark.timeout(1_800)]

SHORT = {"kind": "fischer", "initial": 60, "increment": 5}
# libfaketime 0.9.10 cannot do what Python sleeps by, though that goes by the steady clock.
SLEEP = """
import select
import time

time.sleep = lambda seconds: select.select([], [], [], seconds)
"""


def _settings(file: Path) -> dict[str, str]:
    """A process with these variables believes what is written in the file, but for its steady clock."""
    libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not libraries:
        missing("libfaketime (Debian's package libfaketime)")
    site = file.with_name("site")
    site.mkdir()
    (site / "sitecustomize.py").write_text(SLEEP)
    return {
        "PYTHONPATH": str(site),
        "LD_PRELOAD": str(libraries[0]),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        # What it does otherwise for waits by the steady clock makes Python's threads spin while they wait.
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
    }


async def test_the_clock_jumps(
    serve: Serve, database_url: str, tmp_path: Path, history: History, nothing_lost: Judge, share: Share
) -> None:
    """Nobody loses a game by it: who has won, the board alone says."""
    file = tmp_path / "offset"
    file.write_text("+0d")
    server = serve(database_url=database_url, workers=2, settings=_settings(file))
    games = playing(history, server.url, games=share(4, 50), people=share(4, 20), clock=SHORT)
    async with games as load:
        for _ in range(share(1, 10)):
            for offset in ("+8d", "+0d", "-8d", "+0d"):
                file.write_text(offset)
                await load.reach(share(8, 50))
    nothing_lost(database_url, server.url)
