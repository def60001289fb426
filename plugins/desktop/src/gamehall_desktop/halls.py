"""Is there a hall at an address, and one that this client understands? Asked before anything is told it."""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import httpx
import msgspec

import gamehall
from gamehall.answers import Health
from gamehall.problems import UNREADABLE

from . import remedies

OLDEST = "0.1"
"""The hall's version that this client needs at least."""
_AWAY = (502, 503, 504)  # what stands before a hall says so while the hall itself is down
_SKEW = 120.0


class HallError(Exception):
    """There is no hall that this client can use; the message says what to do."""


class HallAwayError(Exception):
    """The hall is down for a moment; the message says so."""


class Seen(NamedTuple):
    """A hall that answers. `now` is its time, `ahead` by how many seconds this computer's clock is ahead of it, both
    None where it does not say."""

    version: str
    now: float | None = None
    ahead: float | None = None

    @property
    def clock_note(self) -> str:
        """What the user should know of this computer's clock; empty when it is right."""
        return remedies.wrong_clock(self.ahead) if self.ahead is not None and abs(self.ahead) > _SKEW else ""


async def look_at(base_url: str, patience: float = 30.0) -> Seen:
    """`patience` is in seconds. Raises HallError, HallAwayError, or httpx's TransportError when nothing answers."""
    async with httpx.AsyncClient(timeout=patience) as client:
        answer = await client.get(f"{base_url}/health")
    if answer.status_code in _AWAY and "problem+json" not in answer.headers.get("content-type", ""):
        raise HallAwayError(remedies.hall_away(base_url, answer.status_code))
    try:
        found = msgspec.json.decode(answer.content, type=Health)
    except UNREADABLE as error:
        raise HallError(remedies.not_a_hall(base_url)) from error
    if _numbers(found.version) < _numbers(OLDEST):
        raise HallError(remedies.old_hall(base_url, found.version, OLDEST))
    if _numbers(found.version)[0] > max(1, _numbers(gamehall.__version__)[0]):
        raise HallError(remedies.new_hall(base_url, found.version, gamehall.__version__))
    try:
        now = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return Seen(found.version)
    return Seen(found.version, now, time.time() - now)


def _numbers(version: str) -> tuple[int, ...]:
    """The version as numbers that can be compared; whatever has none is older than everything."""
    return tuple(map(int, re.findall(r"\d{1,9}", version.partition("+")[0])[:3])) or (-1,)
