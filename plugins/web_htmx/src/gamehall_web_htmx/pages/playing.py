"""The forms on a game's page besides the board: offers and their answers, and the ways to end a game."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Literal, cast

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from gamehall.asking import HttpRequest, known_id
from gamehall.claims import ClaimedResult, claim_game
from gamehall.declare import Host, Principal
from gamehall.endings import abort, resign
from gamehall.gamelog import Game
from gamehall.languages import catalogue
from gamehall.offers import OfferAction, answer_offer, end_pause, in_time
from gamehall.problems import Problem
from gamehall.rematches import answer_rematch
from gamehall_web_htmx.forms import read_form
from gamehall_web_htmx.pages.games import show
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["PLAYING_FORMS"]

_ = catalogue(__name__)

# Carries out what a form of a game says: the game's id, the player's, and the button that was pressed.
Act = Callable[[Host, str, str, str], Awaitable[Game]]


async def _resign(host: Host, game_id: str, user_id: str, _: str) -> Game:
    return await host.write(resign, game_id, user_id, await in_time(host, game_id))


async def _abort(host: Host, game_id: str, user_id: str, _: str) -> Game:
    return await host.write(abort, game_id, user_id, await in_time(host, game_id))


async def _offer(
    kind: Literal["draw", "takeback", "pause"], host: Host, game_id: str, user_id: str, action: str
) -> Game:
    answer = _known(action)
    return await host.write(answer_offer, game_id, user_id, kind, answer, await in_time(host, game_id))


async def _pause(host: Host, game_id: str, user_id: str, action: str) -> Game:
    if action != "end":
        return await _offer("pause", host, game_id, user_id, action)
    return await host.write(end_pause, game_id, user_id, host.hall_time())


async def _rematch(host: Host, game_id: str, user_id: str, action: str) -> Game:
    return await answer_rematch(host, game_id, user_id, _known(action))


async def _claim(host: Host, game_id: str, user_id: str, action: str) -> Game:
    if action not in ("win", "draw"):
        raise Problem("malformed", _("The form does not say whether to claim a win or a draw."))
    return await claim_game(host, game_id, user_id, cast(ClaimedResult, action))


def _known(action: str) -> OfferAction:
    if action not in ("offer", "accept", "decline"):
        raise Problem("malformed", _("The form does not say whether to offer, accept or decline."))
    return cast(OfferAction, action)


def _form(name: str, act: Act) -> HTTPRouteHandler:
    """Takes what is sent to a game's path of this name; where it came too late, the page says how the game stands."""

    @post(f"/games/{{game_id:str}}/{name}", opt={"object": "a player of the game"})
    async def send(
        request: HttpRequest,
        site: NamedDependency[Site],
        visitor: NamedDependency[Visitor],
        participant: NamedDependency[Principal],
        game_id: FromPath[str],
    ) -> Response[Any]:
        typed = await read_form(request)
        auto = typed.get("auto") == "on"
        try:
            after = await act(site.host, known_id(game_id), participant.user_id, typed.get("action", ""))
        except Problem as problem:
            if problem.status not in (403, 409):
                raise
            return await show(request, site, visitor, game_id, problem=problem, auto=auto)
        if name == "rematch" and after.rematch_id is not None:
            return site.go(f"/games/{after.rematch_id}")
        if request.headers.get("hx-request") == "true":
            return await show(request, site, visitor, game_id, auto=auto)
        return site.go(f"/games/{game_id}" + ("?auto=on" if auto else ""))

    return send


PLAYING_FORMS = [
    _form("resign", _resign),
    _form("abort", _abort),
    _form("draw", partial(_offer, "draw")),
    _form("takeback", partial(_offer, "takeback")),
    _form("pause", _pause),
    _form("rematch", _rematch),
    _form("claim", _claim),
]
