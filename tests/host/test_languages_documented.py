"""What docs/languages.md shows works as it is written there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gamehall.languages import catalogue, speaking
from rig.tree import ROOT

BLOCKS: dict[str, list[str]] = {}
for _language, _text in re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / "docs/languages.md").read_text(), re.M | re.S):
    BLOCKS.setdefault(_language, []).append(_text)


def test_the_code_runs() -> None:
    exec(compile("".join(BLOCKS["python"]), "languages.md", "exec"), {"__name__": "snippet"})


def test_the_catalogue_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (catalogue_text,) = BLOCKS["po"]
    folder = tmp_path / "documented"
    (folder / "locale").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "locale/de.po").write_text(catalogue_text)
    monkeypatch.syspath_prepend(tmp_path)
    _ = catalogue("documented")
    with speaking("de"):
        assert _("{side} to move.", side="Weiß") == "Weiß ist am Zug."
        assert _.ngettext("{count} point", "{count} points", 3) == "3 Punkte"
