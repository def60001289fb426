"""The lobby: whom to play, what waits for you, what is going on."""

from typing import Any

import sqlalchemy as sa
from litestar import Response, get
from litestar.di import NamedDependency

from gamehall.asking import HttpRequest
from gamehall.gamelog import Game, list_games
from gamehall.lobby import Challenge, list_challenges
from gamehall.turns import games_by_turn
from gamehall_web_htmx.listing import challenge_cards, game_cards, thumbnails
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["lobby"]

_MINE, _OPEN, _LIVE = 50, 20, 6


def _read(
    connection: sa.Connection, user_id: str | None
) -> tuple[list[Game], list[Game], dict[str, list[Challenge]], dict[str, Any]]:
    """(my running games, my turn first, the latest running games, challenges by box, pictures of the latest games)."""
    mine = games_by_turn(connection, user_id, limit=_MINE) if user_id else []
    own = {each.id for each in mine}
    live = [each for each in list_games(connection, status=["active"], limit=_LIVE + len(own)) if each.id not in own]
    boxes = {"open": list_challenges(connection, "open", user_id, _OPEN)}
    if user_id is not None:
        boxes |= {
            "received": list_challenges(connection, "received", user_id),
            "sent": list_challenges(connection, "sent", user_id),
        }
    boxes["open"] = [each for each in boxes["open"] if each.challenger_id != user_id]
    live = live[:_LIVE]
    return mine, live, boxes, thumbnails(connection, [game.id for game in (*mine, *live)])


@get("/")
async def lobby(request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor]) -> Response[Any]:
    mine, live, boxes, pictures = await site.host.read(_read, visitor.user_id)
    return site.page(
        request,
        visitor,
        "lobby.html",
        mine=game_cards(mine, site.host, visitor.user_id, pictures),
        live=game_cards(live, site.host, visitor.user_id, pictures),
        received=challenge_cards(boxes.get("received", []), site.host),
        sent=challenge_cards(boxes.get("sent", []), site.host),
        open=challenge_cards(boxes["open"], site.host),
        rulesets=list(site.host.offered_rulesets.values()),
        side=await site.slots(visitor, "lobby.side"),
    )
