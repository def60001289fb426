"""HTML that is made once, with blanks for what is something else each time that it is shown.

A blank is put where the text would be: a template does not know one from the other. So it must do nothing with it but
show it; whether there is anything to show, and what depends on it, is the same each time that a form is filled in.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

import jinja2
from cachetools import LRUCache
from markupsafe import Markup, escape

from gamehall.languages import language

__all__ = ["Form", "Forms", "blank"]

_KEPT = 8_000_000  # characters; a page has ten to some hundred thousand

_SIGN = secrets.token_hex(12)  # nobody who does not know it can write what is taken for a blank
_BLANK = re.compile(rf"{_SIGN}-(\w+)-", re.ASCII)


def blank(name: str) -> str:
    """What stands for the text of this name."""
    return f"{_SIGN}-{name}-"


class Form:
    """HTML with blanks."""

    __slots__ = ("_parts",)

    def __init__(self, html: str) -> None:
        self._parts = _BLANK.split(html)  # texts and, between them, names

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def filled(self, texts: Mapping[str, str]) -> Markup:
        """The HTML with these texts; what is no Markup is escaped."""
        parts = self._parts.copy()
        parts[1::2] = [escape(texts[name]) for name in parts[1::2]]
        return Markup("".join(parts))  # noqa: S704 - templates have made it, and what is filled in is escaped


class Forms:
    """Forms that templates make, kept by all that they were given.

    That and the language is the whole key, so none is ever out of date. What is given is hashable, and what is not the
    same for long is a blank.
    """

    def __init__(self, templates: jinja2.Environment) -> None:
        self._templates = templates
        self._kept: LRUCache[object, Form] = LRUCache(_KEPT, getsizeof=len)

    def of(self, template: str, given: Mapping[str, Any]) -> Form:
        key = (template, language(), *given.items())
        form = self._kept.get(key)
        if form is None:
            form = self.made(template, given)
            if len(form) <= _KEPT:
                self._kept[key] = form
        return form

    def made(self, template: str, given: Mapping[str, Any]) -> Form:
        """The same, made anew."""
        return Form(self._templates.get_template(template).render(given))
