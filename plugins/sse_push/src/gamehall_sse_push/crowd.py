"""How many streams are open in this worker, and how many one user, or the strangers at one address, have of them."""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Callable
from typing import Literal

from gamehall.addresses import neighbourhood
from gamehall.declare import Host
from gamehall.origins import origin
from gamehall.problems import Problem

from .settings import PushSettings

Kind = Literal["programs", "pages"]
# Of this process, by who listens: for whoever watches the hall.
streams: Counter[str] = Counter(programs=0, pages=0)
events: Counter[str] = Counter(programs=0, pages=0)


class Crowd:
    """Counts the open streams of one kind, and the events that they have told."""

    def __init__(self, host: Host, settings: PushSettings, kind: Kind) -> None:
        self._on = host.settings.rate_limits
        self._settings = settings
        self._kind = kind
        self._open: Counter[str] = Counter()

    def let_in(self, user_id: str | None, stream: object) -> Callable[[], None]:
        """Counts a stream until the result is called, or nobody holds it any more, begun or not. Raises Problem
        `too-many-requests`."""
        who = user_id or neighbourhood(origin().address)
        most = self._settings.max_streams if user_id else self._settings.max_streams_of_strangers
        if self._on and self._open[who] >= most:
            raise Problem(
                "too-many-requests",
                "So many streams are open already that no more can be. Close one.",
                headers={"Retry-After": "10"},
            )
        self._open[who] += 1
        streams[self._kind] += 1
        return weakref.finalize(stream, self._leave, who)

    def told(self) -> None:
        """One more event has gone out."""
        events[self._kind] += 1

    def _leave(self, who: str) -> None:
        streams[self._kind] -= 1
        self._open[who] -= 1
        if not self._open[who]:
            del self._open[who]
