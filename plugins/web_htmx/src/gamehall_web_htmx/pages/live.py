"""The streams by which open pages follow what happens; a page has one at most."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from functools import partial
from typing import Annotated, Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter

from gamehall.answering import EventStreamed
from gamehall.asking import HttpRequest, known_id
from gamehall.challenges import see_challenge
from gamehall.declare import Host, Principal
from gamehall.problems import Problem
from gamehall_web_htmx.declare import Listening, Telling
from gamehall_web_htmx.live.games import GameTelling
from gamehall_web_htmx.live.lobby import ChallengeTelling, LobbyTelling
from gamehall_web_htmx.live.own import NoticeCount, OwnTelling, PageTelling
from gamehall_web_htmx.live.slots import LiveSlots
from gamehall_web_htmx.lobbyview import wanted_challenges
from gamehall_web_htmx.notices import OWN
from gamehall_web_htmx.pages.people import declared_page, page_piece, query_of
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["LIVE_STREAMS"]

LastEventId = Annotated[str | None, HeaderParameter(name="Last-Event-ID")]
_OPTIONS: dict[str, Any] = {"media_type": "text/event-stream", "no_compress": True}


@get("/live/games/{game_id:str}", opt={"object": "who may see the game"}, **_OPTIONS)
async def follow_game(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    game_id: FromPath[str],
    cursor: FromQuery[str],
    revision: FromQuery[int],
    last_event_id: LastEventId = None,
    forbidden: FromQuery[str] = "",
) -> EventStreamed:
    """What happens in a game, for a page that shows it at this revision, and in the viewer's other games."""
    shown = known_id(game_id)
    count = _bell(site, visitor, f"/games/{shown}")
    telling = GameTelling(site.host, site.pieces, count, shown, visitor.user_id, revision, forbidden=forbidden == "on")
    return await _follow(request, site, visitor, [f"game-{shown}"], telling, cursor, last_event_id)


@get("/live/lobby", **_OPTIONS)
async def follow_lobby(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    cursor: FromQuery[str],
    last_event_id: LastEventId = None,
    ruleset: FromQuery[str] = "",
    clock: FromQuery[str] = "",
    shown: FromQuery[str] = "",
) -> EventStreamed:
    """What happens in the lobby, for a page that shows these running games, and to the viewer."""
    games = [known_id(each) for each in shown.split(",") if each]
    wanted = wanted_challenges(ruleset, clock)
    count = _bell(site, visitor, "/")
    side = LiveSlots(site, visitor, "lobby.side")
    telling = LobbyTelling(site.host, site.pieces, site.lobby_news, count, visitor.principal, wanted, games, side)
    return await _follow(request, site, visitor, ["lobby"], telling, cursor, last_event_id)


@get("/live/challenges/{challenge_id:str}", opt={"object": "its challenger"}, **_OPTIONS)
async def follow_challenge(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    challenge_id: FromPath[str],
    cursor: FromQuery[str],
    last_event_id: LastEventId = None,
) -> EventStreamed:
    """What becomes of a challenge, for whoever has made it."""
    found = await site.host.read(see_challenge, known_id(challenge_id), visitor.user_id)
    if visitor.principal is None or found.challenger_id != visitor.user_id:
        raise Problem("not-found")
    telling = ChallengeTelling(site.host, site.pieces, _bell(site, visitor, f"/challenges/{found.id}"), found)
    return await _follow(request, site, visitor, [], telling, cursor, last_event_id)


@get("/live/own", **_OPTIONS)
async def follow_own(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    cursor: FromQuery[str],
    last_event_id: LastEventId = None,
) -> EventStreamed:
    """What happens to an account, for any other page that it looks at."""
    if visitor.account is None:
        raise Problem("not-found")
    return await _follow(request, site, visitor, [], OwnTelling(_bell(site, visitor, "")), cursor, last_event_id)


@get("/live/pages/{name:str}", opt={"object": "everybody"}, **_OPTIONS)
async def follow_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    name: FromPath[str],
    cursor: FromQuery[str],
    last_event_id: LastEventId = None,
) -> EventStreamed:
    """What happens to an account, for a page of another plugin that changes by it."""
    plugin, page = declared_page(site, f"/{name}")
    caller = visitor.account
    if caller is None or not page.piece:
        raise Problem("not-found")
    show = partial(page_piece, site, plugin, page, caller, query_of(request))
    telling = PageTelling(_bell(site, visitor, page.path), page.events, show, lambda: plugin in site.host.features)
    return await _follow(request, site, visitor, [], telling, cursor, last_event_id)


def _bell(site: Site, visitor: Visitor, path: str) -> NoticeCount:
    return NoticeCount(site.host, site.pieces, visitor.account.user_id if visitor.account else None, path)


async def _follow(
    request: HttpRequest,
    site: Site,
    visitor: Visitor,
    channels: Sequence[str],
    telling: Telling,
    cursor: str,
    last_event_id: str | None,
) -> EventStreamed:
    """A stream of these channels and, for somebody, their own. Raises Problem `not-found` where nobody pushes."""
    if (found := site.pusher) is None:
        raise Problem("not-found")
    plugin, pusher = found

    async def identify() -> Principal | None:
        return await site.host.identify(request, "pages")

    own = ["user"] if visitor.user_id is not None else []
    again = last_event_id is not None
    listening = Listening(identify, [*own, *channels], last_event_id or cursor, again, telling)
    return EventStreamed(_while_on(site.host, plugin, await pusher.stream(listening)))


async def _while_on(host: Host, plugin: str, pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The pieces until their plugin or the pages are off; a pusher that notices it by itself has then said so."""
    try:
        async for piece in pieces:
            yield piece
            if plugin not in host.features or OWN not in host.features:
                return
    finally:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()


LIVE_STREAMS = [follow_game, follow_lobby, follow_challenge, follow_own, follow_page]
