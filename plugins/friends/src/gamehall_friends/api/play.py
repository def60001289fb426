"""What friends play, and how two players stand."""

from typing import Literal

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from gamehall.answers import Page, Person, page_of
from gamehall.asking import HttpRequest, host_of, known_cursor, page_size
from gamehall.declare import Principal
from gamehall.gamelog import Game
from gamehall.tallies import Tally
from gamehall_friends.company import activity, head_to_head

__all__ = ["PLAY"]


class KnownGame(msgspec.Struct, frozen=True):
    """A game of somebody whom the caller knows; `winner` is a username, null for a draw or while it is played."""

    id: str
    ruleset: str
    status: str
    players: tuple[Person, ...]
    winner: str | None
    reason: str | None
    ply: int
    started_at: str
    finished_at: str | None


class PlayedGame(msgspec.Struct, frozen=True):
    """A finished game of the two: how it ended for the caller, and why."""

    id: str
    ruleset: str
    ended: Literal["won", "drawn", "lost"]
    reason: str | None
    ply: int
    finished_at: str | None


class HeadToHead(Person, frozen=True):
    """How the finished games of the caller and another user went for the caller, in all and by ruleset, and the games,
    newest first; `next` is the cursor of the games before them."""

    won: int
    drawn: int
    lost: int
    rulesets: list[Tally]
    games: list[PlayedGame]
    next: str | None


def _known(found: Game) -> KnownGame:
    winners = [seat.username for seat in found.seats if seat.seat == found.winner]
    return KnownGame(
        id=found.id,
        ruleset=found.ruleset,
        status=found.status,
        players=tuple(Person(seat.username, seat.display_name) for seat in found.seats),
        winner=winners[0] if winners else None,
        reason=found.reason,
        ply=found.ply,
        started_at=found.created_at,
        finished_at=found.finished_at,
    )


def _played(found: Game, user_id: str) -> PlayedGame:
    won = found.winner == found.seat_of(user_id)
    ended: Literal["won", "drawn", "lost"] = "drawn" if found.winner is None else "won" if won else "lost"
    return PlayedGame(found.id, found.ruleset, ended, found.reason, found.ply, found.finished_at)


@get("/activity")
async def show_activity(
    request: HttpRequest,
    caller: NamedDependency[Principal],
    limit: FromQuery[int] = 20,
    cursor: FromQuery[str | None] = None,
) -> Page[KnownGame]:
    """The latest games of friends and of those whom the caller follows, running and finished. A part can have fewer
    than `limit`: games that the caller may not watch are left out of it."""
    found, behind = await activity(host_of(request), caller.user_id, page_size(limit), known_cursor(cursor))
    return Page([_known(each) for each in found], behind)


@get("/head-to-head/{username:str}", opt={"object": "everybody"})
async def show_head_to_head(
    request: HttpRequest,
    caller: NamedDependency[Principal],
    username: FromPath[str],
    limit: FromQuery[int] = 20,
    cursor: FromQuery[str | None] = None,
) -> HeadToHead:
    """How the caller and another user, friend or not, stand."""
    size, own = page_size(limit), caller.user_id
    found = await host_of(request).read(head_to_head, own, username, size + 1, known_cursor(cursor))
    games = page_of([_played(each, own) for each in found.games], size, [each.id for each in found.games])
    won, drawn, lost = found.total
    other = found.other
    return HeadToHead(other.username, other.display_name, won, drawn, lost, found.tallies, games.items, games.next)


PLAY = [show_activity, show_head_to_head]
