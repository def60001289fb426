"""What players do in a game: move, give up, and what they offer to each other."""

from typing import Annotated, Literal

import msgspec
from litestar import Router, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from gamehall.answers import GameSummary, Played
from gamehall.api.views import game_summary
from gamehall.asking import HttpRequest, host_of, known_id, participant, read_body
from gamehall.claims import ClaimedResult, claim_game
from gamehall.declare import Principal
from gamehall.endings import abort, resign
from gamehall.games import play
from gamehall.offers import OfferAction, answer_offer, end_pause, in_time
from gamehall.problems import FieldError, Problem
from gamehall.rematches import answer_rematch
from gamehall.rights import admits
from gamehall.seeing import check_known

__all__ = ["playing"]

MAX_BOARD = 1_000
_OVER = ("game-over", "game-suspended")
_OFFERS = (*_OVER, "no-offer", "not-possible", "offer-declined")


class MoveRequest(msgspec.Struct, frozen=True):
    """A move by its name, or by its row and column from the top left. `ply`, the moves made before it, makes the
    call safe to repeat."""

    move: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | None = None
    row: Annotated[int, msgspec.Meta(ge=0, lt=MAX_BOARD)] | None = None
    col: Annotated[int, msgspec.Meta(ge=0, lt=MAX_BOARD)] | None = None
    ply: Annotated[int, msgspec.Meta(ge=0, lt=2**31)] | None = None

    def target(self) -> str | tuple[int, int]:
        """What was touched. Raises Problem `invalid` unless it is said in exactly one way."""
        if self.move is not None and self.row is None and self.col is None:
            return self.move
        if self.move is None and self.row is not None and self.col is not None:
            return (self.row, self.col)
        message = "Give either a move, or both row and col."
        raise Problem("invalid", message, errors=(FieldError("move", message),))


class OfferRequest(msgspec.Struct, frozen=True):
    """What to do about an offer. Declining one's own withdraws it."""

    action: OfferAction


class PauseRequest(msgspec.Struct, frozen=True):
    """What to do about a pause; `end` lets the clock run again."""

    action: OfferAction | Literal["end"]


@admits("participant")
async def player(request: HttpRequest, game_id: FromPath[str]) -> Principal:
    """Who is asking, where they may know of the game. That they are no player of it is told when they try something."""
    principal = await participant(request)
    await check_known(host_of(request), known_id(game_id), principal.user_id)
    return principal


class ClaimRequest(msgspec.Struct, frozen=True):
    """What the caller claims a game as that the other player has left."""

    result: ClaimedResult = "win"


@post(
    "/{game_id:str}/moves",
    status_code=200,
    opt={
        "problems": (*_OVER, "illegal-move", "not-your-turn", "stale-ply"),
        "object": "a player of the game",
        "body": MoveRequest,
    },
)
async def move(request: HttpRequest, game_id: FromPath[str], participant: NamedDependency[Principal]) -> Played:
    """Plays a move. Repeating it with the same ply gets the first answer again."""
    wanted = await read_body(request, MoveRequest)
    return await play(host_of(request), known_id(game_id), participant.user_id, wanted.target(), wanted.ply)


@post("/{game_id:str}/resign", status_code=200, opt={"problems": _OVER, "object": "a player of the game"})
async def give_up(request: HttpRequest, game_id: FromPath[str], participant: NamedDependency[Principal]) -> GameSummary:
    """Ends the game as lost by the caller."""
    host, wanted = host_of(request), known_id(game_id)
    hall_time = await in_time(host, wanted)
    return game_summary(await host.write(resign, wanted, participant.user_id, hall_time), hall_time)


@post(
    "/{game_id:str}/abort",
    status_code=200,
    opt={"problems": (*_OVER, "not-possible"), "object": "a player of the game"},
)
async def call_off(
    request: HttpRequest, game_id: FromPath[str], participant: NamedDependency[Principal]
) -> GameSummary:
    """Ends a game in which not everybody has moved, without a winner."""
    host, wanted = host_of(request), known_id(game_id)
    hall_time = await in_time(host, wanted)
    return game_summary(await host.write(abort, wanted, participant.user_id, hall_time), hall_time)


@post(
    "/{game_id:str}/claim",
    status_code=200,
    opt={"problems": (*_OVER, "not-possible"), "object": "a player of the game", "body": ClaimRequest},
)
async def claim(request: HttpRequest, game_id: FromPath[str], participant: NamedDependency[Principal]) -> GameSummary:
    """Ends a game whose other player has left while it was their turn, as won by the caller or, if the body says so,
    as drawn."""
    host, wanted = host_of(request), known_id(game_id)
    asked = await read_body(request, ClaimRequest) if await request.body() else ClaimRequest()
    return game_summary(await claim_game(host, wanted, participant.user_id, asked.result), host.hall_time())


@post(
    "/{game_id:str}/draw",
    status_code=200,
    opt={"problems": _OFFERS, "object": "a player of the game", "body": OfferRequest},
)
async def draw(request: HttpRequest, game_id: FromPath[str], participant: NamedDependency[Principal]) -> GameSummary:
    """Offers a draw, or answers the offer. The other player's next move declines it."""
    action = (await read_body(request, OfferRequest)).action
    return await _offer(request, known_id(game_id), participant, "draw", action)


@post(
    "/{game_id:str}/takeback",
    status_code=200,
    opt={"problems": _OFFERS, "object": "a player of the game", "body": OfferRequest},
)
async def take_back(
    request: HttpRequest, game_id: FromPath[str], participant: NamedDependency[Principal]
) -> GameSummary:
    """Asks to take the caller's last turn back, with the clocks as they were before it, or answers the question."""
    action = (await read_body(request, OfferRequest)).action
    return await _offer(request, known_id(game_id), participant, "takeback", action)


@post(
    "/{game_id:str}/pause",
    status_code=200,
    opt={"problems": _OFFERS, "object": "a player of the game", "body": PauseRequest},
)
async def pause(request: HttpRequest, game_id: FromPath[str], participant: NamedDependency[Principal]) -> GameSummary:
    """Offers a pause of the clock, or answers the offer. Either player, or a move, ends it."""
    action = (await read_body(request, PauseRequest)).action
    if action != "end":
        return await _offer(request, known_id(game_id), participant, "pause", action)
    host = host_of(request)
    hall_time = host.hall_time()
    return game_summary(await host.write(end_pause, known_id(game_id), participant.user_id, hall_time), hall_time)


@post(
    "/{game_id:str}/rematch",
    status_code=200,
    opt={"problems": _OFFERS, "object": "a player of the game", "body": OfferRequest},
)
async def rematch(request: HttpRequest, game_id: FromPath[str], participant: NamedDependency[Principal]) -> GameSummary:
    """Offers another game with the seats swapped, or answers the offer; `rematch` is then the new game's id."""
    action = (await read_body(request, OfferRequest)).action
    host = host_of(request)
    return game_summary(await answer_rematch(host, known_id(game_id), participant.user_id, action), host.hall_time())


async def _offer(
    request: HttpRequest,
    game_id: str,
    participant: Principal,
    kind: Literal["draw", "takeback", "pause"],
    action: OfferAction,
) -> GameSummary:
    host = host_of(request)
    hall_time = await in_time(host, game_id)
    found = await host.write(answer_offer, game_id, participant.user_id, kind, action, hall_time)
    return game_summary(found, hall_time)


playing = Router(
    "/games",
    route_handlers=[move, give_up, call_off, claim, draw, take_back, pause, rematch],
    dependencies={"participant": Provide(player)},
    tags=["games"],
)
