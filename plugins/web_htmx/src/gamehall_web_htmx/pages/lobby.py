"""The lobby: whom to play, what waits for you, what is going on."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from gamehall.asking import HttpRequest
from gamehall.clockfields import ClockFilter
from gamehall.languages import N_, catalogue
from gamehall_web_htmx.clockform import quick_clocks
from gamehall_web_htmx.lobbyview import lobby_view, two_player_games, wanted_challenges
from gamehall_web_htmx.opponents import quick_ways
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["lobby"]

_ = catalogue(__name__)

_CLOCKS: list[tuple[ClockFilter, str]] = [
    ("live", N_("in one sitting")),
    ("fischer", N_("Fischer")),
    ("byoyomi", N_("byo-yomi")),
    ("canadian", N_("Canadian")),
    ("correspondence", N_("over days")),
    ("none", N_("none")),
]


def _clock_filters() -> list[tuple[ClockFilter, str]]:
    return [(value, _(word)) for value, word in _CLOCKS]


@get("/")
async def lobby(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    ruleset: FromQuery[str] = "",
    clock: FromQuery[str] = "",
) -> Response[Any]:
    wanted = wanted_challenges(ruleset, clock)
    lists = await lobby_view(site.host, visitor.user_id, wanted)
    own = lists.own
    query = {"ruleset": wanted.ruleset, "clock": wanted.clock or ""}
    return site.kept_page(
        request,
        visitor,
        "lobby.html",
        {},
        mine=own.mine if own else (),
        playing=lists.live,
        received=own.received if own else (),
        sent=own.sent if own else (),
        open=lists.open,
        live=site.live("/live/lobby", query | {"shown": ",".join(each.id for each in lists.live)}),
        wanted=wanted,
        filtered=any(query.values()),
        clock_filters=_clock_filters,
        quick_clocks=quick_clocks,
        rulesets=two_player_games(site.host),
        quick_ways=quick_ways(site.host),
        side=tuple(await site.slots(visitor, "lobby.side")),
    )
