"""The pytest plugin of the host: pytest loads it wherever the host is installed, so it imports next to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gamehall.testing.hall import Hall


@pytest.fixture
def new_hall(tmp_path: Path) -> Iterator[Hall]:
    """A hall made for this test, with every installed plugin; see `gamehall.testing.hall`."""
    from gamehall.testing.hall import open_hall

    with open_hall(tmp_path) as hall:
        yield hall
