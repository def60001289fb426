"""What people set for themselves: their name, how they sign in and where they have, and mails."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from gamehall.accounts import find_user, rename, update_user
from gamehall.asking import HttpRequest
from gamehall.credentials import change_email, change_password
from gamehall.declare import Principal
from gamehall.factors import has_factor
from gamehall.languages import N_, catalogue
from gamehall.links import pending_address
from gamehall.problems import Problem
from gamehall_web_htmx.asking import confirmed
from gamehall_web_htmx.forms import Form, read_form
from gamehall_web_htmx.sessions import end_other_sessions, end_session, list_sessions, start_session
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["SETTINGS_PAGES"]

_ = catalogue(__name__)

_SAVED = {
    "profile": N_("Your name is saved."),
    "email": N_("Your e-mail address is changed."),
    "asked": N_("A mail is on its way to the new address. It is yours once you open the link in it."),
    "password": N_("Your password is changed. Every other browser and device has been signed out."),
    "mail": N_("What mails you get is saved."),
}


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
    *,
    form: str = "",
    typed: Form | None = None,
    problem: Problem | None = None,
) -> Response[Any]:
    """Every panel. A problem is told in that of the `form` which it is about, with what was typed there."""
    person = await site.host.read(find_user, caller.user_id)
    return site.page(
        request,
        visitor,
        "settings.html",
        status=problem.status if problem else 200,
        person=person,
        sessions=await site.host.read(list_sessions, caller.user_id),
        current=caller.credential,
        two_steps=await site.host.read(has_factor, caller.user_id),
        form=form,
        typed={"display_name": caller.display_name, "email": person.email if person else ""} | dict(typed or {}),
        saved=_(_SAVED.get(request.query_params.get("saved", ""), "")),
        pending=await site.host.read(pending_address, caller.user_id),
        mail_off=site.host.settings.mail == "off",
        panels=await site.slots(visitor, "settings.panels"),
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
    try:
        await site.host.write(rename, caller.user_id, typed.get("display_name", "").strip() or caller.username)
    except Problem as problem:
        return await _show(request, site, visitor, caller, form="profile", typed=typed, problem=problem)
    return site.go("/settings?saved=profile")


@post("/settings/email")
async def save_email(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    typed = await read_form(request)
    try:
        current, email, code = (typed.get(each, "") for each in ("current", "email", "code"))
        changed = await change_email(site.host, caller.user_id, current, email, code)
    except Problem as problem:
        return await _show(request, site, visitor, caller, form="email", typed=typed, problem=problem)
    return site.go("/settings?saved=email" if changed else "/settings?saved=asked")


@post("/settings/password")
async def save_password(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    """Ends every sign-in of the user but this browser's, which gets a new one."""
    typed = await read_form(request)
    try:
        current, password, code = (typed.get(each, "") for each in ("current", "password", "code"))
        changed = await change_password(site.host, caller.user_id, current, password, code)
    except Problem as problem:
        return await _show(request, site, visitor, caller, form="password", typed=typed, problem=problem)
    return site.go("/settings?saved=password", [await start_session(site.host, request, changed)])


@post("/settings/mail")
async def save_mail(
    request: HttpRequest, site: NamedDependency[Site], caller: NamedDependency[Principal]
) -> Response[Any]:
    wanted = (await read_form(request)).get("mail_notices") == "on"
    await site.host.write(update_user, caller.user_id, {"mail_notices": wanted})
    return site.go("/settings?saved=mail")


@post("/settings/sessions/{session_id:str}/end", opt={"object": "its owner"})
async def end_one(
    site: NamedDependency[Site], caller: NamedDependency[Principal], session_id: FromPath[str]
) -> Response[Any]:
    await site.host.write(end_session, caller.user_id, session_id)
    return site.send_away("/login") if session_id == caller.credential else site.go("/settings#sessions")


@post("/settings/sessions/end-others")
async def end_others(
    request: HttpRequest, site: NamedDependency[Site], caller: NamedDependency[Principal]
) -> Response[Any]:
    await confirmed(request, caller)
    await site.host.write(end_other_sessions, caller.user_id, caller.credential)
    return site.go("/settings#sessions")


SETTINGS_PAGES = [settings_page, save_settings, save_email, save_password, save_mail, end_one, end_others]
