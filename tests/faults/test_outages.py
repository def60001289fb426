"""PostgreSQL and Redis stop, stand still and come back while many games are played, and the hall is not restarted."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.conftest import Judge
from faults.history import History
from faults.load import Load, playing
from rig.postgres import running_postgres
from rig.redis import redis_of_its_own
from rig.server import Serve
from rig.soak import Figure, Share

pytestmark = [pytest.mark.anyio, pytest.mark.soak]

STILL = 2.0  # seconds for which something stands still; not to wait for anything


async def _recovered(load: Load, back: Callable[[], None]) -> float:
    """Seconds from its return until a move is acknowledged."""
    back()
    moment = asyncio.get_running_loop().time()
    await load.until(lambda: load.last > moment)
    return load.last - moment


@pytest.mark.postgres
@pytest.mark.timeout(3_600)
async def test_postgres_comes_and_goes(
    serve: Serve, history: History, nothing_lost: Judge, share: Share, figure: Figure
) -> None:
    with running_postgres(careful=True) as postgres:
        server = serve(database_url=postgres.url, workers=2)
        restarts, pauses = list[float](), list[float]()
        async with playing(history, server.url, games=share(16, 50), people=share(6, 20)) as load:
            await load.reach(share(20, 50))
            for number in range(share(1, 24)):
                # An immediate stop, after which it recovers what it had promised, and a fast one.
                how = (signal.SIGQUIT, signal.SIGINT)[number % 2]
                await asyncio.to_thread(postgres.stop, how)
                restarts.append(await _recovered(load, postgres.start))
                await load.reach(share(20, 50))
                postgres.process.pause()
                await asyncio.sleep(STILL)
                pauses.append(await _recovered(load, postgres.process.go_on))
                await load.reach(share(20, 50))
        nothing_lost(postgres.url, server.url)
    figure("seconds after PostgreSQL's restart", max(restarts))
    figure("seconds after PostgreSQL's pause", max(pauses))


@pytest.mark.redis
@pytest.mark.timeout(3_600)
async def test_the_loss_of_redis_is_not_noticed(
    serve: Serve, database_url: str, tmp_path: Path, history: History, nothing_lost: Judge, share: Share, figure: Figure
) -> None:
    with redis_of_its_own(tmp_path) as redis:
        server = serve(database_url=database_url, workers=2, settings={"GAMEHALL_REDIS_URL": redis.url})
        async with playing(history, server.url, games=share(16, 50), people=share(6, 20)) as load:
            for _ in range(share(1, 10)):
                await load.reach(share(20, 50))
                redis.process.pause()
                await load.reach(share(20, 100))
                redis.process.go_on()
                await load.reach(share(20, 50))
                await asyncio.to_thread(redis.stop, signal.SIGKILL)
                await load.reach(share(20, 100))
                redis.start()
        verdict = nothing_lost(database_url, server.url)
    figure("moves without an answer while Redis was away", verdict.unknown)
    assert verdict.unknown == 0
