"""What a hall answers, as its client reads it, and how long that waits before it asks again."""

from __future__ import annotations

import random
from typing import Any

import httpx
import msgspec
from httpx_sse import ServerSentEvent

from gamehall.answers import Event, ProblemError

__all__ = ["event_of", "problem_of", "text_of", "wait_before"]

_LONGEST_WAIT = 15.0


def text_of(content: str | bytes) -> str:
    """A file's text; bytes that are no UTF-8 are taken for Latin-1."""
    if isinstance(content, str):
        return content
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")


def problem_of(answer: httpx.Response) -> ProblemError:
    """What a refusal says, of the hall or of something in between."""
    members: dict[str, Any] = {}
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        members = msgspec.json.decode(answer.content, type=dict[str, Any])
    seconds = answer.headers.get("retry-after", "")
    return ProblemError(answer.status_code, members, float(seconds) if seconds.isdecimal() else 0.0)


def event_of(sent: ServerSentEvent) -> Event:
    """An event of the stream."""
    data = msgspec.json.decode(sent.data, type=dict[str, Any])
    return Event(sent.event, sent.id, data.pop("channel", None), data.pop("at", ""), data)


def wait_before(base: float, failures: int) -> float:
    """Seconds until the next attempt: doubled with each failure, and spread so that clients do not come together."""
    return random.uniform(0.5, 1.0) * min(base * 2.0**failures, _LONGEST_WAIT)  # noqa: S311 - nothing to guess here
