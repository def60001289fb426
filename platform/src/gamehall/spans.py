"""Spans of time in words, as pages and mails say them."""

from __future__ import annotations

__all__ = ["in_words"]

_UNITS = (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000))


def in_words(span: int) -> str:
    """Milliseconds as "2 days 10 hours": at most two units, rounded down; less than a minute is said so."""
    span, parts = max(0, span), []
    for unit, size in _UNITS:
        number, span = divmod(span, size)
        parts.append(f"{number} {unit}{'' if number == 1 else 's'}" if number else "")
    first = next((place for place, part in enumerate(parts) if part), None)
    if first is None:
        return "less than a minute"
    return " ".join(filter(None, parts[first : first + 2]))
