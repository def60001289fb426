"""Every ruleset of whatever is installed keeps the promises that the hall relies on."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

import pytest

from gamehall.game import Ruleset
from gamehall.testing import check_ruleset


def installed_rulesets() -> dict[str, Ruleset[Any, Any]]:
    """By the name of the plugin and the key of the ruleset."""
    found = {}
    for plugin in entry_points(group="gamehall"):
        declare = getattr(plugin.load(), "gamehall_rulesets", None)
        for ruleset in declare() if declare else ():
            found[f"{plugin.name}:{ruleset.key}"] = ruleset
    return found


RULESETS = installed_rulesets()


@pytest.mark.parametrize("name", RULESETS)
def test_a_ruleset_keeps_its_promises(name: str) -> None:
    check_ruleset(RULESETS[name], games=5)


def test_no_key_is_taken_twice() -> None:
    keys = [ruleset.key for ruleset in RULESETS.values()]
    assert len(set(keys)) == len(keys)
