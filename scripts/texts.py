"""Collects the texts of each package and keeps their translations in step:

    texts.py            adds what is new to every catalogue, empty, and takes out what is gone
    texts.py fr         begins catalogues for one more language
    texts.py --check    names what is missing, doubtful or out of step, and fails if there is something

Texts are what the sources mark, in Python and in templates, and what the package's rulesets declare.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from gamehall.naming import declared_texts

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = [ROOT / "platform/src/gamehall", *sorted(ROOT.glob("plugins/*/src/gamehall_*"))]
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
TEMPLATES = {
    "**/templates/**.html": {
        "extensions": "gamehall_web_htmx.keeping.KeptPieces",
        "trim_blocks": "true",
        "lstrip_blocks": "true",
        "silent": "false",
    }
}
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"\{\w[^{}]*\}")
LINK = re.compile(r"\[[^\[\]]+\]")


def main(arguments: list[str]) -> None:
    if arguments == ["--check"]:
        found = [fault for package in PACKAGES for fault in faults(package)]
        sys.exit("\n".join(["texts are not in step:", *found]) if found else 0)
    codes = languages() | set(arguments)
    for package in PACKAGES:
        texts = collected(package)
        for code in sorted(codes) if len(texts) else ():
            path = package / "locale" / f"{code}.po"
            path.parent.mkdir(exist_ok=True)
            path.write_text(written(updated(path, texts)), encoding="utf-8")


def languages() -> set[str]:
    """Those that the hall speaks; a plugin speaks the same."""
    return {path.stem for path in (PACKAGES[0] / "locale").glob("*.po")}


def collected(package: Path) -> Catalog:
    """Every text of a package, in the order in which it is found."""
    texts = Catalog()
    found = extract_from_dir(str(package), METHODS, TEMPLATES, keywords=KEYWORDS)
    for _file, _line, text, _comments, _context in sorted(found, key=lambda each: each[:2]):
        texts.add(text)
    plugin = import_module(package.name)
    for ruleset in getattr(plugin, "gamehall_rulesets", list)():
        for text in filter(None, declared_texts(ruleset)):
            texts.add(text)
    return texts


def updated(path: Path, texts: Catalog) -> Catalog:
    """A language's catalogue with these texts and no others. What is new has no translation yet."""
    known = Catalog(locale=path.stem)
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale=path.stem)
    elif (hall := PACKAGES[0] / "locale" / path.name).exists():
        with hall.open("rb") as file:
            known.mime_headers = read_po(file, locale=path.stem).mime_headers
    kept = Catalog(locale=path.stem)
    kept.mime_headers = known.mime_headers  # a language keeps its own rule for plurals
    for message in texts:
        if message.id:
            before = known.get(message.id)
            kept.add(message.id, before.string if before and before.id == message.id else None)
    return kept


def written(catalog: Catalog) -> str:
    """The catalogue as a PO file. Its head says nothing of places, times and people, which change all the time."""
    head = [
        'msgid ""',
        'msgstr ""',
        f'"Language: {catalog.locale_identifier}\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        f'"Plural-Forms: {catalog.plural_forms}\\n"',
        "",
        "",
    ]
    body = io.BytesIO()
    write_po(body, catalog, width=110, no_location=True, omit_header=True)
    return "\n".join(head) + re.sub(r"^#, python[a-z-]*format\n", "", body.getvalue().decode(), flags=re.MULTILINE)


def faults(package: Path) -> Iterator[str]:
    """What is wrong with the catalogues of a package."""
    texts = collected(package)
    for code in sorted(languages()) if len(texts) else ():
        path = package / "locale" / f"{code}.po"
        shown = path.relative_to(ROOT)
        if not path.exists():
            yield f"{shown} is missing: run make texts"
            continue
        with path.open("rb") as file:
            known = read_po(file, locale=code)
        yield from (f"{shown}: {fault}" for message in known if message.id for fault in doubts(message))
        if written(updated(path, texts)) != path.read_text(encoding="utf-8"):
            yield f"{shown} is not what the sources say: run make texts"


def doubts(message: Message) -> Iterator[str]:
    """What is wrong with a translation."""
    texts = (message.id,) if isinstance(message.id, str) else message.id
    said = (message.string,) if isinstance(message.string, str) else message.string
    if message.fuzzy:
        yield f"{texts[0]!r} is marked as fuzzy"
    if not said or not all(said):
        yield f"{texts[0]!r} has no translation"
        return
    # The form for one may leave the number out.
    wanted = set(PLACEHOLDER.findall(texts[-1]))
    for form in said:
        if len(LINK.findall(form)) != len(LINK.findall(texts[-1])):
            yield f"{texts[0]!r} has not as many words in brackets as its translation"
        given = set(PLACEHOLDER.findall(form))
        if given - wanted or (wanted - given and (form is said[-1] or wanted - given > {"{count}", "{number}"})):
            yield f"{texts[0]!r} has the places {sorted(wanted)}, and its translation {sorted(given)}"


if __name__ == "__main__":
    main(sys.argv[1:])
