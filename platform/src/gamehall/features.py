"""Switches: data in the database that every worker takes up while people play. Nothing is ever loaded or unloaded.

A key without a row is on. Each change raises one epoch; each worker says which epoch it has taken up, so that the
command that switched can wait for all of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

import sqlalchemy as sa

from gamehall import audit
from gamehall.database import Database, serialize_on
from gamehall.events import Event, NewEvent
from gamehall.feed import Feed, emit
from gamehall.notes import SWITCHED_OFF
from gamehall.problems import Problem
from gamehall.standing import resume_games, suspend_games
from gamehall.tables import feature, feature_epoch, new_id, now, worker
from gamehall.tasks import beside

__all__ = [
    "SIGNUP",
    "LiveFeatures",
    "Switched",
    "Switches",
    "add_plugins",
    "late_workers",
    "live_workers",
    "read_switches",
    "switch",
]

log = logging.getLogger(__name__)

SIGNUP = "signup"
CHANGED = "features_changed"
_FIRST_START = "first start"
_HEARTBEAT = 2.0
_LIVE = timedelta(seconds=3 * _HEARTBEAT)


class Switches:
    """What is off, as of one epoch."""

    def __init__(self, epoch: int, off: frozenset[str]) -> None:
        self.epoch = epoch
        self.off = off

    def __contains__(self, key: object) -> bool:
        return key not in self.off


def read_switches(connection: sa.Connection) -> Switches:
    """The switches as they are stored."""
    epoch = connection.scalar(sa.select(feature_epoch.c.epoch)) or 0
    off = connection.scalars(sa.select(feature.c.key).where(~feature.c.is_on))
    return Switches(epoch, frozenset(off))


class Switched(NamedTuple):
    """The epoch that workers must reach, and how many games were suspended or go on."""

    epoch: int
    games: int


def switch(
    connection: sa.Connection,
    keys: Sequence[str],
    *,
    on: bool,
    by: str,
    known: Mapping[str, Sequence[str]],
    suspend: bool = False,
) -> Switched:
    """Turns switches on or off. `known` has every switch with the rulesets that go with it.

    With `suspend` the running games of those rulesets stop; switching on lets games that were stopped so go on.
    Raises Problem `not-found` for an unknown key.
    """
    for key in keys:
        if key not in known:
            raise Problem("not-found", f"There is no switch {key!r}. There are: {', '.join(sorted(known))}.")
    serialize_on(connection, "features")
    _store(connection, keys, on=on, by=by)
    for key in keys:
        audit.note(connection, "feature.on" if on else "feature.off", subject=key, now=(suspend and not on) or None)
    connection.execute(feature_epoch.update().values(epoch=feature_epoch.c.epoch + 1))
    emit(connection, [NewEvent(CHANGED, (), {"keys": list(keys), "on": on})])
    rulesets = [ruleset for key in keys for ruleset in known[key]]
    games = 0
    if on:
        games = resume_games(connection, rulesets, SWITCHED_OFF)
    elif suspend:
        games = suspend_games(connection, rulesets, SWITCHED_OFF)
    return Switched(connection.scalar(sa.select(feature_epoch.c.epoch)) or 0, games)


def _store(connection: sa.Connection, keys: Iterable[str], *, on: bool, by: str) -> None:
    for key in dict.fromkeys(keys):
        connection.execute(feature.delete().where(feature.c.key == key))
        connection.execute(feature.insert(), {"key": key, "is_on": on, "changed_at": now(), "changed_by": by[:100]})


def add_plugins(connection: sa.Connection, names: Iterable[str], *, on: bool) -> None:
    """Stores how plugins that were never here before begin; those of the very first start begin on."""
    serialize_on(connection, "features")
    stored = set(connection.scalars(sa.select(feature.c.key)))
    # The first start stores this switch too: it may find no plugin, and a second start is not a first one.
    first_start = SIGNUP not in stored
    if first_start:
        _store(connection, [SIGNUP], on=True, by=_FIRST_START)
    _store(connection, [name for name in names if name not in stored], on=on or first_start, by=_FIRST_START)


def live_workers(connection: sa.Connection) -> list[str]:
    """The names of the workers that are at work, or were some seconds ago."""
    return list(connection.scalars(sa.select(worker.c.name).where(worker.c.seen_at > now() - _LIVE)))


def late_workers(connection: sa.Connection, epoch: int) -> list[str]:
    """The names of live workers that have not taken up this epoch yet."""
    alive = worker.c.seen_at > now() - _LIVE
    return list(connection.scalars(sa.select(worker.c.name).where(alive, worker.c.epoch < epoch)))


class LiveFeatures:
    """This worker's switches, kept up to date for as long as `running` lasts."""

    def __init__(self, database: Database, feed: Feed) -> None:
        self._database = database
        self._feed = feed
        self._switches = Switches(0, frozenset())
        self._look = asyncio.Event()
        self._id = new_id()
        self._name = f"{socket.gethostname()}/{os.getpid()}"
        self._watchers: list[Callable[[], None]] = []

    def __contains__(self, key: object) -> bool:
        return key in self._switches

    @property
    def off(self) -> frozenset[str]:
        return self._switches.off

    def watch(self, watcher: Callable[[], None]) -> None:
        """Calls a function after every change."""
        self._watchers.append(watcher)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self._feed.listen(self._hear)
        # Known before it has read anything: whoever switches meanwhile waits for it.
        await self._database.write(_acknowledge, self._id, self._name, -1)
        await self._take_up()
        try:
            async with beside(self._follow(), "features"):
                yield
        finally:
            with contextlib.suppress(sa.exc.SQLAlchemyError):
                await self._database.write(_forget_worker, self._id)

    def _hear(self, event: Event) -> None:
        if event.kind == CHANGED:
            self._look.set()

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_HEARTBEAT):
                    await self._look.wait()
            self._look.clear()
            try:
                await self._take_up()
            except sa.exc.SQLAlchemyError as error:
                log.warning("the switches could not be read (%s); trying again", type(error).__name__)

    async def _take_up(self) -> None:
        found = await self._database.read(read_switches)
        changed = found.epoch != self._switches.epoch
        self._switches = found
        if changed:
            for watcher in self._watchers:
                watcher()
        await self._database.write(_acknowledge, self._id, self._name, found.epoch)


def _acknowledge(connection: sa.Connection, worker_id: str, name: str, epoch: int) -> None:
    seen = {"epoch": epoch, "seen_at": now()}
    if connection.execute(worker.update().where(worker.c.id == worker_id).values(seen)).rowcount == 0:
        connection.execute(worker.insert(), {"id": worker_id, "name": name} | seen)
        connection.execute(worker.delete().where(worker.c.seen_at < now() - timedelta(days=1)))


def _forget_worker(connection: sa.Connection, worker_id: str) -> None:
    connection.execute(worker.delete().where(worker.c.id == worker_id))
