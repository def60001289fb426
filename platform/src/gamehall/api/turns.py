"""The games of a player by whose turn it is, and the one to go on with."""

from collections.abc import Sequence

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery

from gamehall.answers import GameSummary, ListedGame, Page, page_of
from gamehall.api.views import game_summary, listed_game
from gamehall.asking import HttpRequest, host_of
from gamehall.declare import Host, Principal
from gamehall.gamelog import Game
from gamehall.presence import spectators_of
from gamehall.problems import FieldError, Problem
from gamehall.turns import RUNNING, Turn, games_by_turn, next_game, place_of

__all__ = ["by_turn", "listed", "turns"]


async def by_turn(
    host: Host,
    player: str | None,
    order: str | None,
    turn: Turn | None,
    status: str | None,
    ruleset: str | None,
    size: int,
    cursor: str | None,
) -> Page[ListedGame]:
    """A part of the list in the order of turns. Raises Problem `invalid` where the parameters contradict each other."""
    if player is None:
        raise _invalid("player", "Say whose games: whose turn it is depends on the player.")
    if order == "newest":
        raise _invalid("order", "With `turn` the order is that of turns.")
    if status is not None and status not in RUNNING:
        raise _invalid("status", "Only games that are running have turns.")
    kept: Sequence[str] = [status] if status else RUNNING
    found = await host.read(
        games_by_turn, player, turn=turn, status=kept, ruleset=ruleset, limit=size + 1, after=cursor
    )
    return page_of(await listed(host, found), size, [place_of(each, player) for each in found])


async def listed(host: Host, found: Sequence[Game]) -> list[ListedGame]:
    """Games as lists show them."""
    hall_time = host.hall_time()
    numbers = await host.read(spectators_of, [each.id for each in found], hall_time)
    return [listed_game(each, hall_time, numbers[each.id]) for each in found]


def _invalid(field: str, message: str) -> Problem:
    return Problem("invalid", message, errors=(FieldError(field, message),))


@get("/next", responses={204: ResponseSpec(None, description="No game waits", generate_examples=False)})
async def go_on(
    request: HttpRequest, caller: NamedDependency[Principal], after: FromQuery[str | None] = None
) -> Response[GameSummary | None]:
    """The game that the caller should move in next: of those of their turn the one with the least time left, or the
    longest wait. It is another than `after`; 204 when none waits."""
    host = host_of(request)
    found = await host.read(next_game, caller.user_id, after)
    if found is None:
        return Response(None, status_code=204)
    return Response(game_summary(found, host.hall_time()))


turns = Router("/games", route_handlers=[go_on], tags=["games"])
