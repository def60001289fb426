"""The choice of a move, against every game that is installed."""

from __future__ import annotations
