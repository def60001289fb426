"""Pieces of templates that are made once for all who see the same.

`{% kept on what, it, depends %}…{% endkept %}` is made anew only for values that it was not made for lately. Behind
`on` stands everything that the piece is made of but the language, which always counts, and what does not change while a
hall runs. What is secret, or different each time, has no place in it: the token of forms is a blank, which the site
fills in when a page is whole.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable

from cachetools import LRUCache
from jinja2 import Environment, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from markupsafe import Markup

from gamehall.languages import language

__all__ = ["KeptPieces"]

_KEPT = 16_000_000  # characters: the longest page of somebody with many games has some hundred thousand


class KeptPieces(Extension):
    """Adds `{% kept on … %}` to templates."""

    tags = {"kept"}

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._made: LRUCache[Hashable, Markup] = LRUCache(_KEPT, getsizeof=len)

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        parser.stream.expect("name:on")
        on = parser.parse_tuple()
        body = parser.parse_statements(("name:endkept",), drop_needle=True)
        piece = self.call_method("_piece", [nodes.Const((parser.name, line)), on], lineno=line)
        return nodes.CallBlock(piece, [], [], body, lineno=line)

    def _piece(self, place: tuple[str, int], on: Hashable, caller: Callable[[], Markup]) -> Markup:
        key = (place, language(), on)
        try:
            return self._made[key]
        except KeyError:
            made = caller()
        with contextlib.suppress(ValueError):  # it is too long to be kept
            self._made[key] = made
        return made
