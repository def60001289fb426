"""What people do by links in mails: choosing a new password, and confirming an address.

Whoever has the link need not be signed in, and looking at it uses nothing up: programs look at links in mails.
"""

from typing import Any

from litestar import Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.params import FromPath

from gamehall.asking import HttpRequest
from gamehall.credentials import check_reset, confirm_email, reset_password, send_reset
from gamehall.links import find_link
from gamehall.problems import Problem
from gamehall_web_htmx.forms import ANYBODY, BY_CODE, Form, read_form
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["CREDENTIAL_PAGES"]

_UNSAID = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}  # the address of these pages is a secret


@get("/forgot")
async def forgot_page(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    return _forgot(request, site, visitor, {})


def _forgot(
    request: HttpRequest,
    site: Site,
    visitor: Visitor,
    typed: Form,
    problem: Problem | None = None,
    *,
    sent: bool = False,
) -> Response[Any]:
    mail_off = site.host.settings.mail == "off"
    status = problem.status if problem else 200
    return site.page(
        request, visitor, "forgot.html", status=status, typed=typed, problem=problem, sent=sent, mail_off=mail_off
    )


@post("/forgot", status_code=200, opt=ANYBODY)
async def forgot_send(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Answers the same whether somebody has the address, and before it is looked for."""
    typed = await read_form(request)
    email = typed.get("email", "")
    try:
        await check_reset(site.host, email)
    except Problem as problem:
        return _forgot(request, site, visitor, typed, problem)
    page = _forgot(request, site, visitor, typed, sent=True)
    page.background = BackgroundTask(send_reset, site.host, email)
    return page


@get("/reset/{code:str}", opt={"object": "who knows the code"})
async def reset_page(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor], code: FromPath[str]
) -> Response[Any]:
    """The form, or the way to another link where this one works no more."""
    try:
        person, _address = await site.host.read(find_link, "password", code)
    except Problem as problem:
        return _unsaid(_forgot(request, site, visitor, {}, problem))
    return _unsaid(site.page(request, visitor, "reset.html", username=person.username, typed={}, problem=None))


@post("/reset/{code:str}", opt={"object": "who knows the code", **BY_CODE})
async def reset_send(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor], code: FromPath[str]
) -> Response[Any]:
    """Leads to signing in: a link in a mail is no second factor."""
    typed, username = await read_form(request), ""
    try:
        username = (await site.host.read(find_link, "password", code))[0].username
        await reset_password(site.host, code, typed.get("password", ""))
    except Problem as problem:
        if problem.slug == "not-found":
            return _unsaid(_forgot(request, site, visitor, {}, problem))
        shown: dict[str, Any] = {"username": username, "typed": typed, "problem": problem}
        return _unsaid(site.page(request, visitor, "reset.html", status=problem.status, **shown))
    return site.go("/login?done=reset")


@get("/email/{code:str}", opt={"object": "who knows the code"})
async def address_page(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor], code: FromPath[str]
) -> Response[Any]:
    person, email = await site.host.read(find_link, "email", code)
    return _unsaid(site.page(request, visitor, "email.html", username=person.username, email=email, done=False))


@post("/email/{code:str}", status_code=200, opt={"object": "who knows the code", **BY_CODE})
async def address_send(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor], code: FromPath[str]
) -> Response[Any]:
    person = await confirm_email(site.host, code)
    return _unsaid(site.page(request, visitor, "email.html", username=person.username, email=person.email, done=True))


def _unsaid(page: Response[Any]) -> Response[Any]:
    page.headers.update(_UNSAID)
    return page


CREDENTIAL_PAGES = [forgot_page, forgot_send, reset_page, reset_send, address_page, address_send]
