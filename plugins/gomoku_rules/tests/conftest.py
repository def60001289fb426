"""How much of each long comparison is made."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Share = Callable[[int, int], int]


@pytest.fixture(scope="session")
def share(pytestconfig: pytest.Config) -> Share:
    """Chooses between the quick share of a comparison and, with --soak, the whole."""
    return lambda quick, whole: whole if pytestconfig.getoption("--soak") else quick
