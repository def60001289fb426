"""What is well with a hall and what is not, each with its remedy: for `gamehall doctor`, the API and the pages."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from typing import Literal, NamedTuple

import msgspec

from gamehall.languages import catalogue

__all__ = ["Finding", "Part", "State", "bad", "look", "note", "ok"]

_ = catalogue(__name__)

State = Literal["ok", "note", "bad"]


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at. What is `bad` harms somebody now, a `note` is worth a thought; the `remedy` is the
    command or the setting that mends it."""

    key: str
    state: State
    sentence: str
    remedy: str = ""


def ok(key: str, sentence: str) -> Finding:
    return Finding(key, "ok", sentence)


def note(key: str, sentence: str, remedy: str = "") -> Finding:
    return Finding(key, "note", sentence, remedy)


def bad(key: str, sentence: str, remedy: str = "") -> Finding:
    return Finding(key, "bad", sentence, remedy)


class Part(NamedTuple):
    """Something to look at, and for how long it is waited for."""

    key: str
    run: Callable[[], Iterable[Finding]]
    seconds: float = 10.0


def look(parts: Sequence[Part]) -> list[Finding]:
    """What the parts find, in their order. All are asked at once; one that fails or takes too long is a finding itself
    and keeps no other from being told."""
    found: dict[str, list[Finding]] = {}
    threads = [
        # Daemons: one that hangs keeps no command from ending. Each speaks the caller's language.
        threading.Thread(target=copy_context().run, args=(_look_at, part, found), name=part.key, daemon=True)
        for part in parts
    ]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for part, thread in zip(parts, threads, strict=True):
        thread.join(max(0.0, began + part.seconds - time.monotonic()))
    return [finding for part in parts for finding in found.get(part.key) or _nothing_yet(part, found)]


def _look_at(part: Part, found: dict[str, list[Finding]]) -> None:
    try:
        found[part.key] = list(part.run())
    except Exception as error:  # noqa: BLE001 - whatever it is, the other parts go on
        said = f"{type(error).__name__}: {error}"
        found[part.key] = [bad(part.key, _("This could not be looked at: {error}.", error=said))]


def _nothing_yet(part: Part, found: dict[str, list[Finding]]) -> list[Finding]:
    if part.key in found:  # it had nothing to say
        return []
    return [bad(part.key, _("This took more than {seconds:.0f} s and was not waited for.", seconds=part.seconds))]
