"""Sentences for the user that go away by themselves, and the log of them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

_AT_LEAST, _PER_CHARACTER, _FAULT = 4.0, 0.05, 4.0  # seconds that one stays: the last is added where something is wrong
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Toast:
    """A sentence for the user; `game` is what it is about, to go there."""

    text: str
    kind: Literal["news", "done", "fault"] = "news"
    game: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A toast with its number, the moment until which it is seen, by `time.monotonic`, and when it was said."""

    number: int
    toast: Toast
    until: float
    at: datetime


@dataclass(slots=True)
class Toasts:
    """The last sentences, newest last."""

    said: deque[Toast] = field(default_factory=lambda: deque(maxlen=100))
    log: deque[Said] = field(default_factory=lambda: deque(maxlen=100))
    clock: Callable[[], float] = time.monotonic
    _gone: set[int] = field(default_factory=set)
    _count: int = 0

    def take(self, message: object) -> None:
        if isinstance(message, Toast) and message.text:
            stays = _AT_LEAST + _PER_CHARACTER * len(message.text) + (_FAULT if message.kind == "fault" else 0)
            self._count += 1
            self.said.append(message)
            self.log.append(Said(self._count, message, self.clock() + stays, datetime.now().astimezone()))

    def seen(self) -> list[Said]:
        """Those that are to be seen now, the newest first; the same sentence only once."""
        now = self.clock()
        fresh = [each for each in reversed(self.log) if now < each.until and each.number not in self._gone]
        return list({each.toast: each for each in reversed(fresh)}.values())[::-1][:_AT_ONCE]

    def dismiss(self, number: int) -> None:
        """Takes a toast away, and others that say the same."""
        text = next((each.toast for each in self.log if each.number == number), None)
        self._gone = {each.number for each in self.log if each.toast == text or each.number in self._gone}
