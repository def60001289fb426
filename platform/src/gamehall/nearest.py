"""What somebody may have meant by a name that there is not."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["did_you_mean", "nearest"]


def nearest(word: str, known: Iterable[str], alike: float = 0.6) -> str:
    """The name that is nearest to this one; empty when none is so much `alike`, 1 being the same."""
    from difflib import get_close_matches  # for the rare case; every command imports this module

    folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), folded, 1, alike)
    return folded[found[0]] if found else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question to follow a complaint: which of these names was meant; empty when none is near."""
    found = nearest(word, known)
    return f"Did you mean {found!r}?" if found else ""
