"""The player at work: in every worker it follows its games, moves where it is to act, and answers what it is offered.

What is to be done stands in the database, and events only say where to look. So nothing is lost by a restart, and
where several workers look at once the database lets one of them act.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from random import Random
from typing import Any

import msgspec

from gamehall.clocks import flag_at, is_paused
from gamehall.declare import Host
from gamehall.events import Event, user_channel
from gamehall.feed import Subscription
from gamehall.game import Ruleset
from gamehall.gamelog import Game, OfferKind, load_game, load_game_and_position
from gamehall.games import play
from gamehall.offers import OfferAction, answer_offer
from gamehall.problems import Problem
from gamehall.rematches import answer_rematch
from gamehall.tasks import beside
from gamehall.turns import games_by_turn

from .thinking import choose
from .turns import games_with_offers, leave_turn, take_turn

__all__ = ["playing", "work"]

log = logging.getLogger(__name__)

_LOOK_SECONDS = 5.0
_THINK_SECONDS, _LEAST_SECONDS = 0.4, 0.05
_MOST_SECONDS = 4.0  # rules can be slow; before another worker takes the turn
_OF_THE_CLOCK = 1 / 20
# Of this process, for whoever watches the hall.
work: Counter[str] = Counter(thinking=0, moves=0)

_ANSWERS: dict[OfferKind, OfferAction] = {
    "draw": "decline",
    "takeback": "accept",
    "pause": "accept",
    "rematch": "accept",
}


@contextlib.asynccontextmanager
async def playing(host: Host, user_id: str) -> AsyncIterator[None]:
    """Plays for this account until the block ends."""
    with host.feed.subscribe([user_channel(user_id)]) as news:
        async with beside(_play_on(host, user_id, news), "computer"):
            yield


async def _play_on(host: Host, user_id: str, news: Subscription) -> None:
    events: Sequence[Event] = ()
    everything = True
    while True:
        try:
            if user_id in host.opponents:
                host.presence.seen(user_id)
                games = await _games_to_look_at(host, user_id, events, everything=everything)
                for game_id in games:
                    await _attend(host, user_id, game_id, _THINK_SECONDS / len(games))
                everything = False
            else:
                everything = True  # as soon as it is on again
        except Exception as error:  # noqa: BLE001 - the database is away: look again
            log.warning("the computer could not look at its games (%s); trying again", type(error).__name__)
            everything = True
        events = await news.take(_LOOK_SECONDS)


async def _games_to_look_at(host: Host, user_id: str, events: Sequence[Event], *, everything: bool) -> list[str]:
    """The ids of the games of which there is news; without any, of those in which it is this player's turn."""
    for event in events:
        if event.kind == "game_over":
            await host.write(leave_turn, event.values()["game_id"])
    named = [game_id for event in events if (game_id := event.values().get("game_id"))]
    if not events or everything:
        named += [each.id for each in await host.read(games_by_turn, user_id, turn="own", status=("active",))]
    if everything:
        named += await host.read(games_with_offers, user_id)
    return list(dict.fromkeys(named))


async def _attend(host: Host, user_id: str, game_id: str, seconds: float) -> None:
    """Does in this game what waits for the player, if anything does."""
    try:
        found = await host.read(load_game, game_id)
        seat = found.seat_of(user_id)
        for offer in found.offers:
            if offer.seat != seat and not offer.declined:
                await _answer(host, user_id, game_id, offer.kind)
        await _move(host, user_id, game_id, seconds)
    except Problem as problem:
        # Another worker was faster, or the other player has ended the game or switched something off.
        log.debug("the computer does nothing in game %s: %s", game_id, problem.detail)


async def _answer(host: Host, user_id: str, game_id: str, kind: OfferKind) -> None:
    action = _ANSWERS[kind]
    if kind == "rematch":
        await answer_rematch(host, game_id, user_id, action)
    else:
        await host.write(answer_offer, game_id, user_id, kind, action, host.hall_time())


async def _move(host: Host, user_id: str, game_id: str, seconds: float) -> None:
    found, text = await host.read(load_game_and_position, game_id)
    now = host.hall_time()
    ruleset = host.rulesets.get(found.ruleset)
    if found.status != "active" or ruleset is None or found.to_act is None or is_paused(found.times, now):
        return
    if found.seats[found.to_act].user_id == user_id and await host.write(take_turn, found, now):
        move = await _choice(ruleset, text, _time_for(found, now, seconds))
        await play(host, game_id, user_id, move, found.ply)
        work["moves"] += 1


def _time_for(found: Game, now: int, seconds: float) -> float:
    falls = flag_at(found.terms, found.times)
    left = seconds if falls is None else (falls - now) / 1000 * _OF_THE_CLOCK
    return max(_LEAST_SECONDS, min(seconds, left))


async def _choice(ruleset: Ruleset[Any, Any], text: str, seconds: float) -> str:
    """The move to make; no move at all where the rules fail, which the hall then finds out by itself."""
    work["thinking"] += 1
    try:
        async with asyncio.timeout(_MOST_SECONDS):
            return await asyncio.to_thread(_think, ruleset, text, seconds)
    except Exception as error:  # noqa: BLE001 - the rules may raise anything, or take too long
        log.warning("the computer cannot think about %s (%s)", ruleset.key, type(error).__name__)
        return ""
    finally:
        work["thinking"] -= 1


def _think(ruleset: Ruleset[Any, Any], text: str, seconds: float) -> str:
    position = msgspec.json.decode(text, type=ruleset.Position)
    try:
        return choose(ruleset, position, seconds, Random())  # noqa: S311 - nothing to guess here
    except Exception:
        # Perhaps they fail only further on, where nobody ever comes to.
        log.exception("the rules of %s fail on what could come", ruleset.key)
        return next(iter(ruleset.moves(position)), "")
