"""English that is left on a page in another language, found by the catalogues of whatever is in the workspace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from babel.messages.pofile import read_po
from playwright.sync_api import Page

from rig.tree import ROOT

# What is visible or read out: lines of text, texts for themselves, and the attributes that say something.
# What is called so in every language: one of them, guests, a plugin, and the sides of games whose rules speak English.
_NAMES = {"English", "Guest", "Friends", "black", "white"}
_PLACE = re.compile(r"\{[^{}]*\}")
_SEEN = """() => {
    const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT, each =>
        each.parentElement.closest("script, style, code, [lang]:not(html)")
            ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    const seen = [...document.body.innerText.split("\\n"), document.title];
    while (walker.nextNode()) seen.push(walker.currentNode.data);
    for (const each of document.querySelectorAll("*"))
        for (const name of ["aria-label", "placeholder", "alt", "data-copy", "data-copied", "data-place", "data-move"])
            if (each.hasAttribute(name)) seen.push(each.getAttribute(name));
    const plain = text => text.replace(/\\s+/g, " ").trim();
    const code = new Set([...document.querySelectorAll("code")].map(each => plain(each.innerText)));
    return [...new Set(seen.map(plain))].filter(each => !code.has(each));
}"""


def english_left(page: Page, code: str) -> list[str]:
    """Texts of the page that a catalogue says in another way in this language."""
    seen: list[str] = page.evaluate(_SEEN)
    return [f"{said!r} is {text!r}" for said in seen for text, pattern in _patterns(code) if pattern.fullmatch(said)]


@cache
def _patterns(code: str) -> list[tuple[str, re.Pattern[str]]]:
    return [(text, _pattern(text)) for text in sorted(set(_translated(code)))]


def _translated(code: str) -> Iterator[str]:
    """Texts that are not said as in English. Only whole ones can be told from names and numbers around them."""
    for path in [*ROOT.glob(f"platform/src/*/locale/{code}.po"), *ROOT.glob(f"plugins/*/src/*/locale/{code}.po")]:
        with path.open("rb") as file:
            catalog = read_po(file)
        for message in catalog:
            forms = (message.id,) if isinstance(message.id, str) else message.id
            said = {message.string} if isinstance(message.string, str) else {*(message.string or ())}
            yield from (
                form for form in forms if re.search("[a-z]{2}", _PLACE.sub("", form)) and form not in said | _NAMES
            )


def _pattern(text: str) -> re.Pattern[str]:
    """The text with anything filled in; a sentence may stand among others."""
    parts = _PLACE.split(re.sub(r"[\[\]]", "", text))
    filled = ".{1,40}".join(map(re.escape, parts))
    is_sentence = len(re.findall(r"[a-z]{2,}", " ".join(parts))) >= 3
    return re.compile(f".*{filled}.*" if is_sentence else filled)
