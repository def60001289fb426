"""A disk that is full while people play: moves are refused, honestly, until there is room again, and none is lost."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from faults.conftest import Judge
from faults.history import History
from faults.load import Load, playing
from rig.disks import fill, small_disk
from rig.postgres import running_postgres
from rig.server import Serve, Server
from rig.soak import Figure, Share

pytestmark = [pytest.mark.anyio, pytest.mark.soak, pytest.mark.timeout(1_800)]


async def _refused(load: Load, server: Server) -> None:
    """Moves are refused, and what needs no room is still answered."""
    before = load.unknown
    await load.until(lambda: load.unknown >= before + 30)
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=60) as http:
        assert (await http.get("/health")).status_code == 200


async def test_sqlite_has_no_room(
    serve: Serve, tmp_path: Path, history: History, nothing_lost: Judge, share: Share, figure: Figure
) -> None:
    with small_disk(tmp_path / "disk", 32) as disk:
        server = serve(data=disk / "data", workers=2)
        database = f"sqlite:///{server.data / 'gamehall.db'}"
        async with playing(history, server.url, games=share(12, 50), people=share(6, 20)) as load:
            for _ in range(share(1, 20)):
                await load.reach(share(20, 50))
                with fill(disk):
                    await _refused(load, server)
            await load.reach(share(20, 50))
        verdict = nothing_lost(database, server.url)
        figure("moves without an answer while the disk was full", verdict.unknown)
        server.stop()


@pytest.mark.postgres
async def test_postgres_has_no_room(
    serve: Serve, history: History, nothing_lost: Judge, share: Share, figure: Figure
) -> None:
    """It ends by itself when it cannot write its log, and is started again once there is room."""
    parent = Path("/var/tmp")  # not below pytest's own: that is closed to the account that PostgreSQL needs
    with (
        small_disk(parent / f"gamehall-disk-{history.file.parent.stat().st_ino}", 160) as disk,
        running_postgres(careful=True, within=disk) as postgres,
    ):
        server = serve(database_url=postgres.url, workers=2)
        async with playing(history, server.url, games=share(12, 50), people=share(6, 20)) as load:
            for _ in range(share(1, 10)):
                await load.reach(share(20, 50))
                with fill(disk):
                    await _refused(load, server)
                if not postgres.process.running:
                    postgres.start()
            await load.reach(share(20, 50))
        verdict = nothing_lost(postgres.url, server.url)
        figure("moves without an answer while the disk was full", verdict.unknown)
        server.stop()
