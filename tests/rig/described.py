"""Answers of the API against its description, whatever they were asked for."""

from __future__ import annotations

import re
from typing import NamedTuple
from weakref import WeakKeyDictionary

import httpx
from litestar.routes import HTTPRoute

from gamehall.api.schema import document
from gamehall.app import HallApp

__all__ = ["check_described"]


class _Operation(NamedTuple):
    method: str
    path: re.Pattern[str]
    statuses: frozenset[str]


def check_described(app: HallApp, answer: httpx.Response) -> None:
    """Raises AssertionError for a status that the description does not have for this call.

    A fault of the hall's own is in none, and tests that make one say so. What is off is answered like any unknown path.
    """
    call, status = answer.request, answer.status_code
    if status == 500 or (status == 404 and app.state.host.plugins_off):
        return
    for operation in _operations(app):
        if operation.method == call.method and operation.path.fullmatch(call.url.path):
            known = sorted(operation.statuses)
            told = f"{call.method} {call.url.path} was answered with {status}, and only {known} are in the description"
            assert str(status) in operation.statuses, f"{told}: say so in the handler's opt problems"
            return


_by_app: WeakKeyDictionary[HallApp, list[_Operation]] = WeakKeyDictionary()
_by_routes: dict[frozenset[str], list[_Operation]] = {}


def _operations(app: HallApp) -> list[_Operation]:
    """What the application describes, fixed paths first. Most halls of a run have the same plugins."""
    if app in _by_app:
        return _by_app[app]
    routes = frozenset(f"{route.path} {sorted(route.methods)}" for route in app.routes if isinstance(route, HTTPRoute))
    if routes not in _by_routes:
        paths = sorted(document(app)["paths"].items(), key=lambda item: "{" in item[0])
        _by_routes[routes] = [
            _Operation(method.upper(), _pattern(path), frozenset(operation["responses"]))
            for path, item in paths
            for method, operation in item.items()
            if "security" in operation  # not one of a plugin that says nothing of itself
        ]
    _by_app[app] = _by_routes[routes]
    return _by_app[app]


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)))
