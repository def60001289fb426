"""What people set for themselves: their name, mails, and where they are signed in."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from gamehall.accounts import find_user, printable, update_user
from gamehall.asking import HttpRequest
from gamehall.declare import Principal
from gamehall.problems import FieldError, Problem
from gamehall_web_htmx.forms import Form, read_form
from gamehall_web_htmx.sessions import end_other_sessions, end_session, list_sessions
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["SETTINGS_PAGES"]

_LONGEST_NAME = 50


@get("/settings")
async def settings_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    return await _show(request, site, visitor, caller)


async def _show(
    request: HttpRequest,
    site: Site,
    visitor: Visitor,
    caller: Principal,
    typed: Form | None = None,
    problem: Problem | None = None,
) -> Response[Any]:
    return site.page(
        request,
        visitor,
        "settings.html",
        status=problem.status if problem else 200,
        person=await site.host.read(find_user, caller.user_id),
        sessions=await site.host.read(list_sessions, caller.user_id),
        current=caller.credential,
        typed=typed or {"display_name": caller.display_name},
        saved="saved" in request.query_params,
        mail_off=site.host.settings.mail == "off",
        problem=problem,
    )


@post("/settings")
async def save_settings(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    typed = await read_form(request)
    name = printable(typed.get("display_name", "")).strip() or caller.username
    if len(name) > _LONGEST_NAME:
        message = f"Use at most {_LONGEST_NAME} characters."
        problem = Problem("invalid", message, errors=(FieldError("display_name", message),))
        return await _show(request, site, visitor, caller, typed, problem)
    await site.host.write(update_user, caller.user_id, {"display_name": name})
    return site.go("/settings?saved")


@post("/settings/mail")
async def save_mail(
    request: HttpRequest, site: NamedDependency[Site], caller: NamedDependency[Principal]
) -> Response[Any]:
    wanted = (await read_form(request)).get("mail_notices") == "on"
    await site.host.write(update_user, caller.user_id, {"mail_notices": wanted})
    return site.go("/settings?saved")


@post("/settings/sessions/{session_id:str}/end")
async def end_one(
    site: NamedDependency[Site], caller: NamedDependency[Principal], session_id: FromPath[str]
) -> Response[Any]:
    await site.host.write(end_session, caller.user_id, session_id)
    return site.go("/login" if session_id == caller.credential else "/settings#sessions")


@post("/settings/sessions/end-others")
async def end_others(site: NamedDependency[Site], caller: NamedDependency[Principal]) -> Response[Any]:
    await site.host.write(end_other_sessions, caller.user_id, caller.credential)
    return site.go("/settings#sessions")


SETTINGS_PAGES = [settings_page, save_settings, save_mail, end_one, end_others]
