"""Follows the hall's stream and brings what the window shows up to date."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from gamehall.client import Event

from . import lobbying
from .hallplay import HallPlay

if TYPE_CHECKING:
    from .session import Session

_GAME = {"game_move", "game_over", "draw_offer", "takeback_offer", "pause_offer", "rematch_offer"}


async def follow(session: Session) -> None:
    """Runs until the user is signed out."""
    async with aclosing(session.client.events(["user", "lobby"])) as events:
        async for event in events:
            if event.kind == "closed":
                await session.leave("You were signed out.")
                return
            await session.attempt(_take(session, event))


async def _take(session: Session, event: Event) -> None:
    anew = event.kind in ("hello", "resync")
    await lobbying.refresh(session, None if anew else event.kind)
    play = session.play
    if isinstance(play, HallPlay) and (anew or (event.kind in _GAME and event.data.get("game_id") == play.game_id)):
        await play.look()
    if event.kind == "challenge_answered" and event.data.get("game_id"):
        await session.open_game(event.data["game_id"])
