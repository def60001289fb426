"""What is done beside the requests: putting down when tokens were last used, and forgetting old ones."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from gamehall.declare import Host
from gamehall.leases import take_lease
from gamehall.tables import new_id, now
from gamehall.tasks import beside
from gamehall_enhanced_auth.families import note_uses, prune

__all__ = ["BATCH", "KEPT", "LastUses", "forget_old", "last_uses", "upkeep"]

KEPT = timedelta(days=30)  # how long an expired token can still be told from one that never was
_EXACTNESS = timedelta(minutes=5)
_PAUSE_SECONDS = 30.0
_PRUNE_EVERY = timedelta(hours=1)
_WORK, _LEASE_MS = "enhanced_auth: forgetting tokens", 3_000_000  # somewhat less than an hour, by another clock
BATCH = 500  # tokens forgotten in one transaction, so that nobody waits for long


class LastUses:
    """The families that were used since their rows were last brought up to date, and when."""

    def __init__(self) -> None:
        self._times: dict[str, datetime] = {}

    def note(self, family_id: str, known: datetime) -> None:
        """The family is used now; `known` is what its row says."""
        at = now()
        if at - known >= _EXACTNESS:
            self._times[family_id] = at

    def take(self) -> dict[str, datetime]:
        times, self._times = self._times, {}
        return times


# The authenticator notes, the worker's upkeep writes; both are made for one host, in different hooks.
_LAST_USES: WeakKeyDictionary[Host, LastUses] = WeakKeyDictionary()


def last_uses(host: Host) -> LastUses:
    return _LAST_USES.setdefault(host, LastUses())


@contextlib.asynccontextmanager
async def upkeep(host: Host) -> AsyncIterator[None]:
    """Keeps the token table up to date while a worker runs, and once more at its end."""
    uses = last_uses(host)
    try:
        async with beside(_keep_up(host, uses), "enhanced_auth:upkeep"):
            yield
    finally:
        await _tend(host, uses, prune_too=False)


async def _keep_up(host: Host, uses: LastUses) -> None:
    pruned_at: datetime | None = None
    while True:
        await asyncio.sleep(_PAUSE_SECONDS)
        due = pruned_at is None or now() - pruned_at >= _PRUNE_EVERY
        await _tend(host, uses, prune_too=due)
        if due:
            pruned_at = now()


async def _tend(host: Host, uses: LastUses, *, prune_too: bool) -> None:
    try:
        if times := uses.take():
            await host.write(note_uses, times)
        if prune_too:
            await forget_old(host)
    except Exception as error:  # noqa: BLE001 - the database may be away, and the next round tries again
        host.fault("enhanced_auth", "the upkeep of tokens", error)


async def forget_old(host: Host) -> int:
    """Forgets tokens that expired or were revoked a month ago, a few at a time; how many they were.

    One worker does this for the whole hall: for the others there is nothing to forget within the hour.
    """
    worker, forgotten = new_id(), 0
    while batch := await host.write(_forget_some, worker, host.hall_time()):
        forgotten += batch
    return forgotten


def _forget_some(connection: sa.Connection, worker: str, hall_time: int) -> int:
    if not take_lease(connection, _WORK, worker, hall_time, _LEASE_MS):
        return 0
    return prune(connection, now() - KEPT, BATCH)
