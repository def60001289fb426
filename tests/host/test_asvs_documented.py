"""docs/asvs.csv against the standard, and it and the threat model against the tests that they name."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from rig.evidence import is_there, names_in
from rig.tree import ROOT, listed_files, shown

# OWASP ASVS 5.0.0: a word for each section of a chapter, a digit for each of its requirements: the level that asks for
# it first.
STANDARD = {
    1: "22 1111122223 112222222223 222 123",
    2: "122 112 12223 23",
    3: "3 113 12223 11222233 11122333 3 22333",
    4: "12233 23333 22 1222",
    5: "2 112333 113 222",
    6: "122 111111112222 11223333 112233 22222333 2223 33 2222",
    7: "222 1111 22 11222 223 22",
    8: "1233 1123 133 23",
    9: "111 1222",
    10: "22 223 22223 1111122222233333 22222 22 222",
    11: "2233 22233 11233 1222 23 23 33",
    12: "12233 11 22223",
    13: "2333 222223 2233 1222233",
    14: "22 12223333 122",
    15: "12233 12233 1222222 3333",
    16: "2 22222 2222 222 2223",
    17: "23 22223333 22",
}
ASKED = [
    (f"{chapter}.{section}.{number}", level)
    for chapter, sections in STANDARD.items()
    for section, levels in enumerate(sections.split(), 1)
    for number, level in enumerate(levels, 1)
    if level != "3"
]
with (ROOT / "docs/asvs.csv").open(newline="", encoding="utf-8") as _file:
    ROWS = list(csv.DictReader(_file))


def test_every_requirement_of_the_first_two_levels_has_one_row() -> None:
    assert len(ASKED) == 70 + 183
    assert [(row["requirement"], row["level"]) for row in ROWS] == ASKED
    assert all(row["topic"] for row in ROWS)


def test_what_is_named_as_evidence_exists() -> None:
    missing = {row["requirement"]: place for row in ROWS for place in row["evidence"].split() if not is_there(place)}
    assert missing == {}


def test_each_state_is_shown_or_explained() -> None:
    for row in ROWS:
        evidence = row["evidence"].split()
        match row["status"]:
            case "tested":
                assert evidence, row
                assert all("::" in place for place in evidence), row
            case "by design":
                assert evidence, row
            case "deployment":
                assert any(place.startswith("docs/") for place in evidence), row
            case "gap" | "not applicable":
                assert row["note"], row
            case _:
                raise AssertionError(row)


def test_the_threat_model_names_tests_that_exist() -> None:
    named = set(re.findall(r"`(test_\w+)(?:\.py)?`", (ROOT / "docs/threat-model.md").read_text()))
    files = {shown(path) for path in listed_files() if path.name.startswith("test_") and path.suffix == ".py"}
    there = {Path(path).stem for path in files}.union(*(names_in(path) for path in files))
    assert len(named) > 20
    assert named - there == set()
