"""How pages and boards look and ask, for whoever looks: with an account or without."""

from typing import Any

import sqlalchemy as sa
from litestar import Response, get, post
from litestar.di import NamedDependency

from gamehall.accounts import update_user
from gamehall.asking import HttpRequest
from gamehall.game import Mark, Piece, Scene
from gamehall_web_htmx.boards import draw_board
from gamehall_web_htmx.forms import internal_path, read_form
from gamehall_web_htmx.prefs import Prefs, keep_prefs, prefs_cookie
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["LOOK_PAGES"]


_STONES = {"black": ("c3", "d3", "e2"), "white": ("c2", "d2", "e3", "f4")}
_SAMPLE = Scene(
    9,
    5,
    pieces=tuple(Piece(cell, kind) for kind, cells in _STONES.items() for cell in cells),
    marks=(Mark("e2", "last"), Mark("g3", "star")),
)


@get("/look")
async def look_page(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    sample = {"board": draw_board(_SAMPLE), "game": {"id": "", "status": "finished"}}
    return site.page(request, visitor, "look.html", next=_next(request), view=sample)


@post("/look")
async def save_look(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Takes up what the form says, be it one choice of them or all; the others stay as they are."""
    chosen = visitor.prefs.choosing(await read_form(request))
    if visitor.account is not None:
        await site.host.write(_keep, visitor.account.user_id, chosen)
    # Also in the browser of an account, for the pages that it sees before it signs in.
    return site.go(_next(request), [prefs_cookie(site.host, chosen)])


def _keep(connection: sa.Connection, user_id: str, chosen: Prefs) -> None:
    """Stores what an account has chosen; mails speak its language too."""
    keep_prefs(connection, user_id, chosen)
    update_user(connection, user_id, {"language": chosen.language})


def _next(request: HttpRequest) -> str:
    """Where whoever has chosen comes back to."""
    return internal_path(request.query_params.get("next", ""))


LOOK_PAGES = [look_page, save_look]
