"""For admins: how the hall does, what its plugins contribute, what is set, and what is stored."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from gamehall.asking import HttpRequest
from gamehall.contributions import noun_of
from gamehall.declare import Principal
from gamehall.findings.copies import list_copies
from gamehall.findings.examining import look_inside
from gamehall.overview import data_of, plugins_of, settings_of, workers_of
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["INSPECTING_PAGES"]

_WORST_FIRST = {"bad": 0, "note": 1, "ok": 2}


@get("/admin/health")
async def health_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    admin: NamedDependency[Principal],
) -> Response[Any]:
    """What is well and what is not, the worst first, and the workers."""
    findings = sorted(await look_inside(request.app.state.host), key=lambda each: _WORST_FIRST[each.state])
    workers = await site.host.read(workers_of)
    return site.page(request, visitor, "admin_health.html", findings=findings, workers=workers)


@get("/admin/plugins")
async def plugins_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    admin: NamedDependency[Principal],
) -> Response[Any]:
    """Every plugin with what it contributes."""
    plugins = await plugins_of(request.app.state.host)
    return site.page(request, visitor, "admin_plugins.html", plugins=plugins, noun_of=noun_of)


@get("/admin/settings")
async def settings_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    admin: NamedDependency[Principal],
) -> Response[Any]:
    """Every setting, those that somebody has chosen first."""
    settings = settings_of(site.host.settings)
    chosen = [each for each in settings if each.origin != "default"]
    usual = [each for each in settings if each.origin == "default"]
    return site.page(request, visitor, "admin_settings.html", chosen=chosen, usual=usual)


@get("/admin/data")
async def data_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    admin: NamedDependency[Principal],
) -> Response[Any]:
    """Whose tables there are, what is kept for a while only, and backups."""
    tables, kept = await data_of(request.app.state.host)
    settings = site.host.settings
    return site.page(
        request,
        visitor,
        "admin_data.html",
        tables=tables,
        kept=kept,
        copies=list_copies(settings),
        folder=settings.data / "backups",
    )


INSPECTING_PAGES = [health_page, plugins_page, settings_page, data_page]
