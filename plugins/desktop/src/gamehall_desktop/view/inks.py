"""Colours of words that are fainter, or that matter more, than the rest."""

from __future__ import annotations

FAINT = (150, 154, 164)
STRONG = (240, 190, 90)
WRONG = (240, 130, 110)
