"""The hall's figures against the manual, the alerts and the dashboard."""

from __future__ import annotations

import json
import re
from typing import Any

import promql_parser
import pytest
import yaml

from rig.figures import Figures
from rig.hall import Hall
from rig.tree import ROOT

pytestmark = pytest.mark.anyio

DEPLOY = ROOT / "deploy/prometheus"
_ROW = re.compile(r"^\| `(?P<name>gamehall_\w+)`(?: \*)? \|(?P<labels>[^|]*)\| (?P<text>[^|]*) \|$", re.MULTILINE)
_PARTS = ("", "_bucket", "_count", "_sum")


@pytest.fixture
async def figures(hall: Hall) -> Figures:
    await hall.user("ada")
    answer = await hall.root.get("/metrics")
    assert answer.status_code == 200
    return Figures(answer.text)


async def test_the_table_is_what_is_told(figures: Figures) -> None:
    rows = {row["name"]: row for row in _ROW.finditer((ROOT / "docs/operate.md").read_text())}
    assert {name: row["text"] for name, row in rows.items()} == figures.names
    labels = {name: set(re.findall(r"`(\w+)`", row["labels"])) for name, row in rows.items()}
    assert {name: labels[name] for name in labels if figures.labels(name)} == {
        name: found for name in labels if (found := figures.labels(name))
    }


def expressions() -> dict[str, str]:
    """Every question of the alerts and of the dashboard, by where it stands."""
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text())
    alerts = {rule["alert"]: rule["expr"] for group in rules["groups"] for rule in group["rules"]}
    panels = json.loads((DEPLOY / "dashboard.json").read_text())["panels"]
    asked = {f"{each['title']} {one['refId']}": one["expr"] for each in panels for one in each["targets"]}
    return alerts | asked


def asked_for(expression: Any) -> set[str]:
    """The names of the figures in a question."""
    if isinstance(expression, promql_parser.VectorSelector):
        return {str(expression.name)}
    inner = [getattr(expression, part, None) for part in ("expr", "lhs", "rhs", "vector_selector", "args", "param")]
    flat = [each for part in inner for each in (part if isinstance(part, list) else [part]) if each is not None]
    return {name for each in flat for name in asked_for(each)}


async def test_alerts_and_dashboard_ask_for_what_is_told(figures: Figures) -> None:
    told = {f"{name}{part}" for name in figures.names for part in _PARTS} | {"up"}
    asked = {where: asked_for(promql_parser.parse(text)) for where, text in expressions().items()}
    assert all(asked.values())
    assert {where: names - told for where, names in asked.items() if names - told} == {}
    # Nothing is told that nobody looks at, but what says of itself which version it is.
    seen = {name for names in asked.values() for name in names}
    unseen = {name for name in figures.names if not {f"{name}{part}" for part in _PARTS} & seen}
    assert unseen == {"gamehall_build_info", "gamehall_computer_thinking"}
