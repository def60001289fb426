"""Hints between processes that the feed has news. A lost hint costs a moment, never an event: the feed polls too."""

from __future__ import annotations

import asyncio
import logging
import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import sqlalchemy as sa

from gamehall.database import NEWS_CHANNEL
from gamehall.settings import Settings, SettingsError
from gamehall.tasks import beside

__all__ = ["PostgresWakeups", "RedisWakeups", "Wakeups", "check"]

log = logging.getLogger(__name__)

_ANSWER_SECONDS = 10.0


def check(settings: Settings) -> None:
    """Raises SettingsError where Redis is wanted and cannot be asked, whether it is there or not."""
    if not settings.redis_url:
        return
    try:
        from redis import Redis  # an optional dependency: only halls with a redis_url need it

        Redis.from_url(settings.redis_url).close()
    except ImportError as error:
        raise SettingsError(
            "GAMEHALL_REDIS_URL is set, but what speaks with Redis is not installed. Do: pip install gamehall[redis]"
        ) from error
    except ValueError as error:
        raise SettingsError(f"GAMEHALL_REDIS_URL is no address of a Redis: {error}") from error


class Wakeups(ABC):
    """One connection to whatever carries the hints, kept up for as long as the worker runs."""

    @abstractmethod
    async def listen(self, wake: Callable[[], None]) -> None:
        """Calls `wake` on each hint, and once when the connection stands; raises when it is lost."""

    def announce(self) -> None:
        """Tells the other processes that something was committed; must not wait."""
        return  # where the database does it by itself there is nothing to do

    def running(self, wake: Callable[[], None]) -> AbstractAsyncContextManager[None]:
        """Keeps the connection up until the block ends."""
        return beside(self._stay_connected(wake), "wakeups")

    async def _stay_connected(self, wake: Callable[[], None]) -> None:
        delay = 0.2

        def connected_or_hint() -> None:
            nonlocal delay
            delay = 0.2
            wake()

        while True:
            try:
                await self.listen(connected_or_hint)
            except Exception as error:  # noqa: BLE001 - whatever broke it, the answer is to connect again
                log.warning("wake-ups are down (%s); the feed polls, next try in %.1f s", error, delay)
            await asyncio.sleep(delay * random.uniform(0.7, 1.3))  # noqa: S311 - only spreads the workers' attempts
            delay = min(delay * 2, 5.0)


class PostgresWakeups(Wakeups):
    """LISTEN on a connection of its own. What the database of this `name` has announced is known here."""

    def __init__(self, url: sa.URL, name: str) -> None:
        self._name = name
        self._conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)

    async def listen(self, wake: Callable[[], None]) -> None:
        import psycopg  # a tenth of what a start imports, and only halls on PostgreSQL need it

        from gamehall.database.postgres import process_name

        connection = await psycopg.AsyncConnection.connect(
            self._conninfo,
            autocommit=True,
            connect_timeout=5,
            keepalives_idle=10,
            keepalives_interval=3,
            keepalives_count=3,
            fallback_application_name=f"{process_name()} listens",
        )
        async with connection:
            await connection.execute(f"LISTEN {NEWS_CHANNEL}")
            wake()
            while True:
                async for hint in connection.notifies(timeout=30):
                    if hint.payload != self._name:
                        wake()
                async with asyncio.timeout(_ANSWER_SECONDS):  # a connection that died silently fails here
                    await connection.execute("SELECT 1")


class RedisWakeups(Wakeups):
    """Publish and subscribe on one Redis channel."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._name = f"{random.getrandbits(64):016x}"  # by which it knows what it has published itself
        self._news = asyncio.Event()

    def announce(self) -> None:
        self._news.set()

    async def listen(self, wake: Callable[[], None]) -> None:
        from redis.asyncio import Redis  # an optional dependency: only halls with a redis_url need it

        async with (
            Redis.from_url(self._url, socket_connect_timeout=3, health_check_interval=10) as redis,
            redis.pubsub() as subscription,
            asyncio.TaskGroup() as tasks,
        ):
            await subscription.subscribe(NEWS_CHANNEL)
            wake()
            tasks.create_task(self._publish(redis))
            while True:
                message = await subscription.get_message(ignore_subscribe_messages=True, timeout=15)
                if message is None:
                    await subscription.ping()
                elif message["type"] == "message" and message["data"] != self._name.encode():
                    wake()

    async def _publish(self, redis: object) -> None:
        publish = redis.publish  # type: ignore[attr-defined]  # redis-py types its asyncio client loosely
        while True:
            await self._news.wait()
            self._news.clear()
            await publish(NEWS_CHANNEL, self._name)
