"""The texts of templates, each said by the catalogue of the package that the template is of.

In a template `_("…")` and `ngettext("…", "…", count)` work as in Python, and what they give is safe HTML: whatever is
filled in is escaped. Words in brackets are a link, each to the next of the addresses in `to`::

    {{ _("You challenged [{name}].", to="/@ada", name=person.display_name) }}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from jinja2 import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup, escape

from gamehall.languages import Catalogue, catalogue

__all__ = ["OwnTexts"]

_LINK = re.compile(r"\[(.+?)\]")


class _Texts:
    def __init__(self, texts: Catalogue) -> None:
        self._texts = texts

    def __call__(self, text: str, /, to: str | Iterable[str] = (), **values: object) -> Markup:
        return _filled(self._texts(text), to, values)

    def ngettext(self, one: str, many: str, count: int, /, to: str | Iterable[str] = (), **values: object) -> Markup:
        return _filled(self._texts.form(one, many, count), to, values | {"count": count})


def _filled(said: str, to: str | Iterable[str], values: dict[str, object]) -> Markup:
    addresses = {f"to_{number}": address for number, address in enumerate([to] if isinstance(to, str) else to)}
    made = _as_html(said, len(addresses))
    return made.format(**values, **addresses) if values or to else made


@lru_cache(maxsize=5_000)
def _as_html(said: str, links: int) -> Markup:
    """A sentence as safe HTML in which its values, and the addresses of its first links, are still to be filled in."""
    html = str(escape(said))
    for number in range(links):
        html = _LINK.sub(rf'<a href="{{to_{number}}}">\1</a>', html, count=1)
    return Markup(html)  # noqa: S704 - the sentence is escaped, and what is filled in will be


class OwnTexts(Extension):
    """Gives each template the texts of its own package: it extends and includes those of others, which have theirs."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._texts_of("web_htmx")  # a page of another plugin may be the first that is made, and extends ours

    def _texts_of(self, plugin: str) -> str:
        """The name in templates of a plugin's texts."""
        name = f"texts_of_{plugin}"
        self.environment.globals.setdefault(name, _Texts(catalogue(f"gamehall_{plugin}")))
        return name

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        texts = self._texts_of((stream.name or "").partition("/")[0])
        for token in stream:
            if token.type != "name" or token.value not in ("_", "ngettext"):
                yield token
                continue
            yield Token(token.lineno, "name", texts)
            if token.value == "ngettext":
                yield Token(token.lineno, "dot", ".")
                yield token
