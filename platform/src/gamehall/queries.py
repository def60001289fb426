"""The query of a request, taken as strictly as a body. What the framework reads it by takes 1e1 for a number, and of
two values the last."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from weakref import WeakKeyDictionary

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter

from gamehall.languages import catalogue
from gamehall.problems import FieldError, Problem

__all__ = ["strict_query"]

_ = catalogue(__name__)

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Expected:
    """The names of a handler's parameters that are whole numbers, and of those that have one value."""

    numbers: frozenset[str]
    single: frozenset[str]


# By the function: some handlers cannot be keys.
_known: WeakKeyDictionary[Callable[..., Any], _Expected] = WeakKeyDictionary()


def strict_query(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Raises Problem `invalid`, with the fields, for numbers that are not written plainly, and in the API for a second
    value where there is one."""
    query = connection.scope["query_string"]
    if not query:
        return
    expected = _known.get(handler.fn) or _known.setdefault(handler.fn, _expected_by(handler))
    errors: list[FieldError] = []
    seen: set[str] = set()
    once = connection.scope["path"].startswith("/api/")
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if name in expected.numbers and not _NUMBER.fullmatch(value):
            errors.append(FieldError(name, _("This must be a whole number.")))
        elif once and name in seen & expected.single:
            errors.append(FieldError(name, "This can be given once."))
        seen.add(name)
    if errors:
        raise Problem("invalid", _("Some parameters are not valid."), errors=tuple(errors))


def _expected_by(handler: BaseRouteHandler) -> _Expected:
    numbers, single = set(), set()
    for own_name, field in handler.parsed_fn_signature.parameters.items():
        if not isinstance(field.kwarg_definition, QueryParameter):
            continue
        name = field.kwarg_definition.name or own_name
        kinds = {each.annotation for each in field.inner_types} if field.is_union else {field.annotation}
        if int in kinds:
            numbers.add(name)
        if not any(getattr(kind, "__origin__", None) is list for kind in kinds):
            single.add(name)
    return _Expected(frozenset(numbers), frozenset(single))
