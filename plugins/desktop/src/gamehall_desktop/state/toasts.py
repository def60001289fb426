"""Sentences for the user that go away by themselves, and the log of them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Toast:
    """A sentence for the user; `game` is what it is about, to go there."""

    text: str
    kind: Literal["news", "done", "fault"] = "news"
    game: str | None = None


@dataclass(slots=True)
class Toasts:
    """The last sentences, newest last."""

    said: deque[Toast] = field(default_factory=lambda: deque(maxlen=100))

    def take(self, message: object) -> None:
        if isinstance(message, Toast):
            self.said.append(message)
