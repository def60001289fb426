"""How a game ended in a few characters, as files and addresses tell it: `1 resigned`, or `- agreed` for a draw."""

from __future__ import annotations

import re

from gamehall.game import Outcome

__all__ = ["read_result", "write_result"]

_RESULT = re.compile(r"(-|[0-9]) ([a-z0-9-]{1,40})", re.ASCII)


def write_result(winner: int | None, reason: str) -> str:
    return f"{'-' if winner is None else winner} {reason}"


def read_result(text: str) -> Outcome | None:
    """None for what is no result."""
    match = _RESULT.fullmatch(text)
    return Outcome(None if match[1] == "-" else int(match[1]), match[2]) if match else None
