"""A game of the hall that is open in the window."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from gamehall.answers import RecordFormat
from gamehall.client import Client

from .play import Ending, OfferAction, OfferKind
from .state.table import Barred, Seen, Shown


class HallPlay:
    """One game, played or watched by whoever `client` is; see `Play`."""

    def __init__(self, client: Client, game_id: str, post: Callable[[object], None]) -> None:
        self.game_id = game_id
        self._client = client
        self._post = post

    async def look(self) -> None:
        self._post(Shown(await self._client.game(self.game_id), time.monotonic()))

    async def play(self, move: str, ply: int) -> None:
        await self._client.play(self.game_id, move, ply)
        await self.look()

    async def end(self, how: Ending) -> None:
        match how:
            case "resign":
                await self._client.resign(self.game_id)
            case "abort":
                await self._client.abort(self.game_id)
            case "claim":
                await self._client.claim(self.game_id)
            case "claim_draw":
                await self._client.claim(self.game_id, "draw")
        await self.look()

    async def offer(self, kind: OfferKind, action: OfferAction) -> None:
        match kind:
            case "draw":
                await self._client.draw(self.game_id, action)
            case "takeback":
                await self._client.takeback(self.game_id, action)
            case "pause":
                await self._client.pause(self.game_id, action)
            case "rematch":
                await self._client.rematch(self.game_id, action)
        await self.look()

    async def end_pause(self) -> None:
        await self._client.pause(self.game_id, "end")
        await self.look()

    async def look_for_reasons(self, ply: int) -> None:
        self._post(Barred(self.game_id, ply, tuple(await self._client.forbidden(self.game_id, ply))))

    async def look_at(self, ply: int) -> None:
        self._post(Seen(self.game_id, ply, await self._client.scene(self.game_id, ply)))

    async def formats(self) -> Sequence[RecordFormat]:
        return await self._client.formats()

    async def record(self, format_: str, ply: int | None = None) -> bytes:
        return await self._client.record(self.game_id, format_, ply)
