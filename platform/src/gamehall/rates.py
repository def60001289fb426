"""How often somebody may do something, counted in one place for all workers.

By the generic cell rate algorithm: of each subject one moment is stored, at which all of its budget is there again.
A budget comes back evenly, and the whole decision is one statement, so that nobody gets more by asking in parallel.
"""

from __future__ import annotations

import logging
import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gamehall.addresses import neighbourhood
from gamehall.database import Database
from gamehall.languages import catalogue
from gamehall.leases import take_lease
from gamehall.problems import Problem
from gamehall.settings import Settings, SettingsError
from gamehall.tables import new_id, rate

__all__ = ["Flood", "Rate", "Rates", "changed_rates"]

_ = catalogue(__name__)

log = logging.getLogger(__name__)

_TIDYING = "forgetting limits"
_OTHERWISE = re.compile(r"(?P<name>[a-z-]+)=(?P<times>[1-9][0-9]{0,6})/(?P<seconds>[1-9][0-9]{0,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many times in so many seconds, for each subject; the first of them may come at once.

    `by` says whom a route that declares it counts: the account, or whoever shares the address. Strangers are always
    counted by their address.
    """

    name: str
    times: int
    seconds: int
    by: Literal["account", "address"] = "account"

    @property
    def step(self) -> int:
        """After how many milliseconds one more is there."""
        return max(1, self.seconds * 1_000 // self.times)


def changed_rates(texts: Sequence[str]) -> Mapping[str, tuple[int, int]]:
    """(times, seconds) by the name of a limit, from the setting `rates`. Raises SettingsError."""
    found = [(text, _OTHERWISE.fullmatch(text.replace(" ", ""))) for text in texts]
    if wrong := [text for text, match in found if match is None]:
        raise SettingsError(f"rates: {wrong[0]!r} is not like register=20/3600, times in so many seconds")
    return {match["name"]: (int(match["times"]), int(match["seconds"])) for _text, match in found if match}


class Rates:
    """The limits of a hall; with the setting `rate_limits` off nothing is counted."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        hall_time: Callable[[], int],
        refused: Callable[[str], object] = lambda _name: None,
    ) -> None:
        """`refused` is told the name of a limit each time that it refuses."""
        self._database = database
        self._hall_time = hall_time
        self._refused = refused
        self._on = settings.rate_limits
        self._changed = changed_rates(settings.rates)
        self._redis = _Redis(settings.redis_url) if settings.redis_url and self._on else None
        self._holder = new_id()

    def in_force(self, limit: Rate) -> Rate:
        """The limit as the operator wants it."""
        if (changed := self._changed.get(limit.name)) is None:
            return limit
        return replace(limit, times=changed[0], seconds=changed[1])

    async def take(self, limit: Rate, *subjects: str) -> None:
        """Counts once for each of these subjects, such as an account's id and an address.

        Raises Problem `too-many-requests` when one of them has done it too often, with the seconds until it may again.
        """
        if not self._on:
            return
        limit = self.in_force(limit)
        for subject in subjects:
            key, hall_time = _key(limit, subject), self._hall_time()
            wait = await self._redis.take(limit, key, hall_time) if self._redis else None
            if wait is None:
                wait = await self._database.write(_take, limit, key, hall_time)
            if wait:
                self._refused(limit.name)
                raise _too_often(wait)

    async def give_back(self, limit: Rate, *subjects: str) -> None:
        """Undoes one `take` of each of these: what was tried has come right, and only what fails is to be limited."""
        if not self._on:
            return
        limit = self.in_force(limit)
        for subject in subjects:
            key = _key(limit, subject)
            if self._redis is None or not await self._redis.give_back(limit, key, self._hall_time()):
                await self._database.write(_give_back, limit, key)

    async def forget(self) -> None:
        """Removes whoever has the whole budget again; one worker at a time does."""
        await self._database.write(_forget, self._holder, self._hall_time())

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.close()


def _key(limit: Rate, subject: str) -> str:
    return f"{limit.name}:{neighbourhood(subject)}"[:200]


def _too_often(wait: int) -> Problem:
    """The refusal for whoever can try again in so many milliseconds."""
    seconds = math.ceil(wait / 1_000)
    return Problem(
        "too-many-requests",
        _.ngettext(
            "This was tried too often. Try again in {count} second.",
            "This was tried too often. Try again in {count} seconds.",
            seconds,
        ),
        headers={"Retry-After": str(seconds)},
    )


def _take(connection: sa.Connection, limit: Rate, key: str, hall_time: int) -> int:
    """Counts once; 0, or in how many milliseconds it can be tried again."""
    insert = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(rate)
    whole = limit.step * limit.times
    later = sa.case((rate.c.full_at > hall_time, rate.c.full_at), else_=hall_time) + limit.step
    counted = connection.execute(
        insert.values(key=key, full_at=hall_time + limit.step)
        .on_conflict_do_update(index_elements=[rate.c.key], set_={"full_at": later}, where=later <= hall_time + whole)
        .returning(rate.c.full_at)
    ).first()
    if counted is not None:
        return 0
    full_at = connection.scalar(sa.select(rate.c.full_at).where(rate.c.key == key)) or hall_time
    return max(1, int(full_at) + limit.step - hall_time - whole)


def _give_back(connection: sa.Connection, limit: Rate, key: str) -> None:
    connection.execute(rate.update().where(rate.c.key == key).values(full_at=rate.c.full_at - limit.step))


def _forget(connection: sa.Connection, holder: str, hall_time: int) -> None:
    if take_lease(connection, _TIDYING, holder, hall_time, 60_000):
        connection.execute(rate.delete().where(rate.c.full_at <= hall_time))


# The same decision as in the database, in one step of Redis. Keys go when their budget is whole again.
_TAKE = """
local now, step, whole = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local later = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + step
if later > now + whole then return math.max(1, later - now - whole) end
redis.call('SET', KEYS[1], string.format('%d', later), 'PX', later - now)
return 0
"""

_GIVE_BACK = """
local full_at = tonumber(redis.call('GET', KEYS[1]) or '0') - tonumber(ARGV[2])
if full_at > tonumber(ARGV[1]) then
    redis.call('SET', KEYS[1], string.format('%d', full_at), 'PX', full_at - tonumber(ARGV[1]))
else
    redis.call('DEL', KEYS[1])
end
return 0
"""


class _Redis:
    """Counts in Redis, which is quicker than the database; while it is away, the database counts from the beginning."""

    _again_after = 5.0  # seconds

    def __init__(self, url: str) -> None:
        from redis.asyncio import Redis  # an optional dependency: only halls with a redis_url need it

        self._client: Any = Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=0.5)
        self._take = self._client.register_script(_TAKE)
        self._give_back = self._client.register_script(_GIVE_BACK)
        self._away_until = 0.0

    async def take(self, limit: Rate, key: str, hall_time: int) -> int | None:
        """Counts once; 0, in how many milliseconds it can be tried again, or None where Redis cannot say."""
        return await self._run(self._take, key, hall_time, limit.step, limit.step * limit.times)

    async def give_back(self, limit: Rate, key: str, hall_time: int) -> bool:
        """Undoes one count; whether Redis could."""
        return await self._run(self._give_back, key, hall_time, limit.step) is not None

    async def _run(self, script: Any, key: str, *arguments: int) -> int | None:
        """What a script gives, None where Redis is away."""
        from redis.exceptions import RedisError

        if time.monotonic() < self._away_until:
            return None
        try:
            found = int(await script(keys=[f"gamehall:rate:{key}"], args=arguments))
        except (RedisError, OSError, TimeoutError) as error:
            if not self._away_until:
                log.warning("Redis is away (%s); the database counts limits until it is back", error)
            self._away_until = time.monotonic() + self._again_after
            return None
        if self._away_until:
            log.warning("Redis counts limits again")
            self._away_until = 0.0
        return found

    async def close(self) -> None:
        await self._client.aclose()


class Flood:
    """What one worker takes from one address, whatever it is, before any of it costs more than this."""

    def __init__(self, limit: Rate, clock: Callable[[], float] = time.monotonic, *, most: int = 10_000) -> None:
        self._step = limit.seconds / limit.times
        self._whole = limit.seconds
        self._clock = clock
        self._most = most  # addresses that are remembered
        self._full_at: dict[str, float] = {}

    def take(self, address: str) -> None:
        """Counts once. Raises Problem `too-many-requests`."""
        key, moment = neighbourhood(address), self._clock()
        later = max(self._full_at.pop(key, 0.0), moment) + self._step
        if later > moment + self._whole:
            self._full_at[key] = later - self._step
            raise _too_often(math.ceil((later - moment - self._whole) * 1_000))
        self._full_at[key] = later  # at the end: the first is the one that has been silent for longest
        if len(self._full_at) > self._most:
            del self._full_at[next(iter(self._full_at))]
