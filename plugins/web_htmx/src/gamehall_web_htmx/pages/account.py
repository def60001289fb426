"""Becoming a user, signing in and out."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from gamehall.accounts import Registration, register
from gamehall.asking import ACCOUNT_NEEDED, SMALL_BODY, HttpRequest
from gamehall.guests import hand_over
from gamehall.languages import N_, catalogue
from gamehall.problems import Problem
from gamehall.quotas import REGISTERING
from gamehall.signingin import sign_in
from gamehall_web_htmx.forms import ANYBODY, Form, internal_path, read_form
from gamehall_web_htmx.sessions import end_session, forgotten_cookie, start_session
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["ACCOUNT_PAGES", "account_first"]

_ = catalogue(__name__)

_DONE = {
    "reset": N_("Your new password is set. Sign in with it."),
    "deleted": N_("Your account is deleted."),
}


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
    cookie = await start_session(site.host, request, person)
    return site.go(internal_path(typed.get("next", "")), [cookie])


def account_first(request: HttpRequest, site: Site, path: str) -> Response[Any]:
    """What a guest is told who wants what needs an account: make one here, and come back to this path."""
    guest: Visitor = request.state.visitor
    return _register_form(
        request, site, guest, {"next": internal_path(path)}, Problem("account-needed", ACCOUNT_NEEDED)
    )


@get("/login")
async def login_page(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    next_path = internal_path(request.query_params.get("next", ""))
    if visitor.account is not None:
        return site.go(next_path)
    done = _(_DONE.get(request.query_params.get("done", ""), ""))
    return site.page(request, visitor, "login.html", typed={"next": next_path}, problem=None, done=done)


@post("/login", opt=ANYBODY, request_max_body_size=SMALL_BODY)
async def login_send(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    typed = await read_form(request)
    try:
        person = await sign_in(site.host, typed.get("username", ""), typed.get("password", ""))
        if visitor.guest_id is not None:
            await hand_over(site.host, visitor.guest_id, person)
    except Problem as problem:
        # 401 would promise a WWW-Authenticate challenge, which a form is not.
        status = 422 if problem.status == 401 else problem.status
        return site.page(request, visitor, "login.html", status=status, typed=typed, problem=problem)
    cookie = await start_session(site.host, request, person)
    return site.go(internal_path(typed.get("next", "")), [cookie])


@post("/logout")
async def logout(site: NamedDependency[Site], visitor: NamedDependency[Visitor]) -> Response[Any]:
    if visitor.principal is not None:
        await site.host.write(end_session, visitor.principal.user_id, visitor.principal.credential)
    return site.go("/", [forgotten_cookie(site.host)])


ACCOUNT_PAGES = [register_page, register_send, login_page, login_send, logout]
