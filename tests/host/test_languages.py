"""Texts in the language of whoever reads them, and what is stored in English whoever caused it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gamehall.clocks import Byoyomi, Canadian, Correspondence, NoClock, describe
from gamehall.languages import catalogue, language, languages, preferred, said_of, speaking
from gamehall.notes import GUEST_STAYS, RULES_CHANGED, note_words
from gamehall.problems import Problem
from gamehall.spans import in_words

# Three forms, as Polish has them; one entry is doubtful and one is not translated.
CATALOGUE = r"""
# A comment.
msgid ""
msgstr ""
"Language: pl\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"

msgid "{name} says \"hello\".\n"
msgstr ""
"{name} mówi "
"„cześć”.\n"

msgid "{count} stone"
msgid_plural "{count} stones"
msgstr[0] "{count} kamień"
msgstr[1] "{count} kamienie"
msgstr[2] "{count} kamieni"

#, fuzzy
msgid "Doubtful"
msgstr "Wątpliwe"

msgid "New"
msgstr ""

#~ msgid "Gone"
#~ msgstr "Nie ma"
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package with a Polish catalogue, and a class that declares a text."""
    folder = tmp_path / "polyglot"
    (folder / "locale").mkdir(parents=True)
    (folder / "__init__.py").write_text("class Declared:\n    title = 'New'\n")
    (folder / "locale/pl.po").write_text(CATALOGUE)
    monkeypatch.syspath_prepend(tmp_path)
    yield "polyglot"
    sys.modules.pop("polyglot", None)


def test_a_package_speaks_by_its_own_catalogues(package: str) -> None:
    _ = catalogue(f"{package}.inside")
    assert _('{name} says "hello".\n', name="Ada") == 'Ada says "hello".\n'
    with speaking("pl"):
        assert _('{name} says "hello".\n', name="{x}") == "{x} mówi „cześć”.\n"
        stones = [_.ngettext("{count} stone", "{count} stones", count) for count in (1, 2, 5, 22)]
        assert stones == ["1 kamień", "2 kamienie", "5 kamieni", "22 kamienie"]
        assert [_(text) for text in ("Doubtful", "New", "Gone", "Unknown")] == ["Doubtful", "New", "Gone", "Unknown"]
        assert _.said_again('Bob says "hello".\n', '{name} says "hello".\n') == "Bob mówi „cześć”.\n"
        with speaking("de"):
            assert _("Doubtful") == "Doubtful"
    assert language() == "en"


def test_classes_speak_by_the_package_of_their_bases(package: str) -> None:
    declared = __import__(package).Declared
    variant = type("Variant", (declared,), {"__module__": "elsewhere"})
    with speaking("pl"):
        assert said_of("New", variant) == "New"
        assert said_of('{name} says "hello".\n', int, variant).startswith("{name} mówi")


def test_what_a_browser_asks_for() -> None:
    assert languages() == {"en": "English", "de": "Deutsch", "es": "Español"}
    asked = {
        "de-AT,de;q=0.9,en;q=0.5": "de",
        "fr-CH, fr;q=0.9, es;q=0.8, en;q=0.7": "es",
        "en-GB,de;q=0.9": "en",
        "ES": "es",
        "de;q=0.1,es;q=0.2": "es",
        "de;q=0": "en",
        "de;q=x": "en",
        "fr,*;q=0.1": "en",
        "": "en",
        ",;=" * 999: "en",
    }
    assert {header: preferred(header) for header in asked} == asked


@pytest.mark.parametrize(
    ("code", "span", "clocks"),
    [
        ("en", "2 days 1 hour", ["no clock", "10 min + 3 × 30 s", "1 min + 2 turns in 5 min", "1 day a turn"]),
        ("de", "2 Tage 1 Stunde", ["ohne Uhr", "10 min + 3 × 30 s", "1 min + 2 Züge in 5 min", "1 Tag pro Zug"]),
        ("es", "2 días 1 hora", ["sin reloj", "10 min + 3 × 30 s", "1 min + 2 turnos en 5 min", "1 día por turno"]),
    ],
)
def test_spans_and_clocks(code: str, span: str, clocks: list[str]) -> None:
    terms = (NoClock(), Byoyomi(600, 30, 3), Canadian(60, 300, 2), Correspondence(1))
    with speaking(code):
        assert in_words(49 * 3_600_000) == span
        assert [describe(each) for each in terms] == clocks


def test_what_was_stored_in_english_is_said_again() -> None:
    with speaking("de"):
        assert note_words(GUEST_STAYS.format(username="ada")) == "Der Gast hat jetzt ein Konto: @ada."
        changed = note_words(f"{RULES_CHANGED} It was played by version 1, or so.")
        assert changed.startswith("Die Regeln dieser Partie haben sich geändert.")
        assert "version" not in changed
        assert note_words("Something else.") == "Something else."
        assert Problem("game-over").title == "Die Partie ist zu Ende"
    assert note_words(f"{RULES_CHANGED} It was played by version 1.").endswith("version 1.")
