"""How many streams one user, or the strangers at one address, have open in this worker."""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import AsyncIterator

from gamehall.addresses import neighbourhood
from gamehall.declare import Host
from gamehall.origins import origin
from gamehall.problems import Problem

from .settings import PushSettings


class Crowd:
    """Counts the open streams of one kind."""

    def __init__(self, host: Host, settings: PushSettings) -> None:
        self._on = host.settings.rate_limits
        self._settings = settings
        self._open: Counter[str] = Counter()

    def let_in(self, user_id: str | None, told: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The same stream, counted until it ends. Raises Problem `too-many-requests`."""
        if not self._on:
            return told
        who = user_id or neighbourhood(origin().address)
        most = self._settings.max_streams if user_id else self._settings.max_streams_of_strangers
        if self._open[who] >= most:
            raise Problem(
                "too-many-requests",
                "So many streams are open already that no more can be. Close one.",
                headers={"Retry-After": "10"},
            )
        self._open[who] += 1
        return _Counted(told, self._open, who)


class _Counted:
    """A stream that is counted out when it ends, or when nobody holds it any more, begun or not."""

    def __init__(self, told: AsyncIterator[bytes], counts: Counter[str], who: str) -> None:
        self._told = told
        self._leave = weakref.finalize(self, _leave, counts, who)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._told)
        except BaseException:
            self._leave()
            raise


def _leave(counts: Counter[str], who: str) -> None:
    counts[who] -= 1
    if not counts[who]:
        del counts[who]
