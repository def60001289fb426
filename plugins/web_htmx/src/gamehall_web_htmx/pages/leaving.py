"""Leaving the hall for good, and what one may take along."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from gamehall.answers import AccountData
from gamehall.asking import HttpRequest
from gamehall.declare import Principal
from gamehall.dossier import account_data
from gamehall.factors import has_factor
from gamehall.languages import catalogue
from gamehall.leaving import leave
from gamehall.problems import FieldError, Problem
from gamehall_web_htmx.forms import Form, read_form
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["LEAVING_PAGES"]

_ = catalogue(__name__)


@get("/settings/data")
async def own_data(site: NamedDependency[Site], caller: NamedDependency[Principal]) -> Response[AccountData]:
    """What is stored of the account, as a file."""
    headers = {"Content-Disposition": f'attachment; filename="{caller.username}.json"', "Cache-Control": "no-store"}
    return Response(await site.host.read(account_data, caller.user_id), headers=headers)


@get("/settings/delete")
async def leaving_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    return await _ask(request, site, visitor, caller, {})


async def _ask(
    request: HttpRequest, site: Site, visitor: Visitor, caller: Principal, typed: Form, problem: Problem | None = None
) -> Response[Any]:
    status = problem.status if problem else 200
    two_steps = await site.host.read(has_factor, caller.user_id)
    return site.page(request, visitor, "leaving.html", status=status, typed=typed, problem=problem, two_steps=two_steps)


@post("/settings/delete")
async def leave_for_good(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    typed = await read_form(request)
    try:
        if typed.get("username", "").strip().casefold() != caller.username.casefold():
            message = _("Type your user name as it stands above.")
            raise Problem("invalid", message, errors=(FieldError("username", message),))
        await leave(site.host, caller.user_id, typed.get("password", ""), typed.get("code", ""))
    except Problem as problem:
        return await _ask(request, site, visitor, caller, typed, problem)
    return site.send_away("/login?done=deleted")


LEAVING_PAGES = [own_data, leaving_page, leave_for_good]
