"""What can be done at an open game, in a hall or on this computer alone."""

from __future__ import annotations

from typing import Literal, Protocol

OfferKind = Literal["draw", "takeback", "pause", "rematch"]
OfferAction = Literal["offer", "accept", "decline"]


class Play(Protocol):
    """An open game. Each call runs in the network's thread and posts what it leads to.

    Raises ProblemError or httpx's TransportError, as the client does, where a hall is asked.
    """

    async def look(self) -> None:
        """Posts the game as it stands."""

    async def play(self, move: str, ply: int) -> None:
        """Makes a move where `ply` moves were made."""

    async def end(self, how: Literal["resign", "abort", "claim"]) -> None: ...

    async def offer(self, kind: OfferKind, action: OfferAction) -> None: ...

    async def look_at(self, ply: int) -> None:
        """Posts the scene as it was after so many moves."""

    async def record(self, format_: str, ply: int | None = None) -> bytes:
        """The game as a file."""
