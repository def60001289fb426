"""What the user does in the hall's lists. Everything here runs in the network's thread."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal

from .state.lobby import Listed
from .state.toasts import Toast

if TYPE_CHECKING:
    from .session import Session


async def refresh(session: Session) -> None:
    """Looks at the lists anew."""
    client = session.client
    games, received, opened, rulesets = await asyncio.gather(
        client.games(player=session.username, status="active"),
        client.challenges("received"),
        client.challenges("open"),
        client.rulesets(),
    )
    acceptable = [each for each in opened.items if each.challenger.username != session.username]
    session.post(Listed(games.items, [*received.items, *acceptable], rulesets))


async def challenge(session: Session, ruleset: str, opponent: str, **terms: Any) -> None:
    """Challenges a user, or everybody without one; `terms` are those of `Client.challenge`."""
    await session.client.challenge(ruleset, opponent.strip() or None, **terms)
    session.post(Toast(f"You have challenged {opponent.strip() or 'everybody'}.", "done"))


async def respond(session: Session, challenge_id: str, action: Literal["accept", "decline", "cancel"]) -> None:
    answer = await session.client.respond(challenge_id, action)
    if answer.game_id is not None:
        await session.open_game(answer.game_id)
