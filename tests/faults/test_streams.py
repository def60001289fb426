"""Streams that are cut, forged, ended and never read: whoever reads is told everything once, whoever does not, costs
little."""

from __future__ import annotations

import asyncio
import random
import signal
from pathlib import Path

import httpx
import pytest

from faults.conftest import Judge
from faults.crowds import connections, crowd, memory, never_reading, roomy
from faults.history import History, read
from faults.load import playing
from rig.faultproxy import bad_line
from rig.server import Serve
from rig.soak import Figure, Share

pytestmark = [pytest.mark.anyio, pytest.mark.soak, pytest.mark.timeout(3_600)]

MIB = 1024 * 1024


async def test_streams_are_cut_at_random(
    serve: Serve, database_url: str, history: History, nothing_lost: Judge, share: Share, figure: Figure
) -> None:
    """In the middle of a word, too; whoever comes back comes to any worker."""
    server = serve(database_url=database_url, workers=2)
    cuts, people = share(30, 500), share(10, 50)
    with bad_line(server) as line:
        line.slow(delay=0.001, piece=100)
        games = playing(history, server.url, games=people, people=people, streams=[line.url])
        async with games as load:
            for _ in range(cuts):
                await load.reach(random.randrange(5))
                line.cut_one()
            line.slow()
        nothing_lost(database_url, server.url)
    figure("cuts", cuts)
    figure("streams that were cut", people)


async def test_cursors_old_ahead_and_forged(
    serve: Serve, database_url: str, history: History, nothing_lost: Judge
) -> None:
    server = serve(database_url=database_url, workers=2)
    async with playing(history, server.url, games=2, people=2, pause=0) as load:
        await load.reach(100)
    nothing_lost(database_url, server.url)
    (game, *_) = [name for name, (plies, _) in load.plies.items() if plies]
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=60) as http:

        async def told(cursor: str, until: str) -> list[str]:
            """The kinds of events until one of this kind, or the end of the game's moves."""
            query = {"channel": f"game-{game}", "cursor": cursor}
            kinds, moves = list[str](), 0
            async with asyncio.timeout(60), http.stream("GET", "/api/v1/events", params=query) as answer:
                assert answer.status_code == 200, cursor
                async for each in answer.aiter_lines():
                    if each.startswith("event: "):
                        kinds.append(each.removeprefix("event: "))
                        moves += kinds[-1] == "game_move"
                        if kinds[-1] == until or moves == load.plies[game][0]:
                            return kinds
            raise AssertionError(kinds)

        # What anybody was told first: that a challenge or somebody is there, before any game began.
        old = next(line["id"] for line in read(history.file) if line.get("event", "hello") != "hello")
        first = await told(old, "")
        assert first[:2] == ["hello", "game_started"]
        assert first.count("game_move") == load.plies[game][0]
        ahead = f"{2**62}-{2**62}"
        for cursor in (
            ahead,
            "7",
            "-1",
            "1-",
            "0x1-1",
            "1e3-1",
            "0-1\u0660",
            "9" * 400,
            "a\0b",
            "' OR 1",
        ):
            assert await told(cursor, "resync") == ["hello", "resync"], cursor


@pytest.mark.parametrize("workers", [1, 2])
async def test_told_to_stop_with_many_streams(
    serve: Serve, tmp_path: Path, share: Share, figure: Figure, workers: int
) -> None:
    streams = share(100, 500)
    server = serve(workers=workers, settings={"GAMEHALL_CONFIG": roomy(tmp_path)})
    loop = asyncio.get_running_loop()
    async with crowd(server.port, streams) as readers:
        began = loop.time()
        assert await asyncio.to_thread(server.stop, signal.SIGTERM) == 0
        figure("seconds to stop", loop.time() - began)
        for reader in readers:
            assert b"event: restart\n" in await reader.read(), "whoever listens is told to come again"
    figure("streams open when told to stop", streams)


async def test_streams_that_are_idle(serve: Serve, tmp_path: Path, share: Share, figure: Figure) -> None:
    streams = share(200, 2_000)
    server = serve(settings={"GAMEHALL_CONFIG": roomy(tmp_path)})
    async with crowd(server.port, 50):  # what the first of them bring is there once
        pass
    workers = server.workers()
    before, held = memory(workers), connections(workers)
    async with crowd(server.port, streams) as readers:
        assert connections(workers) >= held + streams - 50
        figure("KiB a stream that is idle", (memory(workers) - before) / streams / 1024)
        assert server.ready(), "it answers others"
        assert all(not reader.at_eof() for reader in readers)
    figure("streams of one worker", streams)


async def test_clients_that_never_read(
    serve: Serve, history: History, tmp_path: Path, nothing_lost: Judge, share: Share, figure: Figure
) -> None:
    """While those who do read are told everything."""
    size = share(40, 200)
    settings = {"GAMEHALL_CONFIG": roomy(tmp_path)} | share_of_patience(share)
    server = serve(settings=settings)
    database = f"sqlite:///{server.data / 'gamehall.db'}"
    loop = asyncio.get_running_loop()
    async with playing(history, server.url, games=share(8, 24), people=4, pause=0.01) as load:
        await load.reach(200)
        workers = server.workers()
        before, held, most = memory(workers), connections(workers), 0
        with never_reading(server.port, [player.authorization for player in load.players], size):
            await load.until(lambda: connections(workers) >= held + size)
            began = loop.time()
            while connections(workers) > held + size // 20:  # a few of the players' own come and go
                await load.reach(20)
                most = max(most, memory(workers) - before)
            figure("seconds until never-readers are gone", loop.time() - began)
    nothing_lost(database, server.url)
    figure("MiB with never-readers", most / MIB)
    figure("never-readers", size)
    assert most < 20 * MIB


def share_of_patience(share: Share) -> dict[str, str]:
    return {"GAMEHALL_SEND_SECONDS": "1"} if share(1, 0) else {}
