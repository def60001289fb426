"""Who is asking: the first that a plugin's authenticator vouches for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from litestar.connection import ASGIConnection

from gamehall.declare import Authenticator, Principal
from gamehall.factors import has_factor
from gamehall.origins import at_work, origin
from gamehall.plugins import Plugins
from gamehall.problems import Problem
from gamehall.rights import within_scope

if TYPE_CHECKING:
    from gamehall.hall import Hall

__all__ = ["Authenticators", "authenticators_of", "identify"]

Authenticators = Sequence[tuple[str, Authenticator]]


def authenticators_of(plugins: Plugins) -> Authenticators:
    """Those that plugins have declared, each with its plugin's name, in the order in which they are asked."""
    declared = [(plugin.name, item) for plugin, item in plugins.declared("gamehall_authenticators")]
    return sorted(declared, key=lambda each: (each[1].order, each[1].name))


async def identify(
    hall: Hall, authenticators: Authenticators, connection: ASGIConnection[Any, Any, Any, Any], area: str
) -> Principal | None:
    """Who is asking, None for a stranger. Raises Problem for credentials that are not valid, or not enough here."""
    for plugin, authenticator in authenticators:
        if authenticator.area != area or not hall.is_on(plugin):
            continue
        try:
            with at_work(plugin):
                principal = await authenticator.identify(connection)
            if principal is not None:
                if not isinstance(principal, Principal):
                    raise TypeError(f"expected Principal, got {type(principal).__name__}")
                if area == "api":
                    principal = await _as_far_as_it_goes(hall, principal)
                asked = connection.scope
                principal = within_scope(principal, asked.get("route_handler"), str(asked.get("method", "GET")))
                hall.presence.seen(principal.user_id)
                origin().principal = principal
                return principal
        except (Problem, sa.exc.SQLAlchemyError):
            raise  # an answer to who is asking, or a database that is away for everybody
        except (Exception, SystemExit) as error:  # noqa: BLE001 - it vouches for nobody; others still may
            hall.fault(plugin, f"the authenticator {authenticator.name}", error)
    return None


async def _as_far_as_it_goes(hall: Hall, principal: Principal) -> Principal:
    """The same, who cannot look after the hall where its operator wants admins to have a second factor. The pages lead
    to where one gets it instead."""
    if not (principal.is_admin and hall.settings.admin_second_factor):
        return principal
    if await hall.read(has_factor, principal.user_id):
        return principal
    return replace(principal, scopes=principal.scopes - {"admin"})
