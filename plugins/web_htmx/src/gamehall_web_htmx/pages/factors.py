"""How somebody signs in besides with a password: a second step, and passkeys."""

from typing import Any

import sqlalchemy as sa
from litestar import Response, get, post
from litestar.di import NamedDependency

from gamehall.accounts import User
from gamehall.asking import HttpRequest
from gamehall.declare import Principal
from gamehall.factors import (
    app_link,
    begin_factor,
    confirm_factor,
    find_factor,
    pending_secret,
    remove_factor,
    renew_recovery_codes,
)
from gamehall.languages import N_, catalogue
from gamehall.problems import Problem
from gamehall.signingin import check_again
from gamehall_web_htmx.asking import confirmed, lacks_factor
from gamehall_web_htmx.forms import read_form
from gamehall_web_htmx.knowing import tell_of_change, vouchers
from gamehall_web_htmx.passkeys import list_passkeys, options_to_add, relying_party
from gamehall_web_htmx.qrcodes import qr_code
from gamehall_web_htmx.site import Site, Visitor, form_status

__all__ = ["FACTOR_PAGES", "HERE", "show_factors"]

_ = catalogue(__name__)

HERE = "/settings/sign-in"
_SAVED = {
    "off": N_("Two-step sign-in is off. Your password is enough now."),
    "passkey": N_("The passkey is added. You can sign in with it."),
    "removed": N_("The passkey is removed. Remove it from the device that has it as well."),
}


@get(HERE)
async def factors_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    await confirmed(request, caller)
    return await show_factors(request, site, visitor, caller)


async def show_factors(
    request: HttpRequest,
    site: Site,
    visitor: Visitor,
    caller: Principal,
    *,
    form: str = "",
    problem: Problem | None = None,
    codes: list[str] | None = None,
) -> Response[Any]:
    """The page, with a problem where its form is, or with recovery codes, which are shown this once."""
    host = site.host
    secret = await host.read(pending_secret, host.secret, caller.user_id)
    app = app_link(secret, caller.username) if secret else ""
    keys = await host.read(list_passkeys, caller.user_id)
    context: dict[str, Any] = {
        "factor": await host.read(find_factor, caller.user_id),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)) if secret else "",
        "app": app,
        "qr": qr_code(app) if app else "",
        "codes": codes or [],
        "passkeys": keys,
        "passkey": options_to_add(host, caller, keys) if relying_party(host) else None,
        "needed": await lacks_factor(host, caller),
        "saved": _(_SAVED.get(request.query_params.get("saved", ""), "")),
        "typed": {},
        "form": form,
        "problem": problem,
    }
    html = site.render(request, visitor, "web_htmx/factors.html", context)
    return site.answer(html, form_status(problem), {"Cache-Control": "no-store"})  # secrets are on it


@post(f"{HERE}/begin")
async def begin(request: HttpRequest, site: NamedDependency[Site], caller: NamedDependency[Principal]) -> Response[Any]:
    await confirmed(request, caller)
    await site.host.write(begin_factor, site.host.secret, caller.user_id)
    return site.go(f"{HERE}#two-steps")


@post(f"{HERE}/on")
async def turn_on(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    """Answers with the page itself, because the recovery codes on it are not stored."""
    await confirmed(request, caller)
    typed = await read_form(request)
    try:
        codes = await confirm_factor(site.host, caller.user_id, typed.get("code", ""))
    except Problem as problem:
        return await show_factors(request, site, visitor, caller, form="on", problem=problem)
    await site.host.write(tell_of_change, site.host, caller.user_id, _TOLD_ON)
    return await show_factors(request, site, visitor, caller, codes=codes)


@post(f"{HERE}/codes")
async def new_codes(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    await confirmed(request, caller)
    codes = await site.host.write(renew_recovery_codes, site.host.secret, caller.user_id)
    return await show_factors(request, site, visitor, caller, codes=codes)


@post(f"{HERE}/off")
async def turn_off(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    """Asks for both steps once more, however lately they were taken."""
    await confirmed(request, caller)
    typed, host = await read_form(request), site.host
    try:
        password, code = typed.get("password", ""), typed.get("code", "")
        person = await check_again(host, caller.username, password, code, vouchers(host, request))
    except Problem as problem:
        return await show_factors(request, site, visitor, caller, form="off", problem=problem)
    await host.write(_turn_off, site, person)
    return site.go(f"{HERE}?saved=off")


def _turn_off(connection: sa.Connection, site: Site, person: User) -> None:
    if remove_factor(connection, person.id):
        tell_of_change(connection, site.host, person.id, _TOLD_OFF)


_TOLD_ON = N_("Two-step sign-in was turned on for your account {username}.")
_TOLD_OFF = N_("Two-step sign-in was turned off for your account {username}.")

FACTOR_PAGES = [factors_page, begin, turn_on, new_codes, turn_off]
