"""Everything whose path no handler knows by name: profiles, and the pages of other plugins."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from gamehall.asking import HttpRequest
from gamehall.declare import Principal
from gamehall.languages import catalogue
from gamehall.origins import at_work
from gamehall.problems import Problem
from gamehall_web_htmx.asking import confirmed, signed_in
from gamehall_web_htmx.declare import Page
from gamehall_web_htmx.forms import read_form
from gamehall_web_htmx.pages.profile import show_profile
from gamehall_web_htmx.site import KEPT_NOWHERE, Site, Visitor

__all__ = ["PEOPLE_PAGES", "declared_page", "page_piece", "query_of"]


@get("/{name:str}", opt={"object": "everybody a profile, accounts the pages of plugins"})
async def named_page(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor], name: FromPath[str]
) -> Response[Any]:
    """`/@ada` is a profile; any other name may be a page that a plugin declared."""
    if name.startswith("@"):
        return await show_profile(request, site, visitor, name[1:])
    plugin, page = declared_page(site, f"/{name}")
    may_visit = page.visit is not None and visitor.account is None
    caller = None if may_visit else await signed_in(request, visitor)
    return await _declared_page(request, site, visitor, caller, plugin, page)


def declared_page(site: Site, path: str) -> tuple[str, Page]:
    """The plugin's page at this path. Raises Problem `not-found`, exactly as for a path that nobody knows."""
    for plugin, page in site.pages():
        if page.path == path:
            return plugin, page
    raise Problem("not-found")


def query_of(request: HttpRequest) -> dict[str, str]:
    return {name: value for name, value in request.query_params.items() if isinstance(value, str)}


async def page_piece(site: Site, plugin: str, page: Page, caller: Principal, query: Mapping[str, str]) -> str:
    """What lives on a plugin's page, as an open one takes it: nothing while the plugin is off or when it fails."""
    html = ""
    try:
        if plugin in site.host.features:
            with at_work(plugin):
                html = await _piece(site, page, caller, query)
    except Exception as error:  # noqa: BLE001 - another plugin's fault must not end the stream
        site.host.fault(plugin, f"what lives on {page.path}", error)
    return f'<div id="page-piece" hx-swap-oob="innerHTML">{html}</div>'


async def _piece(site: Site, page: Page, caller: Principal, query: Mapping[str, str]) -> str:
    context = {"viewer": caller, **await page.context(caller, query)}
    return site.templates.get_template(page.piece).render(context)


async def _declared_page(
    request: HttpRequest,
    site: Site,
    visitor: Visitor,
    caller: Principal | None,
    plugin: str,
    page: Page,
    problem: Problem | None = None,
    **more: Any,
) -> Response[Any]:
    query = query_of(request)
    with at_work(plugin):
        if caller is not None:
            context = dict(await page.context(caller, query))
        elif page.visit is not None:
            context = dict(await page.visit(query))
    title = catalogue(f"gamehall_{plugin}")(page.title)
    shared: dict[str, Any] = {"title": title, "problem": problem, "typed": {}}
    if page.piece and caller is not None:
        shared["live"] = site.live(f"/live/pages{page.path}", query)
    html = site.render(request, visitor, page.template, context | shared | more)
    return site.answer(html, problem.status if problem else 200, KEPT_NOWHERE)


@post("/{name:str}/{action:str}", opt={"object": "everybody a profile, accounts the pages of plugins"})
async def declared_action(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    name: FromPath[str],
    action: FromPath[str],
) -> Response[Any]:
    plugin, page = declared_page(site, f"/{name}")
    run = page.actions.get(action)
    if run is None:
        raise Problem("not-found")
    caller = await signed_in(request, visitor)
    if action in page.confirm:
        await confirmed(request, caller)
    typed = await read_form(request)
    try:
        with at_work(plugin):
            outcome = await run(caller, typed)
    except Problem as problem:
        return await _declared_page(request, site, visitor, caller, plugin, page, problem, typed=typed)
    if isinstance(outcome, str):
        return site.go(outcome)
    return await _declared_page(request, site, visitor, caller, plugin, page, **outcome)


@get("/{name:str}/{action:str}", opt={"who": "anybody", "object": "nobody: there is nothing"})
async def nothing_here() -> None:
    """Without this a page's actions would make every path of two segments answer 405 instead of 404."""
    raise Problem("not-found")


PEOPLE_PAGES = [named_page, declared_action, nothing_here]
