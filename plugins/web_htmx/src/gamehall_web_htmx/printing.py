"""HTML that is made once, with blanks for what is something else each time that it is shown.

A blank is put where the text would be: a template does not know one from the other. So it must do nothing with it but
show it; whether there is anything to show, and what depends on it, is the same each time that a form is filled in.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from markupsafe import Markup, escape

__all__ = ["Form", "blank"]

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

    def filled(self, texts: Mapping[str, str]) -> Markup:
        """The HTML with these texts; what is no Markup is escaped."""
        parts = self._parts.copy()
        parts[1::2] = [escape(texts[name]) for name in parts[1::2]]
        return Markup("".join(parts))  # noqa: S704 - templates have made it, and what is filled in is escaped
