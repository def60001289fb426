"""The real things that tests run against: databases, Redis, browsers, screens, servers and fresh environments.

Each module is a pytest plugin that conftest.py loads. What a machine lacks is named and skipped; see `missing`.
"""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skips the test because this machine lacks something, and fails it where nothing may be lacking (CI=true)."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"missing, and CI is set: {what}", pytrace=False)
    pytest.skip(f"missing: {what}")
