"""What the lobby is told, and the page of a challenge that waits for its answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from gamehall.challenges import Challenge, load_challenge
from gamehall.declare import Host, Principal
from gamehall.events import LOBBY, Event, game_channel, user_channel
from gamehall.languages import language
from gamehall.problems import Problem
from gamehall_web_htmx.listing import GameCard, challenge_cards
from gamehall_web_htmx.lobbyview import (
    MOST_LIVE,
    Live,
    Own,
    Wanted,
    live_card,
    live_games,
    lobby_view,
    own_lists,
    two_player_games,
)

from .own import NoticeCount
from .pieces import Pieces
from .renderings import Renderings
from .slots import LiveSlots

__all__ = ["ChallengeTelling", "LobbyNews", "LobbyTelling"]


class Opened(NamedTuple):
    """The row of an open challenge, and who does not see it."""

    html: str
    apart: frozenset[str]


class LobbyNews:
    """What is the same for all who look at the lobby in one language, read and made once."""

    def __init__(self, host: Host, pieces: Pieces) -> None:
        self._host = host
        self._pieces = pieces
        self._texts: Renderings[str] = Renderings(200)
        self._opened: Renderings[Opened] = Renderings(200)
        self._playing: Renderings[list[Live]] = Renderings(5)

    async def opened(self, challenge_id: str, viewer: str | None) -> str:
        """The row of a new open challenge, for whoever is known or is not; empty once it is closed, and for those who
        are apart from its challenger."""
        known = viewer is not None
        row = await self._opened.of((challenge_id, known, language()), lambda: self._row(challenge_id, known))
        return "" if viewer in row.apart else row.html

    async def _row(self, challenge_id: str, known: bool) -> Opened:
        try:
            found = await self._host.read(load_challenge, challenge_id)
        except Problem:  # it has been removed since, and whoever comes back is told of it still
            return Opened("", frozenset())
        if found.status != "pending":
            return Opened("", frozenset())
        shown = {"opened": challenge_cards([found], self._host)[0], "viewer": known}
        apart = (await self._host.apart([found.challenger_id]))[found.challenger_id]
        return Opened(closed_row(challenge_id) + self._pieces.render("lobby_now.html", shown), apart)

    async def moved(self, game_id: str, revision: int) -> str:
        """The card of a running game after a move."""
        return await self._texts.of(("moved", game_id, revision, language()), lambda: self._moved(game_id))

    async def _moved(self, game_id: str) -> str:
        return self._pieces.render("live_card.html", {"card": await live_card(self._host, game_id)})

    async def playing(self, viewer: str | None) -> list[GameCard]:
        """The latest running games that this viewer meets, read again with every event."""
        live = await self._playing.of((self._host.feed.place, language()), lambda: live_games(self._host))
        return [each.card for each in live if viewer not in each.apart][:MOST_LIVE]


def closed_row(challenge_id: str) -> str:
    """Takes a challenge's row out of the list, if it is there."""
    return f'<li id="challenge-{challenge_id}" hx-swap-oob="delete"></li>'


class LobbyTelling:
    """The lobby of one viewer, who sees the games `shown` and wants these challenges; `side` is what other
    plugins show there."""

    def __init__(
        self,
        host: Host,
        pieces: Pieces,
        news: LobbyNews,
        count: NoticeCount,
        viewer: Principal | None,
        wanted: Wanted,
        shown: Iterable[str],
        side: LiveSlots,
    ) -> None:
        self._host = host
        self._pieces = pieces
        self._news = news
        self._count = count
        self._viewer = viewer
        self._wanted = wanted
        self._shown = set(shown)
        self._side = side

    @property
    def besides(self) -> frozenset[str]:
        return frozenset(map(game_channel, self._shown))

    @property
    def _viewer_id(self) -> str | None:
        return self._viewer.user_id if self._viewer else None

    async def afresh(self) -> str:
        lists = await lobby_view(self._host, self._viewer_id, self._wanted)
        self._shown = {each.id for each in lists.live}
        shown: dict[str, Any] = {"open": lists.open, "playing": lists.live, "viewer": self._viewer}
        if lists.own is not None:
            shown |= self._context(lists.own)
        return self._pieces.render("lobby_now.html", shown) + await self._side.afresh()

    async def tell(self, event: Event) -> str:
        happened = event.values()
        told = ""
        if LOBBY in event.channels:
            told += await self._of_lobby(event.kind, happened)
        elif event.kind == "game_move" and happened["game_id"] in self._shown:
            told += await self._news.moved(happened["game_id"], happened["revision"])
        if self._viewer is not None and user_channel(self._viewer.user_id) in event.channels:
            told += await self._yours(self._viewer)
            told += await _onward(self._host, self._pieces, event.kind, happened, self._viewer)
            told += await self._side.tell(event.kind)
        return told

    async def beat(self) -> str:
        return await self._count.news() + await self._side.beat()

    async def _of_lobby(self, kind: str, happened: Mapping[str, Any]) -> str:
        match kind:
            case "challenge_opened":
                if self._viewer is not None and happened["challenger"] == self._viewer.username:
                    return await self._yours(self._viewer)
                if not self._wanted.takes(happened["ruleset"], happened["clock"]["kind"]):
                    return ""
                return await self._news.opened(happened["challenge_id"], self._viewer_id)
            case "challenge_closed":
                return closed_row(happened["challenge_id"])
            case "game_started" | "game_over":
                playing = await self._news.playing(self._viewer_id)
                self._shown = {each.id for each in playing}
                return self._pieces.render("lobby_now.html", {"playing": playing})
        return ""

    async def _yours(self, viewer: Principal) -> str:
        own = await own_lists(self._host, viewer.user_id)
        return self._pieces.render("lobby_now.html", self._context(own) | {"viewer": viewer})

    def _context(self, own: Own) -> dict[str, Any]:
        rulesets = two_player_games(self._host)
        return {"mine": own.mine, "received": own.received, "sent": own.sent, "rulesets": rulesets}


class ChallengeTelling:
    """The page of a challenge, of whoever made it."""

    besides: frozenset[str] = frozenset()

    def __init__(self, host: Host, pieces: Pieces, count: NoticeCount, challenge: Challenge) -> None:
        self._host = host
        self._pieces = pieces
        self._count = count
        self._challenge = challenge

    async def afresh(self) -> str:
        found = await self._host.read(load_challenge, self._challenge.id)
        if found.status == "pending":
            return ""
        return self._pieces.render("onward.html", {"path": f"/challenges/{found.id}"})

    async def tell(self, event: Event) -> str:
        happened = event.values()
        if event.kind != "challenge_answered" or happened["challenge_id"] != self._challenge.id:
            return ""
        return await self.afresh()

    async def beat(self) -> str:
        return await self._count.news()


async def _onward(host: Host, pieces: Pieces, kind: str, happened: Mapping[str, Any], viewer: Principal) -> str:
    """The way to a game that has begun because somebody accepted the viewer's challenge."""
    if kind != "challenge_answered" or happened["status"] != "accepted":
        return ""
    try:
        found = await host.read(load_challenge, happened["challenge_id"])
    except Problem:
        return ""
    own = found.challenger_id == viewer.user_id
    return pieces.render("onward.html", {"path": f"/games/{happened['game_id']}"}) if own else ""
