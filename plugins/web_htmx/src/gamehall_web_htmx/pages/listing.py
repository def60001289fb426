"""The list of games, one's own above all others, and the way to the next one."""

from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from gamehall.accounts import user_by_name
from gamehall.asking import HttpRequest, known_id
from gamehall.declare import Principal
from gamehall.gamelog import Game, list_games
from gamehall.problems import Problem
from gamehall.turns import games_by_turn, next_game
from gamehall_web_htmx.listing import game_cards, storable
from gamehall_web_htmx.site import Site, Visitor
from gamehall_web_htmx.thumbnails import pictures_for

__all__ = ["LIST_PAGES"]

_PAGE, _MINE = 24, 100

Found = tuple[list[Game], list[Game]]
"""What is running for the viewer, and a page of the other games and one game more."""

_NOTHING: Found = ([], [])


@get("/games")
async def list_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    ruleset: FromQuery[str] = "",
    status: FromQuery[str] = "",
    player: FromQuery[str] = "",
    mine: FromQuery[str] = "",
    before: FromQuery[str] = "",
) -> Response[Any]:
    """All games by these filters; with `mine` those that the viewer plays, against the player. Without any, what is
    running for the viewer stands above the others."""
    host, own = site.host, visitor.user_id
    filters = {"ruleset": storable(ruleset), "status": status, "player": player, "mine": "on" if mine and own else ""}
    unknown, other, name = "", None, storable(player).strip().lstrip("@")
    if name:
        try:
            other = (await host.read(user_by_name, name)).id
        except Problem as problem:
            unknown = problem.detail
    wanted: dict[str, Any] = {"status": [status] if status else [], "ruleset": filters["ruleset"] or None}
    wanted |= {"player": own, "opponent": other} if filters["mine"] else {"player": other}
    above, upto = None if any(filters.values()) else own, known_id(before) if before else None
    if own and not name:
        wanted["apart"] = (await host.apart([own]))[own]
    running, found = _NOTHING if unknown else await host.read(_read, above, wanted, upto)
    pictures = await pictures_for(host, [*running, *found[:_PAGE]], own)
    shown = found[:_PAGE]
    given = {each: value for each, value in (filters | {"player": name}).items() if value}
    return site.page(
        request,
        visitor,
        "games.html",
        mine=[] if before else game_cards(running, host, own, pictures),
        cards=game_cards(shown, host, own, pictures),
        filters=filters,
        filtered=bool(given),
        unknown=unknown,
        rulesets=list(host.rulesets.values()),
        older=urlencode(given | {"before": shown[-1].id}) if len(found) > _PAGE else "",
        newest=urlencode(given),
        download=None if filters["mine"] else urlencode(given),
        paged=bool(before),
        none_waits="none-waits" in request.query_params,
    )


def _read(connection: sa.Connection, own: str | None, wanted: dict[str, Any], before: str | None) -> Found:
    mine = games_by_turn(connection, own, limit=_MINE) if own else []
    besides = [each.id for each in mine]
    found = list_games(connection, **wanted, besides=besides, limit=_PAGE + 1, before=before)
    return mine, found


@get("/games/next")
async def go_on(
    site: NamedDependency[Site], caller: NamedDependency[Principal], after: FromQuery[str] = ""
) -> Response[Any]:
    found = await site.host.read(next_game, caller.user_id, after)
    return site.go(f"/games/{found.id}" if found else "/games?none-waits")


LIST_PAGES = [list_page, go_on]
