"""What players propose to each other during a game: a draw, to take a turn back, a pause.

At most one offer of a kind waits at a time. Offering what the other has offered accepts it; declining one's own offer
withdraws it; what was declined can be offered again after the next move. Which offers a move declines is said where
moves are made. Whoever plays both sides asks nobody. Everything is decided in one transaction for the game alone, so of
two answers one is the first.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from gamehall.clocks import Times, begin, is_paused, longest_pause, pause, resume, rewind
from gamehall.declare import Host
from gamehall.endings import check_active, end_game, fall_flag, load_for
from gamehall.events import NewEvent
from gamehall.feed import emit
from gamehall.game import Outcome, Scene
from gamehall.gamelog import Game, Offer, OfferKind, Shown
from gamehall.languages import N_, catalogue
from gamehall.problems import Problem
from gamehall.standing import advance
from gamehall.tables import game, game_move

__all__ = ["OfferAction", "answer_offer", "end_pause", "in_time", "offer_event", "weigh"]

_ = catalogue(__name__)


OfferAction = Literal["offer", "accept", "decline"]

_NO_PLAYER = {
    "draw": N_("Only the players of a game can offer a draw."),
    "takeback": N_("Only the players of a game can offer to take a turn back."),
    "pause": N_("Only the players of a game can offer a pause."),
}
_NO_OFFER = {
    "draw": N_("Nobody has offered you a draw, or it was withdrawn."),
    "takeback": N_("Nobody has offered you to take a turn back, or it was withdrawn."),
    "pause": N_("Nobody has offered you a pause, or it was withdrawn."),
    "rematch": N_("Nobody has offered you a rematch, or it was withdrawn."),
}


async def in_time(host: Host, game_id: str) -> int:
    """The moment at which a player asks for something, after a flag that has fallen by then was seen to fall."""
    hall_time = host.hall_time()
    await host.write(fall_flag, game_id, hall_time)
    return hall_time


def answer_offer(
    connection: sa.Connection,
    game_id: str,
    user_id: str,
    kind: Literal["draw", "takeback", "pause"],
    action: OfferAction,
    hall_time: int,
) -> Game:
    """Offers, accepts or declines for this user; the game afterwards.

    Raises Problem `not-found`, `forbidden`, `game-over`, `game-suspended`, `no-offer` when nothing waits for this
    answer, `offer-declined` for asking again too soon, or `not-possible`.
    """
    found, seat = load_for(connection, game_id, user_id, _(_NO_PLAYER[kind]))
    check_active(found)
    offers, said = weigh(found, kind, seat, action)
    if said == "offer":
        _check_possible(connection, found, kind, seat, hall_time)
    if said == "offer" and found.is_alone:
        return _carry_out(connection, found, kind, _last_mover(connection, found), seat, hall_time)
    if said == "accept":
        proposer = seat if (waiting := found.offered(kind)) is None else waiting
        return _carry_out(connection, found, kind, proposer, seat, hall_time)
    if offers == found.offers:
        return found
    return _put_down(connection, found, msgspec.structs.replace(found, offers=offers), kind, seat, said, hall_time)


def weigh(found: Game, kind: OfferKind, seat: int, action: OfferAction) -> tuple[tuple[Offer, ...], str]:
    """The offers after this seat's answer, and what it came to: offer, accept, decline or withdraw.

    Raises Problem `no-offer` or `offer-declined`.
    """
    waiting = found.offered(kind)
    others = tuple(each for each in found.offers if each.kind != kind)
    mine = next((each for each in found.offers if each.kind == kind and each.seat == seat), None)
    if action == "offer" and waiting in (None, seat):
        if mine is not None and mine.declined:
            raise Problem(
                "offer-declined", _("Your opponent has declined this; you can ask again after the next move.")
            )
        return (found.offers if mine else (*others, Offer(kind, seat))), "offer"
    if waiting is None or (action == "accept" and waiting == seat):
        raise Problem("no-offer", _(_NO_OFFER[kind]))
    if action == "decline":
        return (others, "withdraw") if waiting == seat else ((*others, Offer(kind, waiting, declined=True)), "decline")
    return others, "accept"


def end_pause(connection: sa.Connection, game_id: str, user_id: str, hall_time: int) -> Game:
    """Lets the clock run again before the pause is over, which each player can.

    Raises Problem `not-found`, `forbidden`, `game-over`, `game-suspended`, or `not-possible` when nothing is paused.
    """
    found, seat = load_for(connection, game_id, user_id, _("Only the players of a game can end its pause."))
    check_active(found)
    if not is_paused(found.times, hall_time):
        raise Problem("not-possible", _("The game is not paused."))
    running = msgspec.structs.replace(found, times=resume(found.times, hall_time))
    return _put_down(connection, found, running, "pause", seat, "end", hall_time)


def offer_event(found: Game, kind: OfferKind, seat: int, said: str, **more: Any) -> NewEvent:
    """The news of what a seat has said to an offer of this kind."""
    data = {
        "game_id": found.id,
        "revision": found.revision,
        "seat": seat,
        "action": said,
        "ply": found.ply,
        "to_act": found.to_act,
    }
    return NewEvent(f"{kind}_offer", found.channels, data | more)


def _check_possible(connection: sa.Connection, found: Game, kind: OfferKind, seat: int, hall_time: int) -> None:
    """Raises Problem `not-possible` for an offer that could not be carried out if it were accepted now."""
    if kind == "takeback":
        _ply_before(connection, found, _last_mover(connection, found) if found.is_alone else seat)
    if kind == "pause" and longest_pause(found.terms) is None:
        raise Problem("not-possible", _("This game has no clock, so there is nothing to pause."))
    if kind == "pause" and is_paused(found.times, hall_time):
        raise Problem("not-possible", _("The game is paused already."))


def _carry_out(
    connection: sa.Connection, found: Game, kind: OfferKind, proposer: int, seat: int, hall_time: int
) -> Game:
    if kind == "draw":
        emit(connection, [offer_event(found, kind, seat, "accept")])
        return end_game(connection, found, Outcome(None, "agreed"), hall_time)
    if kind == "takeback":
        after = _rewound(connection, found, _ply_before(connection, found, proposer), hall_time)
    else:
        until = hall_time + (longest_pause(found.terms) or 0)
        others = tuple(each for each in found.offers if each.kind != kind)
        times = pause(found.terms, found.times, hall_time, until)
        after = msgspec.structs.replace(found, times=times, offers=others)
    return _put_down(connection, found, after, kind, seat, "accept", hall_time)


def _put_down(
    connection: sa.Connection, found: Game, after: Game, kind: OfferKind, seat: int, said: str, hall_time: int
) -> Game:
    after = msgspec.structs.replace(after, revision=found.revision + 1)
    advance(connection, found, after)
    emit(connection, [offer_event(after, kind, seat, said, clock=after.clock_at(hall_time), status=after.status)])
    return after


def _ply_before(connection: sa.Connection, found: Game, seat: int) -> int:
    """How many moves stand when this seat's last turn, of one move or several, is taken back.

    Raises Problem `not-possible` when it has not moved.
    """
    made = sa.select(game_move.c.ply, game_move.c.seat).where(game_move.c.game_id == found.id)
    first = None
    for move in connection.execute(made.order_by(game_move.c.ply.desc())):
        if move.seat == seat:
            first = move.ply
        elif first is not None:
            break
    if first is None:
        raise Problem("not-possible", _("You have not moved yet, so there is nothing to take back."))
    return int(first) - 1


def _last_mover(connection: sa.Connection, found: Game) -> int:
    """The seat that has made the last move; the first one where nobody has moved."""
    last = sa.select(game_move.c.seat).where(game_move.c.game_id == found.id, game_move.c.ply == found.ply)
    return connection.scalar(last) or 0


def _rewound(connection: sa.Connection, found: Game, ply: int, hall_time: int) -> Game:
    """The game as it stood after so many moves, those behind taken out of its log."""
    log = sa.select(game_move).where(game_move.c.game_id == found.id, game_move.c.ply.in_((ply, ply + 1)))
    rows = {row.ply: row for row in connection.execute(log)}
    to_act = rows[ply + 1].seat
    if ply:
        sides = msgspec.json.decode(rows[ply].shown, type=Shown).sides
        times = msgspec.json.decode(rows[ply].times, type=Times)
    else:
        start = connection.scalar(sa.select(game.c.start_scene).where(game.c.id == found.id))
        sides = msgspec.json.decode(str(start), type=Scene).sides
        times = begin(found.terms, len(found.seats), to_act, hall_time)
    connection.execute(game_move.delete().where(game_move.c.game_id == found.id, game_move.c.ply > ply))
    return msgspec.structs.replace(
        found,
        ply=ply,
        to_act=to_act,
        sides=sides,
        times=rewind(times, hall_time),
        offers=(),
        turn_at=hall_time,
        noticed=False,
    )
