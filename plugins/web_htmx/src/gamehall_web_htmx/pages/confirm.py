"""Proving once more who is at the browser, before something that matters."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from gamehall.asking import HttpRequest
from gamehall.declare import Principal
from gamehall.factors import has_factor
from gamehall.problems import Problem
from gamehall.signingin import check_again
from gamehall_web_htmx.forms import Form, internal_path, read_form
from gamehall_web_htmx.knowing import vouchers
from gamehall_web_htmx.passkeys import list_passkeys, options_to_prove, relying_party
from gamehall_web_htmx.sessions import confirm_session
from gamehall_web_htmx.site import Site, Visitor, form_status

__all__ = ["CONFIRM_PAGES", "show_confirm"]


@get("/confirm")
async def confirm_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    typed = {"next": internal_path(request.query_params.get("next", ""))}
    return await show_confirm(request, site, visitor, caller, typed)


async def show_confirm(
    request: HttpRequest,
    site: Site,
    visitor: Visitor,
    caller: Principal,
    typed: Form,
    problem: Problem | None = None,
) -> Response[Any]:
    """The page, with what is wrong with what was given."""
    with_code = await site.host.read(has_factor, caller.user_id)
    has_passkey = bool(relying_party(site.host)) and bool(await site.host.read(list_passkeys, caller.user_id))
    passkey = options_to_prove(site.host, caller.user_id) if has_passkey else None
    status = form_status(problem)
    shown = {"typed": typed, "problem": problem, "with_code": with_code, "passkey": passkey}
    return site.page(request, visitor, "confirm.html", status=status, **shown)


@post("/confirm")
async def confirm_send(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    typed = await read_form(request)
    try:
        password, code = typed.get("password", ""), typed.get("code", "")
        await check_again(site.host, caller.username, password, code, vouchers(site.host, request))
    except Problem as problem:
        return await show_confirm(request, site, visitor, caller, typed, problem)
    cookie = await confirm_session(site.host, request, caller)
    return site.go(internal_path(typed.get("next", "")), [cookie])


CONFIRM_PAGES = [confirm_page, confirm_send]
