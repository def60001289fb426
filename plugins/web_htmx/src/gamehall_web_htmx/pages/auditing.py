"""For admins: who did what, from where."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from gamehall.accounts import user_by_name
from gamehall.asking import HttpRequest, known_id
from gamehall.audit import list_audit
from gamehall.declare import Principal
from gamehall.problems import Problem
from gamehall_web_htmx.auditwords import GROUPS, sentence_of
from gamehall_web_htmx.listing import storable
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["audit_page"]

_PAGE = 50


@get("/admin/audit")
async def audit_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    admin: NamedDependency[Principal],
    kind: FromQuery[str] = "",
    user: FromQuery[str] = "",
    before: FromQuery[str] = "",
) -> Response[Any]:
    """The log from the newest line on, of one group of kinds or about one user if they are asked for."""
    name, unknown, user_id = storable(user).strip().lstrip("@"), "", None
    if name:
        try:
            user_id = (await site.host.read(user_by_name, name, disabled=True)).id
        except Problem as problem:
            unknown = problem.detail
    found = []
    if not unknown:
        older_than = known_id(before) if before else None
        wanted = kind if kind in GROUPS else ""
        found = await site.host.read(list_audit, before=older_than, kind=wanted, user_id=user_id, limit=_PAGE + 1)
    shown = found[:_PAGE]
    return site.page(
        request,
        visitor,
        "admin_audit.html",
        entries=[(entry, sentence_of(entry)) for entry in shown],
        groups=GROUPS,
        kind=kind,
        user=user,
        unknown=unknown,
        older=shown[-1].id if len(found) > _PAGE else "",
        paged=bool(before),
    )
