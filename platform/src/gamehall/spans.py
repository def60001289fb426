"""Spans of time in words, as pages and mails say them."""

from __future__ import annotations

from typing import Literal

from gamehall.languages import catalogue

__all__ = ["Unit", "counted", "in_largest", "in_words", "units_of"]

_ = catalogue(__name__)

Unit = Literal["day", "hour", "minute", "second", "period", "turn"]


def in_words(span: int) -> str:
    """Milliseconds in their two largest units: `2 days 5 hours`, `4 minutes 12 seconds`, `1 second`, `no time`."""
    return " ".join(counted(number, unit) for number, unit in units_of(span)) or _("no time")


def in_largest(span: int) -> str:
    """The same in the largest unit alone, for what is not to be told exactly: `2 days`, `no time`."""
    return next((counted(number, unit) for number, unit in units_of(span)), _("no time"))


def counted(number: int, unit: Unit) -> str:
    """`1 turn`, `2 turns`."""
    match unit:
        case "day":
            return _.ngettext("{count} day", "{count} days", number)
        case "hour":
            return _.ngettext("{count} hour", "{count} hours", number)
        case "minute":
            return _.ngettext("{count} minute", "{count} minutes", number)
        case "second":
            return _.ngettext("{count} second", "{count} seconds", number)
        case "period":
            return _.ngettext("{count} period", "{count} periods", number)
        case "turn":
            return _.ngettext("{count} turn", "{count} turns", number)


def units_of(span: int) -> list[tuple[int, Unit]]:
    """Milliseconds in whole seconds, rounded up, as their largest unit and the next one, without zeros."""
    seconds = max(0, -(-span // 1_000))
    found: list[tuple[int, Unit]] = [
        (seconds // 86_400, "day"),
        (seconds // 3_600 % 24, "hour"),
        (seconds // 60 % 60, "minute"),
        (seconds % 60, "second"),
    ]
    first = next((place for place, (number, _unit) in enumerate(found) if number), len(found))
    return [(number, unit) for number, unit in found[first : first + 2] if number]
