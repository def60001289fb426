"""How much a bench does: BENCH_SIZE is 1 if it is not set; 10 is ten times as much."""

from __future__ import annotations

import os

SIZE = float(os.environ.get("BENCH_SIZE", "1"))


def sized(usual: int, least: int = 1) -> int:
    """So much as is wanted, where this is the usual number."""
    return max(least, round(usual * SIZE))
