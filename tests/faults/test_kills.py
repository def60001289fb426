"""kill -9 of any process of a hall, at any moment, while fifty games are played."""

from __future__ import annotations

import asyncio
import os
import random
import signal

import pytest

from faults.conftest import Judge
from faults.history import History
from faults.load import playing
from rig.processes import listens
from rig.server import Serve, Server
from rig.soak import Figure, Share

pytestmark = [pytest.mark.anyio, pytest.mark.soak]


async def _kill_a_worker(server: Server) -> None:
    os.kill(random.choice(await _workers(server)), signal.SIGKILL)


async def _kill_everything(server: Server) -> None:
    server.kill()


async def _kill_who_minds_the_workers(server: Server) -> None:
    """As the system may when memory is short: it takes one process, and the others are still there."""
    await _workers(server)
    os.kill(server.pid, signal.SIGKILL)


async def _workers(server: Server) -> list[int]:
    while not (workers := server.workers()):  # noqa: ASYNC110 - nobody tells when they are there
        await asyncio.sleep(0.05)
    return workers


async def _gone(server: Server) -> None:
    """Nobody is left of it, who would have the port and write beside the next one."""
    async with asyncio.timeout(60):
        while server.running or listens(server.port):  # noqa: ASYNC110 - nobody tells when they are gone
            await asyncio.sleep(0.02)


WAYS = [_kill_a_worker, _kill_a_worker, _kill_everything, _kill_who_minds_the_workers]


@pytest.mark.timeout(7_200)
async def test_killed_at_any_moment(
    serve: Serve, database_url: str, history: History, nothing_lost: Judge, share: Share, figure: Figure
) -> None:
    kills, games = share(4, 120), share(16, 50)

    def start(port: int | None = None) -> Server:
        return serve(database_url=database_url, workers=2, port=port, wait=port is None)

    server = start()
    longest = 0.0
    async with playing(history, server.url, games=games, people=share(8, 20), pause=0.15) as load:
        loop = asyncio.get_running_loop()
        for number in range(kills):
            await load.reach(random.randrange(10, share(30, 190)))
            kill = WAYS[number % len(WAYS)]
            moment = loop.time()
            await kill(server)
            if kill is not _kill_a_worker:
                await _gone(server)
                server = start(server.port)
            await load.until(lambda moment=moment: load.last > moment)  # type: ignore[misc]
            longest = max(longest, load.last - moment)
        await load.reach(share(20, 50))
    server.wait_until(server.ready)
    verdict = nothing_lost(database_url, server.url)
    assert verdict.acknowledged >= share(50, 10_000)
    figure("kills", kills)
    figure("seconds after a kill", longest)
