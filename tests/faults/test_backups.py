"""A backup that is taken while people play has every move that was acknowledged before, and none that nobody made."""

from __future__ import annotations

import asyncio
from itertools import chain
from pathlib import Path

import pytest

from faults.conftest import Judge
from faults.history import History, read
from faults.load import playing
from faults.truth import log_faults, stored
from faults.verdict import shown_faults
from rig.command import DONE, call
from rig.server import Serve, without_settings
from rig.soak import Figure, Share

pytestmark = [pytest.mark.anyio, pytest.mark.soak, pytest.mark.timeout(1_800)]


async def test_a_backup_taken_while_people_play(
    serve: Serve,
    database_url: str,
    tmp_path: Path,
    history: History,
    nothing_lost: Judge,
    share: Share,
    figure: Figure,
) -> None:
    server = serve(database_url=database_url, workers=2)
    taken = list[tuple[float, Path]]()
    async with playing(history, server.url, games=share(12, 50), people=share(6, 20)) as load:
        for number in range(share(1, 8)):
            await load.reach(share(40, 100))
            file, began = tmp_path / f"{number}.backup", history.now()
            done = await asyncio.to_thread(server.command, "db", "backup", "--with-key", str(file))
            assert done.returncode == 0, done.stderr
            taken.append((began, file))
        await load.reach(share(20, 50))
    nothing_lost(database_url, server.url)
    for began, file in taken:
        data = tmp_path / f"{file.stem}-restored"
        assert call(without_settings(data), "db", "restore", str(file)).code == DONE
        lines, games = list(read(history.file)), stored(f"sqlite:///{data / 'gamehall.db'}")
        log = list(chain.from_iterable(game.log for game in games.values()))
        before = [line for line in lines if line["at"] <= began]
        faults = [fault for fault in log_faults(before, log) if fault.kind != "invented"]
        faults += [fault for fault in log_faults(lines, log) if fault.kind == "invented"]
        restored = serve(data=data)
        faults += shown_faults(games, restored.url)
        restored.stop()
        assert faults == []
    figure("backups restored", len(taken))
