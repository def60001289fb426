"""What the page of a game is told."""

from __future__ import annotations

from typing import Any

import msgspec

from gamehall.answers import Claim
from gamehall.claims import possible_claim
from gamehall.declare import Host
from gamehall.events import Event, user_channel
from gamehall.gamelog import GameState
from gamehall.proposals import proposals
from gamehall.turns import games_waiting
from gamehall_web_htmx.gameview import standing_of

from .own import NoticeCount
from .pieces import Piece, Pieces, Role

__all__ = ["GameTelling"]


class _Happened(msgspec.Struct):
    """What a page looks at in an event before anything else; the rest of it is not even read."""

    game_id: Any = None
    revision: Any = 0


_HAPPENED = msgspec.json.Decoder(_Happened)


class GameTelling:
    """The page of a game, which shows it at a revision; `viewer` is who looks at it, None being a stranger."""

    besides: frozenset[str] = frozenset()

    def __init__(
        self,
        host: Host,
        pieces: Pieces,
        count: NoticeCount,
        game_id: str,
        viewer: str | None,
        revision: int,
        *,
        forbidden: bool,
    ) -> None:
        self._host = host
        self._pieces = pieces
        self._count = count
        self._game_id = game_id
        self._viewer = viewer
        self._revision = revision
        self._forbidden = forbidden
        self._claim: Claim | None = None

    async def afresh(self) -> str:
        state = await self._pieces.state(self._game_id)
        return self._shown(await self._pieces.of(state, self._role(state))) + await self._next_game()

    async def tell(self, event: Event) -> str:
        happened = _HAPPENED.decode(event.data)
        if happened.game_id != self._game_id:
            own = self._viewer is not None and user_channel(self._viewer) in event.channels
            return await self._next_game() if own else ""
        revision = happened.revision
        if revision <= self._revision:
            return ""
        known = self._revision if event.kind == "game_move" else None
        if self._viewer is None:
            role = Role(None, self._forbidden)
            return self._shown(await self._pieces.watched(self._game_id, revision, role, known))
        state = await self._pieces.state(self._game_id, revision)
        moved = known if state.game.revision == revision else None
        return self._shown(await self._pieces.of(state, self._role(state), moved))

    async def beat(self) -> str:
        return await self._count.news() + await self._absence()

    async def _absence(self) -> str:
        """Whether the other player has left, which is no event."""
        if self._viewer is None:
            return ""
        state = await self._pieces.state(self._game_id, self._revision)
        seat = state.game.seat_of(self._viewer)
        if seat is None or state.game.status != "active":
            return ""
        now = self._host.hall_time()
        claim = await self._host.read(possible_claim, state.game, self._host.settings, now)
        if claim is None and self._claim is None:
            return ""
        self._claim = claim
        view = {"game": state.game, "proposals": proposals(standing_of(state, claim, now), seat)}
        return self._pieces.render("offers_now.html", {"view": view})

    def _role(self, state: GameState) -> Role:
        return Role.of(state, self._viewer, forbidden=self._forbidden)

    def _shown(self, piece: Piece) -> str:
        self._revision = piece.revision
        return piece.html

    async def _next_game(self) -> str:
        if self._viewer is None:
            return ""
        waiting = await games_waiting(self._host, self._viewer, self._game_id)
        view: dict[str, Any] = {"game": {"id": self._game_id}}
        return self._pieces.render("next_game_now.html", {"view": view, "waiting": waiting})
