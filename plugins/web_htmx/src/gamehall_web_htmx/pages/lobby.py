"""The lobby: whom to play, what waits for you, what is going on."""

from typing import Any, cast, get_args

import sqlalchemy as sa
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from gamehall.asking import HttpRequest
from gamehall.challenges import Challenge, list_challenges
from gamehall.clockfields import ClockFilter
from gamehall.gamelog import Game, list_games
from gamehall.turns import games_by_turn
from gamehall_web_htmx.clockform import QUICK_CLOCKS
from gamehall_web_htmx.listing import challenge_cards, game_cards, thumbnails
from gamehall_web_htmx.opponents import quick_ways
from gamehall_web_htmx.pages.play import two_player_games
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["lobby"]

_MINE, _OPEN, _LIVE = 50, 50, 6
_CLOCKS: list[tuple[ClockFilter, str]] = [
    ("live", "in one sitting"),
    ("fischer", "Fischer"),
    ("byoyomi", "byo-yomi"),
    ("canadian", "Canadian"),
    ("correspondence", "over days"),
    ("none", "none"),
]


def _read(
    connection: sa.Connection, user_id: str | None, ruleset: str | None, clock: ClockFilter | None
) -> tuple[list[Game], list[Game], dict[str, list[Challenge]], dict[str, Any]]:
    """(my running games, my turn first, the latest running games, challenges by box, pictures of the latest games)."""
    mine = games_by_turn(connection, user_id, limit=_MINE) if user_id else []
    own = {each.id for each in mine}
    live = [each for each in list_games(connection, status=["active"], limit=_LIVE + len(own)) if each.id not in own]
    boxes = {"open": list_challenges(connection, "open", user_id, _OPEN, ruleset=ruleset, clock=clock)}
    if user_id is not None:
        boxes |= {
            "received": list_challenges(connection, "received", user_id),
            "sent": list_challenges(connection, "sent", user_id),
        }
    boxes["open"] = [each for each in boxes["open"] if each.challenger_id != user_id]
    live = live[:_LIVE]
    return mine, live, boxes, thumbnails(connection, [game.id for game in (*mine, *live)])


@get("/")
async def lobby(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    ruleset: FromQuery[str] = "",
    clock: FromQuery[str] = "",
) -> Response[Any]:
    wanted = cast(ClockFilter, clock) if clock in get_args(ClockFilter) else None
    key = ruleset.replace("\0", "")
    mine, live, boxes, pictures = await site.host.read(_read, visitor.user_id, key or None, wanted)
    return site.page(
        request,
        visitor,
        "lobby.html",
        mine=game_cards(mine, site.host, visitor.user_id, pictures),
        live=game_cards(live, site.host, visitor.user_id, pictures),
        received=challenge_cards(boxes.get("received", []), site.host),
        sent=challenge_cards(boxes.get("sent", []), site.host),
        open=challenge_cards(boxes["open"], site.host),
        filters={"ruleset": key, "clock": wanted or ""},
        filtered=bool(key or wanted),
        clock_filters=_CLOCKS,
        quick_clocks=QUICK_CLOCKS,
        rulesets=two_player_games(site),
        quick_ways=quick_ways(site.host),
        side=await site.slots(visitor, "lobby.side"),
    )
