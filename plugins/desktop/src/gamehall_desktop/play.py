"""What can be done at an open game, in a hall or on this computer alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from gamehall.answers import RecordFormat

OfferKind = Literal["draw", "takeback", "pause", "rematch"]
OfferAction = Literal["offer", "accept", "decline"]
Ending = Literal["resign", "abort", "claim", "claim_draw"]


class Play(Protocol):
    """An open game. Each call runs in the network's thread and posts what it leads to.

    Raises ProblemError or httpx's TransportError, as the client does, where a hall is asked.
    """

    @property
    def game_id(self) -> str: ...

    async def look(self) -> None:
        """Posts the game as it stands."""

    async def play(self, move: str, ply: int) -> None:
        """Makes a move where `ply` moves were made."""

    async def end(self, how: Ending) -> None: ...

    async def offer(self, kind: OfferKind, action: OfferAction) -> None: ...

    async def end_pause(self) -> None:
        """Lets the clock run again."""

    async def look_at(self, ply: int) -> None:
        """Posts the scene as it was after so many moves."""

    async def look_for_reasons(self, ply: int) -> None:
        """Posts which points are forbidden where so many moves were made, and why."""

    async def formats(self) -> Sequence[RecordFormat]:
        """The formats that `record` knows."""

    async def record(self, format_: str, ply: int | None = None) -> bytes:
        """The game as a file."""
