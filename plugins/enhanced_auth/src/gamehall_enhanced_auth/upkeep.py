"""What is done beside the requests: putting down when tokens were last used."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from gamehall.declare import Host
from gamehall.tables import now
from gamehall.tasks import beside
from gamehall_enhanced_auth.families import note_uses

__all__ = ["LastUses", "last_uses", "upkeep"]

_EXACTNESS = timedelta(minutes=5)
_PAUSE_SECONDS = 30.0


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
        await _put_down(host, uses)


async def _keep_up(host: Host, uses: LastUses) -> None:
    while True:
        await asyncio.sleep(_PAUSE_SECONDS)
        await _put_down(host, uses)


async def _put_down(host: Host, uses: LastUses) -> None:
    try:
        if times := uses.take():
            await host.write(note_uses, times)
    except Exception as error:  # noqa: BLE001 - the database may be away, and the next round tries again
        host.fault("enhanced_auth", "the upkeep of tokens", error)
