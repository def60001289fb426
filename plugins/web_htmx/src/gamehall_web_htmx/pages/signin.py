"""Signing in, in one step or two, and out."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
import sqlalchemy as sa
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from gamehall import audit
from gamehall.accounts import User, find_user
from gamehall.asking import SMALL_BODY, HttpRequest
from gamehall.declare import Host
from gamehall.factors import has_factor
from gamehall.guests import hand_over
from gamehall.languages import N_, catalogue
from gamehall.problems import Problem
from gamehall.sealing import seal, unseal
from gamehall.signingin import check_code, check_password
from gamehall.tables import now
from gamehall_web_htmx.cookies import make_cookie, sent_cookie
from gamehall_web_htmx.forms import ANYBODY, Form, internal_path, read_form
from gamehall_web_htmx.knowing import known_cookie, tell_of_browser, vouchers
from gamehall_web_htmx.passkeys import options_to_prove, relying_party
from gamehall_web_htmx.sessions import end_session, start_session
from gamehall_web_htmx.site import Site, Visitor, form_status

__all__ = ["SIGN_IN_PAGES", "let_in", "show_login"]

_ = catalogue(__name__)

_DONE = {
    "reset": N_("Your new password is set. Sign in with it."),
    "deleted": N_("Your account is deleted."),
}
_COOKIE = "step"
_STEP = timedelta(minutes=5)


class _Step(msgspec.Struct, array_like=True):
    """Who has given their password, and when."""

    user_id: str
    auth_epoch: int
    at: datetime


@get("/login")
async def login_page(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    next_path = internal_path(request.query_params.get("next", ""))
    if visitor.account is not None:
        return site.go(next_path)
    return show_login(request, site, visitor, {"next": next_path})


def show_login(
    request: HttpRequest, site: Site, visitor: Visitor, typed: Form, problem: Problem | None = None
) -> Response[Any]:
    """The page for signing in, with what was typed and what is wrong with it."""
    passkey = options_to_prove(site.host) if relying_party(site.host) else None
    done = _(_DONE.get(request.query_params.get("done", ""), ""))
    status = form_status(problem)
    return site.page(
        request, visitor, "login.html", status=status, typed=typed, problem=problem, passkey=passkey, done=done
    )


@post("/login", opt=ANYBODY, request_max_body_size=SMALL_BODY)
async def login_send(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    typed = await read_form(request)
    next_path, known = internal_path(typed.get("next", "")), vouchers(site.host, request)
    try:
        person = await check_password(site.host, typed.get("username", ""), typed.get("password", ""), known)
        if not await site.host.read(has_factor, person.id):
            return await let_in(request, site, visitor, person, next_path, how="password")
    except Problem as problem:
        return show_login(request, site, visitor, typed, problem)
    return site.go(_with_next("/login/code", next_path), [_step_cookie(site.host, person)])


def _with_next(page: str, next_path: str) -> str:
    return f"{page}?{urlencode({'next': next_path})}"


@get("/login/code", opt={"object": "who has just given their password"})
async def code_page(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    next_path = internal_path(request.query_params.get("next", ""))
    if await _between(site.host, request) is None:
        return site.go(_with_next("/login", next_path))
    return site.page(request, visitor, "login_code.html", typed={"next": next_path}, problem=None)


@post("/login/code", opt=ANYBODY | {"object": "who has just given their password"}, request_max_body_size=SMALL_BODY)
async def code_send(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """The second step. Whoever has waited for too long begins again."""
    typed = await read_form(request)
    next_path = internal_path(typed.get("next", ""))
    person = await _between(site.host, request)
    if person is None:
        return site.go(_with_next("/login", next_path))
    try:
        await check_code(site.host, person, typed.get("code", ""))
        return await let_in(request, site, visitor, person, next_path, how="password and code")
    except Problem as problem:
        status = form_status(problem)
        return site.page(request, visitor, "login_code.html", status=status, typed=typed, problem=problem)


def _step_cookie(host: Host, person: User) -> Cookie:
    """That the user has given their password: the browser keeps it, and it is no session."""
    step = msgspec.json.encode(_Step(person.id, person.auth_epoch, now()))
    return make_cookie(host, _COOKIE, seal(host.secret, _COOKIE, "", step).hex(), _STEP)


async def _between(host: Host, request: HttpRequest) -> User | None:
    """Who has given their password in this browser in the last minutes; nobody if all their sign-ins ended since."""
    try:
        sealed = bytes.fromhex(sent_cookie(host, request, _COOKIE))
    except ValueError:
        return None
    content = unseal(host.secret, _COOKIE, "", sealed)
    if content is None:
        return None
    step = msgspec.json.decode(content, type=_Step)
    person = await host.read(find_user, step.user_id)
    alive = person is not None and person.is_active and person.auth_epoch == step.auth_epoch
    return person if alive and step.at > now() - _STEP else None


async def let_in(
    request: HttpRequest, site: Site, visitor: Visitor, person: User, next_path: str, *, how: str
) -> Response[Any]:
    """Signs this browser in, now that it is known who is there. A guest's seats become the account's.

    Raises Problem as `hand_over` does.
    """
    if visitor.guest_id is not None:
        await hand_over(site.host, visitor.guest_id, person)
    known = known_cookie(site.host, request, person)

    def put_down(connection: sa.Connection) -> None:
        audit.note(connection, "sign_in", about=person.id, how=how)
        if known is not None:
            tell_of_browser(connection, site.host, person)

    await site.host.write(put_down)
    cookies = [await start_session(site.host, request, person), make_cookie(site.host, _COOKIE, "", timedelta())]
    return site.go(next_path, [*cookies, known] if known else cookies)


@post("/logout")
async def logout(site: NamedDependency[Site], visitor: NamedDependency[Visitor]) -> Response[Any]:
    if visitor.principal is not None:
        await site.host.write(end_session, visitor.principal.user_id, visitor.principal.credential)
    return site.send_away("/")


SIGN_IN_PAGES = [login_page, login_send, code_page, code_send, logout]
