"""Becoming a user."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from gamehall.accounts import Registration, register
from gamehall.asking import ACCOUNT_NEEDED, SMALL_BODY, HttpRequest
from gamehall.problems import Problem
from gamehall.quotas import REGISTERING
from gamehall_web_htmx.forms import ANYBODY, Form, internal_path, read_form
from gamehall_web_htmx.knowing import known_cookie
from gamehall_web_htmx.sessions import start_session
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["ACCOUNT_PAGES", "account_first"]


@get("/register")
async def register_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    typed = {
        "setup": request.query_params.get("setup", ""),
        "next": internal_path(request.query_params.get("next", ""), otherwise=""),
    }
    return _register_form(request, site, visitor, typed)


def _register_form(
    request: HttpRequest, site: Site, visitor: Visitor, typed: Form, problem: Problem | None = None
) -> Response[Any]:
    status = problem.status if problem else 200
    return site.page(request, visitor, "register.html", status=status, typed=typed, problem=problem)


@post("/register", opt=ANYBODY | REGISTERING, request_max_body_size=SMALL_BODY)
async def register_send(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    typed = await read_form(request)
    given = Registration(
        username=typed.get("username", ""),
        email=typed.get("email", ""),
        password=typed.get("password", ""),
        display_name=typed.get("display_name", ""),
        setup=typed.get("setup", ""),
    )
    try:
        person = await register(site.host, given, visitor.guest_id)
    except Problem as problem:
        return _register_form(request, site, visitor, typed, problem)
    cookies = [await start_session(site.host, request, person), known_cookie(site.host, request, person)]
    return site.go(internal_path(typed.get("next", "")), [each for each in cookies if each])


def account_first(request: HttpRequest, site: Site, path: str) -> Response[Any]:
    """What a guest is told who wants what needs an account: make one here, and come back to this path."""
    guest: Visitor = request.state.visitor
    return _register_form(
        request, site, guest, {"next": internal_path(path)}, Problem("account-needed", ACCOUNT_NEEDED)
    )


ACCOUNT_PAGES = [register_page, register_send]
