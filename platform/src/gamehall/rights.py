"""Who may what: the one rule of each route, read off what its handler depends on, so that it cannot say anything else
than the code does."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Literal, NamedTuple, TypeVar, get_args

from litestar.handlers import BaseRouteHandler
from litestar.routes import BaseRoute, HTTPRoute

from gamehall.declare import ALL_SCOPES, SCOPES, Principal
from gamehall.problems import Problem

__all__ = ["Right", "Who", "admits", "right_of", "rights_of", "unruled", "within_scope"]

Who = Literal["anybody", "participant", "account", "admin"]
_WHO = get_args(Who)  # each of them are fewer
_MARK = "gamehall_admits"
_READING = {"GET", "HEAD"}

F = TypeVar("F", bound=Callable[..., Any])


class Right(NamedTuple):
    """Who may do something: anybody, a participant (account or guest), an account, an admin.

    `scope` is what a credential must be good for, empty where nobody is asked who they are. `object` says for whom the
    thing in the path is there; for everybody else it is not there at all.
    """

    method: str
    path: str
    who: Who
    scope: str
    object: str
    plugin: str
    """Who brings it, empty for the hall."""


def admits(who: Who) -> Callable[[F], F]:
    """Marks a dependency: whoever it lets pass is of these."""

    def mark(dependency: F) -> F:
        setattr(dependency, _MARK, who)
        return dependency

    return mark


def right_of(route: BaseRoute, handler: BaseRouteHandler, method: str) -> Right:
    """The rule of one operation. Raises ValueError with what to mend where it has none."""
    return _right(method, route, handler)


def rights_of(routes: Iterable[BaseRoute]) -> list[Right]:
    """The rule of every route. Raises ValueError with what to mend where one has none."""
    return sorted((_right(*each) for each in _operations(routes)), key=lambda right: (right.path, right.method))


def unruled(routes: Iterable[BaseRoute]) -> list[str]:
    """What is wrong with the rules of these routes, a sentence for each that has none or a wrong one."""
    complaints = []
    for operation in _operations(routes):
        try:
            _right(*operation)
        except ValueError as error:
            complaints.append(str(error))
    return complaints


def within_scope(principal: Principal, handler: BaseRouteHandler | None, method: str) -> Principal:
    """The principal as far as its credential goes: without the scope `admin` they are no admin.

    Raises Problem `forbidden` where the credential is not good for this handler.
    """
    if principal.scopes >= ALL_SCOPES:
        return principal
    needed = _scope(handler, method) if handler else "play"
    if needed not in principal.scopes:
        good_for = " and ".join(scope for scope in SCOPES if scope in principal.scopes) or "do nothing"
        raise Problem(
            "forbidden",
            f"This token may only {good_for}; this needs one with the scope {needed}.",
            headers={"WWW-Authenticate": f'Token realm="gamehall", error="insufficient_scope", scope="{needed}"'},
        )
    return principal if "admin" in principal.scopes else replace(principal, is_admin=False)


def _operations(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, BaseRoute, BaseRouteHandler]]:
    for route in routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if handler.fn.__module__.startswith("litestar.routes"):
                    continue  # the answer to OPTIONS, which tells nothing of anything
                for method in sorted(handler.http_methods):
                    yield method, route, handler
        else:
            yield "ANY", route, route.route_handler  # type: ignore[attr-defined]  # those of ASGI and websockets have one


def _right(method: str, route: BaseRoute, handler: BaseRouteHandler) -> Right:
    what = f"{method} {route.path_format}"
    admitted, said = _admitted(handler), handler.opt.get("who")
    if said not in (None, "anybody"):
        raise ValueError(f'{what}: only opt={{"who": "anybody"}} can be said; everything else is a dependency')
    if admitted and said and admitted != said:
        raise ValueError(f"{what}: it says that it is for anybody, and depends on what is for: {admitted}")
    if not admitted and not said:
        raise ValueError(
            f"{what}: who may use it? Depend on admin, caller, participant or viewer, "
            'or say opt={"who": "anybody"} where nobody is asked who they are'
        )
    whose = str(handler.opt.get("object", ""))
    if route.path_parameters and not whose:
        raise ValueError(f'{what}: for whom is the thing in its path there? Say opt={{"object": "…"}}')
    scope = _scope(handler, method) if admitted else ""
    top, _, rest = handler.fn.__module__.partition(".")[0].partition("_")
    return Right(method, route.path_format, admitted or "anybody", scope, whose, rest if top == "gamehall" else "")


def _admitted(handler: BaseRouteHandler) -> Who | None:
    """The fewest whom the handler's dependencies let pass, those included that it has by others; None without any."""
    provided = handler.resolve_dependencies()
    found: set[Who] = set()
    waiting, seen = [handler.fn], set[str]()
    while waiting:
        for name in inspect.signature(waiting.pop()).parameters:
            if name in provided and name not in seen:
                seen.add(name)
                dependency = provided[name].dependency
                waiting.append(dependency)
                if who := getattr(dependency, _MARK, None):
                    found.add(who)
    return max(found, key=_WHO.index, default=None)


def _scope(handler: BaseRouteHandler, method: str) -> str:
    said = handler.opt.get("scope")
    if said is not None:
        return str(said)
    if _admitted(handler) == "admin":
        return "admin"
    return "read" if method in _READING else "play"
