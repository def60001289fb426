"""What documents name as evidence: tests, headings and files, which have to be there."""

from __future__ import annotations

import ast
import re
from functools import cache

from rig.tree import ROOT

__all__ = ["is_there", "names_in"]


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of a module's tests."""
    module = ast.parse((ROOT / path).read_text())
    return frozenset(
        each.name
        for each in module.body
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test_")
    )


def is_there(place: str) -> bool:
    """Whether there is this test (`tests/…::test_x`), heading of a page (`docs/….md#words-of-it`), or file."""
    path, _, name = place.partition("::")
    if name:
        return (ROOT / path).is_file() and name in names_in(path)
    path, _, anchor = place.partition("#")
    if not anchor:
        return (ROOT / path).exists()
    headings = re.findall(r"^#+ (.+)$", (ROOT / path).read_text(), re.MULTILINE)
    return anchor in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
