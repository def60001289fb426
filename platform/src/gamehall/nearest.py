"""What somebody may have meant by a name that there is not."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["nearest"]


def nearest(word: str, known: Iterable[str]) -> str:
    """A question to follow a complaint: which of these names is nearest; empty when none is near."""
    from difflib import get_close_matches  # for the rare case; every command imports this module

    folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), folded, n=1)
    return f"Did you mean {folded[found[0]]!r}?" if found else ""
