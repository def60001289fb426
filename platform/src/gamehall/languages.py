"""Texts in the language of whoever reads them.

English is the source. A text is marked where it stands and said in the present language, which is English unless
somebody says otherwise, as the pages do for each request::

    _ = catalogue(__name__)

    _("{name} has left.", name=name)
    _.ngettext("{count} game waits.", "{count} games wait.", count)

What a package's texts are in another language lies in its folder `locale`, one gettext catalogue for each: `de.po`.
Texts that a class declares, such as a ruleset's title, need no mark; they are said by `said_of` where they are shown.
"""

from __future__ import annotations

import ast
import gettext
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

__all__ = [
    "ENGLISH",
    "N_",
    "Catalogue",
    "catalogue",
    "language",
    "languages",
    "preferred",
    "said_of",
    "speak",
    "speaking",
]

ENGLISH = "en"

_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


def language() -> str:
    """The code of the present language, such as `de`."""
    return _spoken.get()


def speak(code: str) -> None:
    """Makes this the language of the present task, and of those that it starts from now on."""
    _spoken.set(code)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """The block in another language; whatever is stored is made in English."""
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)


def N_(text: str) -> str:
    """The text as it is, found by whoever collects texts: for one that stands apart from where it is said."""
    return text


class Catalogue:
    """The texts of one package. Values are filled in as by `str.format`."""

    def __init__(self, package: str) -> None:
        self._package = package

    def __call__(self, text: str, /, **values: object) -> str:
        said = self.find(text) or text
        return said.format(**values) if values else said

    def ngettext(self, one: str, many: str, count: int, /, **values: object) -> str:
        """The text for so many; `count` is filled in too."""
        return self.form(one, many, count).format(count=count, **values)

    def form(self, one: str, many: str, count: int) -> str:
        """The text for so many, with nothing filled in."""
        known = _read(self._package, language())
        forms = known.texts.get(one)
        return forms[known.form_of(count)] if forms else one if count == 1 else many

    def find(self, text: str) -> str | None:
        """The text in the present language, None where the package has no translation of it."""
        if (code := language()) == ENGLISH:
            return None
        forms = _read(self._package, code).texts.get(text)
        return forms[0] if forms else None

    def said_again(self, said: str, *texts: str) -> str:
        """What was said in English, by one of these texts, in the present language; as it is if it was by none."""
        for text in texts:
            if match := _pattern(text).fullmatch(said):
                return self(text, **match.groupdict())
        return said


@cache
def catalogue(package: str) -> Catalogue:
    """The texts of the package in which a module of this name is."""
    return Catalogue(package.partition(".")[0])


def said_of(text: str, *declared: type) -> str:
    """A text that one of these classes declares, as their packages translate it, or those of their bases."""
    return _said_of(text, declared, language())


@lru_cache(maxsize=10_000)
def _said_of(text: str, declared: tuple[type, ...], _language: str) -> str:
    found = (catalogue(base.__module__).find(text) for each in declared for base in each.__mro__)
    return next((said for said in found if said), text)


@cache
def languages() -> Mapping[str, str]:
    """Every language that there is a choice of, by its code: what it is called in itself."""
    codes = sorted(path.stem for path in _folder(__name__.partition(".")[0]).glob("*.po"))
    own_name = N_("English")
    return {ENGLISH: own_name} | {code: _read(__name__.partition(".")[0], code).texts[own_name][0] for code in codes}


@lru_cache(maxsize=500)
def preferred(accepted: str) -> str:
    """The language that a header Accept-Language likes best, English where it likes none that there is."""
    wanted = []
    for part in accepted.split(",")[:20]:
        tag, _, quality = part.partition(";")
        code = tag.strip().partition("-")[0].lower()
        weight = re.fullmatch(r"q=([01](?:\.\d{0,3})?)", quality.strip()) if quality else None
        if code in languages() and not (quality and weight is None):
            wanted.append((float(weight[1]) if weight else 1.0, code))
    best = max(wanted, key=lambda each: each[0], default=(0.0, ENGLISH))
    return best[1] if best[0] else ENGLISH


class _Known(NamedTuple):
    """What is known of a package in a language: the forms of each text, and which of them is for so many."""

    texts: Mapping[str, tuple[str, ...]]
    form_of: Callable[[int], int]


@cache
def _read(package: str, code: str) -> _Known:
    path = _folder(package) / f"{code}.po"
    entries = list(_entries(path.read_text(encoding="utf-8"))) if code != ENGLISH and path.exists() else []
    texts = {text: forms for text, forms in entries if text and all(forms)}
    head = next((forms[0] for text, forms in entries if not text), "")
    plural = re.search(r"plural=([^;]+);", head)
    return _Known(texts, gettext.c2py(plural[1] if plural else "n != 1"))


def _folder(package: str) -> Path:
    """Where a package's catalogues lie; a module without a folder of its own has none."""
    try:
        spec = find_spec(package)
    except ValueError:  # a script
        spec = None
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places or ()), "nowhere"), "locale")


_LINE = re.compile(r'(?:(msg\w+(?:\[\d\])?) +)?(".*")')


def _entries(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(text, forms) of each entry of a PO file. Those that are marked as fuzzy are not to be used."""
    for block in re.split(r"\n\s*\n", text):
        if re.search(r"^#,.*\bfuzzy\b", block, re.MULTILINE):
            continue
        parts: defaultdict[str, str] = defaultdict(str)
        name = ""
        for line in block.splitlines():
            if match := _LINE.fullmatch(line):
                name = match[1] or name
                parts[name] += ast.literal_eval(match[2])
        if "msgid" in parts:
            yield parts["msgid"], tuple(said for name, said in parts.items() if name.startswith("msgstr"))


@cache
def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", text)
    named = (f"(?P<{part}>.*)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
    return re.compile("".join(named), re.DOTALL)
