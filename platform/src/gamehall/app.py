"""Assembles the application: the hall's own routes, those of the plugins, and what holds for every request."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import MutableScopeHeaders, State
from litestar.di import Provide
from litestar.types import ControllerRouterHandler, Message, Receive, Scope, Send

from gamehall.api.challenges import challenges
from gamehall.api.errors import EXCEPTION_HANDLERS
from gamehall.api.games import games
from gamehall.api.health import alive, ready
from gamehall.api.rulesets import rulesets
from gamehall.api.schema import openapi_config, openapi_json
from gamehall.api.users import users
from gamehall.asking import caller, viewer
from gamehall.hall import Hall
from gamehall.logs import configure_logs
from gamehall.migrate import HALL
from gamehall.plugins import load_plugins
from gamehall.settings import Settings, load_settings

__all__ = ["HallApp", "create_app"]

log = logging.getLogger(__name__)

MAX_BODY = 256 * 1024
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
}


def create_app(settings: Settings | None = None, *, safe: bool = False) -> HallApp:
    """The application of one worker; the settings are read from flags' environment and file unless given."""
    settings = settings or load_settings()
    configure_logs(settings)
    hall = Hall(settings, load_plugins(settings, safe=safe))
    own: list[ControllerRouterHandler] = [
        alive,
        ready,
        openapi_json,
        Router("/api/v1", route_handlers=[users, rulesets, challenges, games]),
    ]
    paths = {route.path_format: HALL.name for route in _assemble(own, None).routes}
    handlers = list(own)
    for plugin in hall.plugins.working:
        routes = plugin.declared.get("gamehall_routes", [])
        try:
            added = {route.path_format for route in _assemble(routes, None).routes} - _LITESTAR_OWN
            if clash := added & set(paths):
                raise ValueError(f"its paths are taken already: {', '.join(sorted(clash))}")
        except Exception as error:  # noqa: BLE001 - one plugin's routes that do not fit keep no other out
            hall.plugins.fail(plugin, error)
            continue
        paths |= dict.fromkeys(added, plugin.name)
        handlers += routes
    return _assemble(handlers, hall, paths)


def _assemble(
    handlers: Sequence[ControllerRouterHandler], hall: Hall | None, paths: dict[str, str] | None = None
) -> HallApp:
    @contextlib.asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        if hall is not None:
            async with hall.running():
                yield

    return HallApp(
        route_handlers=list(handlers),
        dependencies={"caller": Provide(caller), "viewer": Provide(viewer)},
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[_secure],
        lifespan=[running],
        request_max_body_size=MAX_BODY,
        openapi_config=openapi_config(),
        state=State({"host": hall, "owners": paths or {}}),
        logging_config=None,
        pdb_on_exception=False,
    )


async def _secure(message: Message, scope: Scope) -> None:
    """Headers that every answer carries; here, because middleware does not see unknown paths."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)


class _Answered(Exception):
    """The answer to HEAD is complete."""


class HallApp(Litestar):
    """Litestar with two things that must come before routing: plugins that are off, and HEAD for every GET."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope = self._without_off(scope)
            if scope["method"] == "HEAD":
                await self._head(scope, receive, send)
                return
        await super().__call__(scope, receive, send)

    def _without_off(self, scope: Any) -> Any:
        """Sends a path that only plugins which are off know to where every unknown path goes, whatever the method."""
        hall: Hall | None = self.state.host
        if hall is None or hall.everything_is_on:
            return scope
        path = scope["path"].rstrip("/") or "/"
        owner = next((owner for pattern, owner in self._patterns if pattern.fullmatch(path)), None)
        if owner is None or hall.is_on(owner):
            return scope
        nowhere = "/api/-" if path.startswith("/api/") else "/-"
        return scope | {"path": nowhere, "raw_path": nowhere.encode()}

    @property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """Every path with its owner, those without parameters first, as Litestar prefers them."""
        if "patterns" not in self.state:
            paths = sorted(self.state.owners.items(), key=lambda item: ("{" in item[0], item[0]))
            self.state.patterns = [(_pattern(path), owner) for path, owner in paths]
        patterns: list[tuple[re.Pattern[str], str]] = self.state.patterns
        return patterns

    async def _head(self, scope: Any, receive: Receive, send: Send) -> None:
        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                raise _Answered

        with contextlib.suppress(_Answered):
            await super().__call__(scope | {"method": "GET"}, receive, send_head)


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{([^}]*)\}", path)
    return re.compile("".join(re.escape(part) if n % 2 == 0 else "[^/]+" for n, part in enumerate(parts)))


_LITESTAR_OWN = {route.path_format for route in _assemble([], None).routes}
