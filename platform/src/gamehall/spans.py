"""Spans of time in words, as pages and mails say them."""

from __future__ import annotations

__all__ = ["counted", "in_words", "units_of"]


def in_words(span: int) -> str:
    """Milliseconds in their two largest units: `2 days 5 hours`, `4 minutes 12 seconds`, `1 second`, `no time`."""
    return " ".join(counted(number, unit) for number, unit in units_of(span)) or "no time"


def counted(number: int, unit: str) -> str:
    """`1 turn`, `2 turns`."""
    return f"{number} {unit}{'' if number == 1 else 's'}"


def units_of(span: int) -> list[tuple[int, str]]:
    """Milliseconds in whole seconds, rounded up, as their largest unit and the next one, without zeros."""
    seconds = max(0, -(-span // 1_000))
    units = ((seconds // 86_400, "day"), (seconds // 3_600 % 24, "hour"), (seconds // 60 % 60, "minute"))
    found = [*units, (seconds % 60, "second")]
    first = next((place for place, (number, _) in enumerate(found) if number), len(found))
    return [(number, unit) for number, unit in found[first : first + 2] if number]
