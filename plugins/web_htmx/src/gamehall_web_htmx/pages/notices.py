"""What has happened to whoever looks."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from gamehall.asking import HttpRequest
from gamehall.declare import Principal
from gamehall.events import Cursor
from gamehall_web_htmx.notices import list_notices, mark_read, notice_kinds
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["NOTICE_PAGES"]

_PAGE = 30


@get("/notices")
async def notices_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
    before: FromQuery[str] = "",
) -> Response[Any]:
    place = Cursor.read(before)
    found = await site.host.read(list_notices, caller.user_id, notice_kinds(site.host), _PAGE + 1, place)
    older = str(found[_PAGE - 1].place) if len(found) > _PAGE else ""
    return site.page(request, visitor, "notices.html", notices=found[:_PAGE], older=older, paged=place is not None)


@post("/notices/read")
async def read_all(site: NamedDependency[Site], caller: NamedDependency[Principal]) -> Response[Any]:
    await site.host.write(mark_read, caller.user_id)
    return site.go("/notices")


NOTICE_PAGES = [notices_page, read_all]
