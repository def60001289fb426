"""What a hall answers, as its client reads it, and how long that waits before it asks again."""

from __future__ import annotations

import contextlib
import random
from typing import Any, TypeVar

import httpx
import msgspec
from httpx_sse import ServerSentEvent, SSEError

from gamehall.answers import Event, ProblemError
from gamehall.problems import UNREADABLE

__all__ = ["answer_of", "event_of", "problem_of", "text_of", "wait_before"]

T = TypeVar("T")

_LONGEST_WAIT = 15.0
_LONGEST_ASKED = 3_600.0  # whatever asks for more, such as a proxy in between, does not keep a client away for good


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
        with contextlib.suppress(*UNREADABLE):  # it stays a refusal, of which the status is all that is known
            members = msgspec.json.decode(answer.content, type=dict[str, Any])
    seconds = answer.headers.get("retry-after", "")
    pause = min(float(seconds), _LONGEST_ASKED) if seconds.isdecimal() else 0.0
    return ProblemError(answer.status_code, members, pause)


def answer_of(answer: httpx.Response, shape: type[T]) -> T:
    """What the hall answers. Raises RemoteProtocolError for what no hall has sent, such as the page of a network that
    wants one to sign in first, by which the answer counts as lost."""
    try:
        return msgspec.json.decode(answer.content or b"null", type=shape)
    except UNREADABLE as error:
        raise httpx.RemoteProtocolError(f"the answer is not one of a hall: {error}", request=answer.request) from error


def event_of(sent: ServerSentEvent) -> Event:
    """An event of the stream. Raises SSEError for what no hall has sent, by which a connection counts as lost."""
    try:
        data = msgspec.json.decode(sent.data, type=dict[str, Any])
    except UNREADABLE as error:
        raise SSEError(f"the event {sent.event!r} cannot be read: {error}") from error
    return Event(sent.event, sent.id, data.pop("channel", None), data.pop("at", ""), data)


def wait_before(base: float, failures: int) -> float:
    """Seconds until the next attempt: doubled with each failure, and spread so that clients do not come together."""
    doubled = base * 2.0 ** min(failures, 64)  # a hall can be away for longer than numbers can be doubled
    return random.uniform(0.5, 1.0) * min(doubled, _LONGEST_WAIT)  # noqa: S311 - nothing to guess here
