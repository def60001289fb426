"""Proving once more who is at the browser, before something that matters."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from gamehall.asking import HttpRequest
from gamehall.declare import Principal
from gamehall.problems import Problem
from gamehall.signingin import sign_in
from gamehall_web_htmx.forms import internal_path, read_form
from gamehall_web_htmx.sessions import confirm_session
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["CONFIRM_PAGES"]


@get("/confirm")
async def confirm_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    typed = {"next": internal_path(request.query_params.get("next", ""))}
    return site.page(request, visitor, "confirm.html", typed=typed, problem=None)


@post("/confirm")
async def confirm_send(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    typed = await read_form(request)
    try:
        await sign_in(site.host, caller.username, typed.get("password", ""))
    except Problem as problem:
        status = 422 if problem.status == 401 else problem.status
        return site.page(request, visitor, "confirm.html", status=status, typed=typed, problem=problem)
    cookie = await confirm_session(site.host, request, caller)
    return site.go(internal_path(typed.get("next", "")), [cookie])


CONFIRM_PAGES = [confirm_page, confirm_send]
