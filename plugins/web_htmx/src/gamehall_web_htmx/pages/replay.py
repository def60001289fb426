"""Games from files, shown on a board: a file is sent, and its address, which can be passed on, tells the whole game."""

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from gamehall.asking import HttpRequest
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.quotas import IMPORTING
from gamehall.records.formats import importers
from gamehall.records.imports import play_through, read_game, told_game
from gamehall.records.queueing import in_turn
from gamehall_web_htmx.forms import ANYBODY
from gamehall_web_htmx.replayview import address_of, replay_page
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["REPLAY_PAGES"]

_ = catalogue(__name__)

Ply = Annotated[int | None, QueryParameter(ge=0, lt=2**31)]


@get("/replay")
async def show_replay(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    ruleset: FromQuery[str] = "",
    options: FromQuery[str] = "{}",
    moves: FromQuery[str] = "",
    player: FromQuery[list[str] | None] = None,
    result: FromQuery[str] = "",
    ply: Ply = None,
) -> Response[Any]:
    """The game that the address tells; without one, the form for a file."""
    if not ruleset:
        return _form(request, site, visitor)
    try:
        wanted = told_game(ruleset, options, moves, player or (), result)
        played = await in_turn(play_through, site.host.offered_rulesets, wanted, ply)
    except Problem as problem:
        return _form(request, site, visitor, problem)
    return site.page(request, visitor, "replay.html", view=replay_page(site.host, wanted, played))


def _form(
    request: HttpRequest, site: Site, visitor: Visitor, problem: Problem | None = None, chosen: str = ""
) -> Response[Any]:
    return site.page(
        request,
        visitor,
        "replay_file.html",
        status=problem.status if problem else 200,
        problem=problem,
        formats=sorted(importers(site.host)),
        rulesets=list(site.host.offered_rulesets.values()),
        chosen=chosen,
    )


@post("/replay", opt=ANYBODY | IMPORTING)
async def send_file(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Reads a file and leads to the address that tells its game."""
    form = await request.form()
    file, chosen = form.get("file"), str(form.get("ruleset") or "")
    try:
        content = await file.read() if isinstance(file, UploadFile) else b""
        if not content:
            raise Problem("invalid", _("Choose the file of a game."))
        found = await in_turn(
            read_game, importers(site.host), site.host.offered_rulesets, content, None, chosen or None
        )
        await in_turn(play_through, site.host.offered_rulesets, found)
    except Problem as problem:
        return _form(request, site, visitor, problem, chosen)
    return site.answer("", 303, {"Location": f"/replay?{urlencode(address_of(found))}"})


REPLAY_PAGES = [show_replay, send_file]
