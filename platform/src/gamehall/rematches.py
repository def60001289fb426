"""Another game of the same players by the same terms, with the seats swapped. Whoever plays both sides asks nobody."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa

from gamehall.accounts import find_user
from gamehall.declare import Host
from gamehall.endings import load_for
from gamehall.feed import emit
from gamehall.gamelog import Game, load_game
from gamehall.games import Opening, open_game, start_game
from gamehall.languages import catalogue
from gamehall.offers import OfferAction, offer_event, weigh
from gamehall.problems import Problem
from gamehall.standing import advance

__all__ = ["answer_rematch"]

_ = catalogue(__name__)


async def answer_rematch(host: Host, game_id: str, user_id: str, action: OfferAction) -> Game:
    """Offers, accepts or declines a rematch of a game that is over; the game, whose `rematch_id` is the new one's.

    Accepting what was accepted already tells the same game again. Raises Problem `not-found`, `forbidden`, `no-offer`,
    `offer-declined`, or `not-possible`.
    """
    found = await host.read(load_game, game_id)
    if found.seat_of(user_id) is None:
        raise Problem("forbidden", _("Only the players of a game can offer a rematch."))
    if found.result is None:
        raise Problem("not-possible", _("The game is not over yet."))
    opening = None
    if action != "decline":
        if (ruleset := host.offered_rulesets.get(found.ruleset)) is None:
            raise Problem("not-possible", _("The rules of this game are not offered here any more."))
        others = {each.user_id for each in found.seats} - {user_id}
        await host.read(_check_there, others)
        is_asked = found.offered("rematch") not in (None, found.seat_of(user_id))
        for other in others:
            verdict = await host.ask("play" if is_asked else "challenge", user_id, other)
            if not verdict.allowed:
                raise Problem("forbidden", verdict.why)
        try:
            opening = open_game(ruleset, found.options)
        except (msgspec.ValidationError, ValueError) as error:
            raise Problem(
                "not-possible", _("The rules do not take the options of this game any more: {error}", error=error)
            ) from error
    return await host.write(_answer, game_id, user_id, action, opening, host.hall_time())


def _check_there(connection: sa.Connection, user_ids: Iterable[str]) -> None:
    """Raises Problem `not-possible` for a player whose account is disabled or deleted: an offer would wait for ever."""
    for person in [find_user(connection, each) for each in user_ids]:
        if person is None or not person.is_active:
            raise Problem("not-possible", _("The other player is not here any more."))


def _answer(
    connection: sa.Connection, game_id: str, user_id: str, action: OfferAction, opening: Opening | None, hall_time: int
) -> Game:
    found, seat = load_for(connection, game_id, user_id, "offer a rematch")
    if found.rematch_id is not None:
        if action == "decline":
            raise Problem("not-possible", _("The rematch has begun already."), rematch=found.rematch_id)
        return found
    offers, said = weigh(found, "rematch", seat, action)
    if said == "offer" and found.is_alone:
        offers, said = (), "accept"
    elif offers == found.offers:
        return found
    rematch_id = None
    if said == "accept" and opening is not None:
        players = [each.user_id for each in reversed(found.seats)]
        rematch_id = start_game(connection, opening, players, found.terms, hall_time)
    after = msgspec.structs.replace(found, offers=offers, rematch_id=rematch_id, revision=found.revision + 1)
    advance(connection, found, after)
    emit(connection, [offer_event(after, "rematch", seat, said, rematch=rematch_id)])
    return after
