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
from gamehall_web_htmx.listing import Thumbnail, game_cards, thumbnails
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["LIST_PAGES"]

_PAGE, _MINE = 24, 100


@get("/games")
async def list_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    ruleset: FromQuery[str] = "",
    status: FromQuery[str] = "",
    player: FromQuery[str] = "",
    before: FromQuery[str] = "",
) -> Response[Any]:
    """All games by these filters. Without any, what is running for the viewer stands above the others."""
    host = site.host
    filters = {"ruleset": ruleset, "status": status, "player": player}
    unknown, wanted = "", {"status": [status] if status else [], "ruleset": _storable(ruleset) or None}
    if name := player.strip().lstrip("@"):
        try:
            wanted["player"] = (await host.read(user_by_name, _storable(name))).id
        except Problem as problem:
            unknown = problem.detail
    own = None if any(filters.values()) else visitor.user_id
    mine, found, pictures = (
        ([], [], {}) if unknown else await host.read(_read, own, wanted, known_id(before) if before else None)
    )
    shown = found[:_PAGE]
    return site.page(
        request,
        visitor,
        "games.html",
        mine=[] if before else game_cards(mine, host, visitor.user_id, pictures),
        cards=game_cards(shown, host, visitor.user_id, pictures),
        filters=filters,
        unknown=unknown,
        rulesets=list(host.rulesets.values()),
        older=urlencode(filters | {"before": shown[-1].id}) if len(found) > _PAGE else "",
        chosen=urlencode({each: value for each, value in (filters | {"player": name}).items() if value}),
        paged=bool(before),
        none_waits="none-waits" in request.query_params,
    )


def _read(
    connection: sa.Connection, own: str | None, wanted: dict[str, Any], before: str | None
) -> tuple[list[Game], list[Game], dict[str, Thumbnail]]:
    """(what is running for this user, a page of the other games and one game more, pictures of all)."""
    mine = games_by_turn(connection, own, limit=_MINE) if own else []
    besides = [each.id for each in mine]
    found = list_games(connection, **wanted, besides=besides, limit=_PAGE + 1, before=before)
    return mine, found, thumbnails(connection, [each.id for each in (*mine, *found[:_PAGE])])


def _storable(text: str) -> str:
    return text.replace("\0", "")


@get("/games/next")
async def go_on(
    site: NamedDependency[Site], caller: NamedDependency[Principal], after: FromQuery[str] = ""
) -> Response[Any]:
    found = await site.host.read(next_game, caller.user_id, after)
    return site.go(f"/games/{found.id}" if found else "/games?none-waits")


LIST_PAGES = [list_page, go_on]
