"""Fixtures of the whole workspace.

The tests' shared code is the package `rig` in tests/, which pytest's `pythonpath` setting makes importable. The root
itself stays off sys.path, so that `platform` is the standard library's.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says more about what else the machine is doing than about the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

pytest_plugins = [
    f"rig.{module}"
    for module in (
        "environments",
        "server",
        "command",
        "postgres",
        "redis",
        "screen",
        "hall",
        "soak",
        "malformed",
        "faultproxy",
        "nginx",
        "desktop",
    )
]

# A test that asks for one of these needs what the marker says: `pytest -m "not browser"` leaves such tests out.
_MARKED_BY_FIXTURE = {
    "postgres_url": "postgres",
    "redis_url": "redis",
    "browser": "browser",
    "display": "window",
    "wheelhouse": "wheels",
}

# About how many seconds more a test takes that asks for one of these, and modules of which that does not tell enough.
_SECONDS = {"browser": 3, "make_environment": 6, "serve": 3, "server": 3, "bare": 0.5, "start_hall": 0.5}
_LONG = {
    "test_proxies": 150,
    "test_outages": 90,
    "test_relief": 90,
    "test_docs": 80,
    "test_conformance": 60,
    "test_states": 60,
    "test_parsers": 20,
    "test_cli_plugins": 50,
    "test_races": 40,
    "test_features": 40,
}


@pytest.fixture(autouse=True)
def _nobody_goes_on_listening() -> Iterator[None]:
    """An ear that a test leaves at the hall's logger hears the tests after it, and keeps what pytest cannot write."""
    yield
    logger = logging.getLogger("gamehall")
    left, logger.handlers = logger.handlers, []
    if left:
        pytest.fail(f"left at the hall's logger: {left}")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="make the whole of what is long, not a quick share")
    parser.addoption("--look", metavar="FOLDER", help="keep pictures of every page that is looked at in a browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in _MARKED_BY_FIXTURE:
                item.add_marker(_MARKED_BY_FIXTURE[fixture])
    _put_long_modules_first(items)


def _put_long_modules_first(items: list[pytest.Item]) -> None:
    """A module is one worker's (`--dist loadscope`): whichever came last would be waited for by all others."""
    weights: dict[str, float] = {item.location[0]: _LONG.get(item.path.stem, 0) for item in items}
    for item in items:
        weights[item.location[0]] += 0.2 + sum(_SECONDS.get(each, 0) for each in getattr(item, "fixturenames", ()))
    items.sort(key=lambda item: -weights[item.location[0]])
