"""How much of a long comparison a run makes: a quick share, or with --soak the whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Share = Callable[[int, int], int]
"""Chooses between (the quick share, the whole)."""


@pytest.fixture(scope="session")
def share(pytestconfig: pytest.Config) -> Share:
    return lambda quick, whole: whole if pytestconfig.getoption("--soak") else quick
