"""What the user is told of, and where an event leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gamehall.client import Event
from gamehall.languages import N_, catalogue

from .hallplay import HallPlay
from .state.toasts import Toast

if TYPE_CHECKING:
    from .session import Session

_ = catalogue(__name__)

_OFFERED = {
    "draw_offer": N_("{name} offers you a draw."),
    "takeback_offer": N_("{name} asks to take a turn back."),
    "pause_offer": N_("{name} asks for a pause."),
    "rematch_offer": N_("{name} offers you a rematch."),
}
_DECLINED = {
    "draw_offer": N_("{name} declines a draw."),
    "takeback_offer": N_("{name} does not want a turn taken back."),
    "pause_offer": N_("{name} does not want a pause."),
    "rematch_offer": N_("{name} does not want a rematch."),
}


async def tell(session: Session, event: Event) -> None:
    """Says what the user cannot see in the window anyway, and goes to a game that begins."""
    data = event.data
    match event.kind:
        case "challenge_received":
            session.post(Toast(_("{name} challenges you.", name=data["challenger"])))
        case "challenge_answered" if data["status"] == "declined":
            await _declined(session, data["challenge_id"])
        case "game_started" if event.channel == "user":
            await _go(session, data["game_id"])
        case "game_move" | "game_over" if event.channel == "user" and not _is_open(session, data["game_id"]):
            await _elsewhere(session, event)
        case "draw_offer" | "takeback_offer" | "pause_offer" | "rematch_offer":
            await _offered(session, event)
        case "notice" if data.get("text"):
            session.post(Toast(data["text"], game=data.get("game_id")))
        case "friend_request":
            session.post(Toast(_("{name} asks to be your friend.", name=data["display_name"])))
        case "friend_answered" if data["status"] == "friends" and data["requester"] == session.username:
            session.post(Toast(_("You and {name} are friends now.", name=data["addressee"]), "done"))


def _is_open(session: Session, game_id: str) -> bool:
    return isinstance(session.play, HallPlay) and session.play.game_id == game_id


async def _go(session: Session, game_id: str) -> None:
    """Opens a game that has begun, unless the user sits at another that still runs."""
    play = session.play
    if _is_open(session, game_id):
        return
    if isinstance(play, HallPlay):
        runs = play.game is not None and play.game.status == "active"
        occupied = runs and play.seat_of(session.username) is not None
    else:
        occupied = play is not None
    if occupied:
        session.post(Toast(_("A game of yours has begun."), game=game_id))
    else:
        await session.open_game(game_id)


async def _declined(session: Session, challenge_id: str) -> None:
    challenge = await session.client.show_challenge(challenge_id)
    if challenge.challenger.username == session.username and challenge.opponent is not None:
        name = challenge.opponent.display_name
        session.post(Toast(_("{name} declines your challenge.", name=name)))


async def _elsewhere(session: Session, event: Event) -> None:
    """News of a game that is not open: it is over, or it is the user's turn."""
    game_id = event.data["game_id"]
    game = await session.client.game(game_id)
    name = _opponent(session, [(seat.user.username, seat.user.display_name) for seat in game.seats])
    if event.kind == "game_over":
        session.post(Toast(_("Your game against {name} is over.", name=name), game=game_id))
    elif game.ply == event.data["ply"] and game.to_act == game.seat_of(session.username) is not None:
        session.post(Toast(_("It is your turn against {name}.", name=name), game=game_id))


async def _offered(session: Session, event: Event) -> None:
    """What the other player offers in a game that is not open, and what they have declined in any."""
    data = event.data
    is_open, followed = _is_open(session, data["game_id"]), data.get("rematch")
    if followed and is_open:
        await _go(session, followed)
    texts = {"offer": {} if is_open else _OFFERED, "decline": _DECLINED}.get(data["action"], {})
    if event.kind not in texts:
        return
    game = await session.client.game(data["game_id"])
    other = game.seats[data["seat"]].user
    if other.username != session.username and game.seat_of(session.username) is not None:
        session.post(Toast(_(texts[event.kind], name=other.display_name), game=game.id))


def _opponent(session: Session, people: list[tuple[str, str]]) -> str:
    return next((shown for username, shown in people if username != session.username), session.username)
