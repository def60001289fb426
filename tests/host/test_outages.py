"""What a hall leans on goes away and comes back while a game is under way: nothing is lost, nothing comes twice, and
nobody loses the game by it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy import make_url

from gamehall.database import open_database, postgres, serialize_on
from gamehall.events import Cursor, NewEvent
from gamehall.feed import emit, head
from rig.faultproxy import FaultProxy, bad_line
from rig.postgres import PostgresServer, running_postgres
from rig.redis import RedisServer, redis_of_its_own
from rig.server import Server, serving
from rig.underway import Underway, game_under_way

pytestmark = [pytest.mark.anyio, pytest.mark.postgres, pytest.mark.redis, pytest.mark.timeout(600)]

# Its player would lose by an absence of the database, if the clock did not stand still meanwhile.
SHORT = {"kind": "fischer", "initial": 10, "increment": 10}


@dataclass(frozen=True)
class Site:
    """A hall of two workers, and what it leans on, by lines that can be bad."""

    hall: Server
    postgres: PostgresServer
    to_postgres: FaultProxy
    redis: RedisServer
    to_redis: FaultProxy


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with running_postgres(careful=True) as postgres, redis_of_its_own(folder) as redis, serving(folder) as serve:
        to_postgres, to_redis = FaultProxy(postgres.port), FaultProxy(redis.port)
        settings = {"GAMEHALL_REDIS_URL": f"redis://127.0.0.1:{to_redis.port}/0"}
        redis.stop()  # a hall begins without it
        hall = serve(database_url=_by(to_postgres, postgres), workers=2, settings=settings)
        yield Site(hall, postgres, to_postgres, redis, to_redis)
        hall.stop()
        to_postgres.close()
        to_redis.close()


def _by(line: FaultProxy, server: PostgresServer) -> str:
    """The server's address by this line to it."""
    return make_url(server.url).set(port=line.port).render_as_string(hide_password=False)


@contextlib.asynccontextmanager
async def game_at(site: Site) -> AsyncIterator[Underway]:
    async with game_under_way(site.hall.url, clock=SHORT) as game:
        await game.reach(4)
        yield game


async def test_redis_comes_and_goes(site: Site) -> None:
    """It was not there when the hall began."""
    async with game_at(site) as game:
        await game.reach(4)
        site.redis.start()
        await game.reach(4)
        site.to_redis.half_open()
        await game.reach(4)
        site.to_redis.cut()
        await game.reach(4)
        site.to_redis.heal()
        await game.reach(4)
        await asyncio.to_thread(site.redis.stop, signal.SIGKILL)
        await game.reach(4)
        assert game.failures == []
        assert game.restarts == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
async def test_the_database_is_restarted(site: Site, how: signal.Signals) -> None:
    async with game_at(site) as game:
        await asyncio.to_thread(site.postgres.stop, how)
        site.postgres.start()
        await game.reach(10)


async def test_the_database_is_away_for_longer_than_the_clock(site: Site) -> None:
    async with game_at(site) as game:
        await asyncio.to_thread(site.postgres.stop)
        await asyncio.sleep(15)  # not to wait for anything: so long is it away
        site.postgres.start()
        await game.reach(10)


async def test_the_line_to_the_database_is_cut(site: Site) -> None:
    async with game_at(site) as game:
        site.to_postgres.cut()
        await asyncio.sleep(1)
        site.to_postgres.heal()
        await game.reach(10)


async def test_every_connection_to_the_database_dies_without_a_word(site: Site) -> None:
    async with game_at(site) as game:
        site.to_postgres.half_open()
        await game.reach(10)
        assert "its connection to the database is given up" in site.hall.log()


async def test_a_transaction_whose_connection_has_died_holds_nothing_up(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again on another connection, and ended at the server, where it has locked what the second try needs
    and where the feed waits for it."""
    monkeypatch.setattr(postgres, "_TRANSACTION_SECONDS", 3.0)
    monkeypatch.setattr(postgres, "_LEFT_SECONDS", 1)
    tries = 0

    def transaction(connection: sa.Connection) -> Cursor | None:
        nonlocal tries
        tries += 1
        serialize_on(connection, "what both need")
        written = emit(connection, [NewEvent("told", ("lobby",), {})])
        if tries == 1:
            line.half_open()
        head(connection)
        return written

    with bad_line(site.postgres) as line:
        database = open_database(_by(line, site.postgres))
        for way in (database.write, database.together):
            tries = 0
            written = await way(transaction)
            assert tries == 2
            assert written is not None
            assert written < await database.read(head), "nothing that was not committed comes before it"
        await database.close()


async def test_the_database_is_silent_for_a_while(site: Site) -> None:
    async with game_at(site) as game:
        site.to_postgres.stall()
        await asyncio.sleep(5)
        site.to_postgres.heal()
        await game.reach(10)
