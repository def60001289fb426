"""A move that was sent when its sender was not signed in any more, or with a form from before: asked for once more."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from gamehall.asking import HttpRequest, known_id
from gamehall.declare import Principal
from gamehall.naming import move_label, say
from gamehall.seeing import see_game
from gamehall.showing import scene_at
from gamehall_web_htmx.listing import ruleset_title
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["ask_for_move"]


@get("/games/{game_id:str}/move", opt={"object": "a player of the game"})
async def ask_for_move(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    participant: NamedDependency[Principal],
    game_id: FromPath[str],
    move: FromQuery[str] = "",
) -> Response[Any]:
    """The game with the move's cells aimed at; a move without cells is asked for on a page of its own. One that cannot
    be made any more leads to the game as it stands."""
    state = await see_game(site.host, known_id(game_id), participant.user_id)
    scene = scene_at(state, site.host.rulesets, participant.user_id)
    meant = next((each for each in scene.inputs if each.move == move), None)
    if meant is None:
        return site.go(f"/games/{game_id}")
    if meant.cells:
        return site.go(f"/games/{game_id}?from={','.join(meant.cells)}")
    return site.page(
        request,
        visitor,
        "kept_move.html",
        game=state.game,
        title=ruleset_title(site.host, state.game.ruleset),
        move=meant.move,
        label=meant.label or say(site.host.rulesets.get(state.game.ruleset), move_label(meant.move)),
    )
