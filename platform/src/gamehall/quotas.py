"""How often routes can be asked. A handler declares it, `opt={"rates": (Rate(…), …)}`, and one guard counts."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from gamehall.asking import host_of
from gamehall.origins import origin
from gamehall.rates import Rate

__all__ = ["CHALLENGING", "EXPORTING", "IMPORTING", "REGISTERING", "within_quota"]

# Those of routes that a page and the API both have. A class or a club registers in one hour, from one address.
REGISTERING = {"rates": (Rate("register", 40, 3_600, by="address"),)}
CHALLENGING = {"rates": (Rate("challenge", 25, 60), Rate("challenges-a-day", 200, 86_400))}
IMPORTING = {"rates": (Rate("import", 60, 600),)}
EXPORTING = {"rates": (Rate("export", 20, 600),)}


async def within_quota(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Counts a request where its handler says how often it can be made. Raises Problem `too-many-requests`."""
    quotas: tuple[Rate, ...] = handler.opt.get("rates", ())
    if not quotas:
        return
    host = host_of(connection)
    account = origin().address
    if host.settings.rate_limits and any(quota.by == "account" for quota in quotas):
        area = "api" if connection.scope["path"].startswith("/api/") else "pages"
        if (principal := await host.identify(connection, area)) is not None:
            account = principal.user_id
    for quota in quotas:
        await host.rates.take(quota, account if quota.by == "account" else origin().address)
