"""What a ruleset's title, sides and options are called in the present language.

Rulesets declare these in English, without any mark; their package's catalogues, or those of a package whose classes
they build on, say them in others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from gamehall.game import Ruleset, options_schema
from gamehall.languages import said_of

__all__ = ["declared_texts", "move_label", "option_words", "options_form", "say", "sentence", "title_of"]

AnyRuleset = Ruleset[Any, Any]


def say(ruleset: AnyRuleset | None, text: str) -> str:
    """A text of the ruleset, such as a side or the name of a preset; as it is without a ruleset."""
    return said_of(text, type(ruleset), ruleset.Options) if ruleset else text


def title_of(ruleset: AnyRuleset) -> str:
    return say(ruleset, ruleset.title)


def option_words(name: str) -> str:
    """The name of an option or of one of its values as forms show it: `long_pro` is `Long pro`."""
    return sentence(name.replace("_", " ").strip())


def sentence(text: str) -> str:
    """The text with a capital at its beginning; the rest stays as it is."""
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=10_000)
def move_label(move: str) -> str:
    """A move as it is written in lists: points in capitals, decisions as words."""
    words = re.split("[-_ ]", move)
    shown = " ".join(word.upper() if word[:1].isalpha() and word[-1:].isdigit() else word for word in words)
    return shown[:1].upper() + shown[1:]


def options_form(ruleset: AnyRuleset) -> dict[str, Any]:
    """The JSON Schema of the ruleset's options, its titles and descriptions in the present language."""

    def said(part: Any, key: str = "") -> Any:
        match part:
            case dict():
                return {name: said(value, name) for name, value in part.items()}
            case list():
                return [said(each) for each in part]
            case str() if key in ("title", "description"):
                return say(ruleset, part)
            case _:
                return part

    form: dict[str, Any] = said(options_schema(ruleset))
    return form


def declared_texts(ruleset: AnyRuleset) -> Iterator[str]:
    """Every text that the ruleset declares for people: what has to be translated besides what it says."""
    yield from (ruleset.title, ruleset.summary, *ruleset.presets, *ruleset.seats)
    schema = options_schema(ruleset)
    for whole in (schema, *schema.get("$defs", {}).values()):
        for name, part in whole.get("properties", {}).items():
            yield part.get("title") or option_words(name)
            yield part.get("description", "")
            yield from _choices(part)
        yield from _choices(whole)


def _choices(part: Mapping[str, Any]) -> Iterator[str]:
    for each in (part, *part.get("anyOf", ())):
        yield from (option_words(value) for value in each.get("enum", ()) if isinstance(value, str))
