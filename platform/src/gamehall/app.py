"""Assembles the application: the hall's own routes, those of the plugins, and what holds for every request."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litestar import Litestar, Request, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.routes import BaseRoute
from litestar.types import ControllerRouterHandler, Message, Receive, Send

from gamehall import __version__, meters, stopping, tracing
from gamehall.answering import Answer
from gamehall.api.admin import overseeing
from gamehall.api.challenges import challenges, clocks, invitations
from gamehall.api.errors import EXCEPTION_HANDLERS, answer_problem
from gamehall.api.games import games
from gamehall.api.health import alive, probe, ready
from gamehall.api.metrics import metrics
from gamehall.api.playing import playing
from gamehall.api.records import records
from gamehall.api.rulesets import rulesets
from gamehall.api.schema import openapi_config, openapi_json
from gamehall.api.turns import turns
from gamehall.api.users import users
from gamehall.asking import admin, caller, participant, viewer
from gamehall.deadlines import in_time
from gamehall.edges import FLOOD, Edges, answer_headers
from gamehall.hall import Hall
from gamehall.languages import ENGLISH, speaking
from gamehall.logs import configure_logs
from gamehall.origins import Origin, asked_from, origin
from gamehall.plugins import Plugin, Plugins, load_plugins
from gamehall.problems import Problem
from gamehall.queries import strict_query
from gamehall.quotas import within_quota
from gamehall.requestlog import told_of
from gamehall.rights import unruled
from gamehall.sampling import Sampler
from gamehall.settings import Settings, load_settings
from gamehall.shapes import work_out

if TYPE_CHECKING:
    from opentelemetry.trace import Span

__all__ = ["HallApp", "create_app", "routes_of", "unruled_of"]

MAX_BODY = 256 * 1024
_OWN: list[ControllerRouterHandler] = [
    alive,
    ready,
    probe,
    openapi_json,
    Router(
        "/api/v1",
        route_handlers=[users, rulesets, clocks, challenges, invitations, turns, games, playing, records, overseeing],
    ),
]


def create_app(
    settings: Settings | None = None,
    *,
    safe: bool = False,
    plugins: Plugins | None = None,
    around: Callable[[], contextlib.AbstractAsyncContextManager[None]] = contextlib.nullcontext,
) -> HallApp:
    """The application of one worker; the settings are read from flags' environment and file unless given, and plugins
    are loaded unless they are. `around` is entered while it is at work."""
    settings = settings or load_settings()
    configure_logs(settings)
    hall = Hall(settings, plugins or load_plugins(settings, safe=safe))
    work_out()
    _refuse_clashes(hall.plugins)
    try:
        return HallApp(hall, _handlers(hall), around)
    except Exception:  # noqa: BLE001 - Litestar does not say whose routes do not fit: now they are tried one by one
        _refuse_misfits(hall.plugins)
        return HallApp(hall, _handlers(hall), around)


def _handlers(hall: Hall) -> list[ControllerRouterHandler]:
    """The hall's own routes and those of the plugins that are on, each with the plugin's name in its `opt`."""
    routes: dict[str, list[ControllerRouterHandler]] = {}
    for plugin, handler in hall.declared("gamehall_routes"):
        routes.setdefault(plugin, []).append(handler)
    return [*_OWN, *(Router("/", route_handlers=each, opt={"plugin": plugin}) for plugin, each in routes.items())]


def _refuse_clashes(plugins: Plugins) -> None:
    """Takes out plugins whose paths are those of the hall or of a plugin before them."""
    framework = HallApp(None, []).routes  # those that it adds by itself
    taken = [_territory(route) for route in (*routes_of(_OWN), *framework)]
    for plugin in plugins.working:
        if not (handlers := plugin.declared.get("gamehall_routes")):
            continue
        plugins.entering(plugin)
        try:
            added = routes_of(handlers)
            clashes = sorted(route.path for route in added if any(_overlap(_territory(route), one) for one in taken))
            if clashes:
                raise ValueError(f"its paths are taken already: {', '.join(clashes)}")
            taken += [_territory(route) for route in added]
            plugin.has_pages = any(not route.path.startswith("/api/") for route in added)
        except Exception as error:  # noqa: BLE001 - one plugin's routes that do not fit keep no other out
            plugins.fail(plugin, error)


def _refuse_misfits(plugins: Plugins) -> None:
    """Takes out plugins whose routes cannot be assembled with those of the hall and of the plugins before them."""
    together = list(_OWN)
    for plugin in plugins.working:
        handlers = plugin.declared.get("gamehall_routes", [])
        try:
            HallApp(None, [*together, *handlers])
            together += handlers
        except Exception as error:  # noqa: BLE001 - one plugin's routes that do not fit keep no other out
            plugins.fail(plugin, error)


def routes_of(handlers: Sequence[ControllerRouterHandler]) -> Sequence[BaseRoute]:
    """The routes that these handlers have by themselves. Whether they fit the application is not known by this, which
    makes it quick."""
    routes: list[BaseRoute] = []
    for each in handlers:  # a router has its routes already, and to put it into another copies all of them
        routes += (each if isinstance(each, Router) else Router("/", route_handlers=[each])).routes
    return routes


def unruled_of(app: Litestar, plugin: Plugin) -> list[str]:
    """What is wrong with the rules of the routes that a plugin adds to the application: who may use them."""
    added = {route.path for route in routes_of(plugin.declared.get("gamehall_routes", []))}
    return unruled(route for route in app.routes if route.path in added)


def _territory(route: BaseRoute) -> str:
    """The paths that a route answers, whatever its parameters are called; with `/**` at the end all below it."""
    parts = [part if isinstance(part, str) else "**" if part.type is Path else "{}" for part in route.path_components]
    if getattr(getattr(route, "route_handler", None), "is_mount", False):
        parts.append("**")
    return "/" + "/".join(parts)


def _overlap(one: str, other: str) -> bool:
    """Whether a path can belong to both territories in the same way; a fixed path goes before a parameter's."""
    pairs = ((one, other), (other, one))
    return one == other or any(a.endswith("/**") and f"{b}/".startswith(a[:-2]) for a, b in pairs)


def _guarded(send: Send, where: Origin, headers: Sequence[tuple[bytes, bytes]], span: Span | None) -> Send:
    """Adds the headers that every answer carries, and when it begins counts the request and names it in its trace;
    here, because middleware does not see unknown paths."""
    began, method = time.perf_counter(), where.scope["method"]

    async def send_guarded(message: Any) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower(): value for name, value in message["headers"]}
            # What says by its own policy that it may be framed does not get the older header that would forbid it.
            if b"frame-ancestors *" in given.get(b"content-security-policy", b""):
                given[b"x-frame-options"] = b""
            message["headers"] = [*message["headers"], *(pair for pair in headers if pair[0] not in given)]
            status, route = message["status"], where.scope.get("path_template", "")
            meters.answered(method, route, status, time.perf_counter() - began)
            if span is not None:
                endless = given.get(b"content-type", b"").startswith(b"text/event-stream")
                tracing.answer_begun(span, where.route, status, endless=endless)
        await send(message)

    return send_guarded


async def _checked(request: Request[Any, Any, Any]) -> None:
    """What is checked of every request once its route is known; as guards these would be given a copy of the route's
    handler each time."""
    handler = request.route_handler
    strict_query(request, handler)
    await within_quota(request, handler)


class _Answered(Exception):
    """The answer to HEAD is complete."""


class HallApp(Litestar):
    """Answers as the application of those plugins that are on at this moment would, were no others installed.

    So a path of a plugin that is off cannot be told from one that nobody knows, whatever the method, and HEAD is
    answered for every GET.
    """

    def __init__(
        self,
        hall: Hall | None,
        handlers: Sequence[ControllerRouterHandler],
        around: Callable[[], contextlib.AbstractAsyncContextManager[None]] = contextlib.nullcontext,
    ) -> None:
        self._hall = hall
        self._whole = hall.plugins_off if hall else frozenset()
        self._narrowed = (self._whole, self)
        if hall is not None:
            self._edges = Edges(hall.settings)
            self._headers = answer_headers(hall.settings)
            # Who kept a connection to a worker that ends would at some time ask just when it is gone.
            self._last_headers = [*self._headers, (b"connection", b"close")]
        sampler = Sampler(hall) if hall else None

        @contextlib.asynccontextmanager
        async def running(_: Litestar) -> AsyncIterator[None]:
            if hall is not None and sampler is not None:
                with tracing.begin(hall.settings, __version__):
                    async with around(), hall.running(), sampler.running():
                        yield

        state = State({"host": hall, "sampler": sampler})
        # By itself, so that for whoever may not read them there is no trace of a path.
        self.figures = Litestar(
            [metrics], exception_handlers=EXCEPTION_HANDLERS, openapi_config=None, state=state, logging_config=None
        )
        super().__init__(
            route_handlers=list(handlers),
            dependencies={
                "admin": Provide(admin),
                "caller": Provide(caller),
                "participant": Provide(participant),
                "viewer": Provide(viewer),
            },
            before_request=_checked,
            response_class=Answer,
            exception_handlers=EXCEPTION_HANDLERS,
            lifespan=[running],
            request_max_body_size=MAX_BODY,
            openapi_config=openapi_config(),
            state=state,
            logging_config=None,
            pdb_on_exception=False,
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or self._hall is None:
            await super().__call__(scope, receive, send)
            return
        head = self._edges.head(scope)
        where = self._edges.origin(head)
        traced = tracing.request(scope, partial(self._edges.comes_by_proxy, head))
        usual = self._last_headers if stopping.announced() else self._headers
        headers = [*usual, (b"x-request-id", where.request.encode())]
        # Until the pages know better, a request is in nobody's language.
        with (
            asked_from(where),
            speaking(ENGLISH),
            traced as span,
            told_of(where, self._hall.settings, _guarded(send, where, headers, span)) as send,
        ):
            try:
                self._edges.check(head, where)
            except Problem as problem:
                if problem.slug == "too-many-requests":
                    meters.LIMITED.labels(FLOOD.name).inc()
                await self._refuse(problem, scope, receive, send, briefly=True)
                return
            try:
                app = self.figures if self._edges.reads_figures(head) else self._of_now()
                await in_time(partial(self._answer, app), self._hall.settings, scope, receive, send)
            except Problem as problem:
                await self._refuse(problem, scope, receive, send)

    async def _answer(self, app: Litestar, scope: Any, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD":
            await self._head(app, scope, receive, send)
        else:
            await Litestar.__call__(app, scope, receive, send)

    async def _refuse(
        self, problem: Problem, scope: Any, receive: Receive, send: Send, *, briefly: bool = False
    ) -> None:
        """Answers what no route has answered."""
        scope = scope | {"app": self, "litestar_app": self, "state": {}}
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        response = answer_problem(request, problem, briefly=briefly)
        answer = response.to_asgi_response(None, request)
        answer.is_head_response = scope["method"] == "HEAD"
        await answer(scope, receive, send)

    def _of_now(self) -> HallApp:
        """The application without the plugins that are off. It takes a moment to make, so the last one is kept."""
        if self._hall is None or (off := self._hall.plugins_off) == self._whole:
            return self
        if self._narrowed[0] != off:
            self._narrowed = (off, HallApp(self._hall, _handlers(self._hall)))
        return self._narrowed[1]

    async def _head(self, app: Litestar, scope: Any, receive: Receive, send: Send) -> None:
        answered = False
        origin().scope = asked = scope | {"method": "GET"}

        async def send_head(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                answered = True
            elif message.get("more_body"):
                raise _Answered  # a stream would go on for as long as its reader stays

        try:
            await Litestar.__call__(app, asked, receive, send_head)
        except Exception:
            if not answered:  # else it is ours, in whatever wrapping
                raise
