"""The lobby: proposing games, answering, and clearing away what nobody has answered in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from gamehall.accounts import User, user_by_name
from gamehall.challenges import (
    Action,
    Challenge,
    ChallengeTerms,
    accept,
    close,
    closed,
    due_challenges,
    expire,
    insert_challenge,
    lifetime,
    load_challenge,
    see_challenge,
    start_at_once,
)
from gamehall.declare import Host
from gamehall.game import options_schema
from gamehall.games import Opening, open_game
from gamehall.languages import catalogue
from gamehall.limits import limits_of
from gamehall.naming import title_of
from gamehall.pairing import open_or_pair
from gamehall.problems import FieldError, Problem
from gamehall.tables import new_id, now

__all__ = ["create_challenge", "expire_challenges", "respond", "show_challenge"]

_ = catalogue(__name__)


async def create_challenge(host: Host, challenger_id: str, terms: ChallengeTerms) -> Challenge:
    """Proposes a game; or, to be paired, takes an open challenge that fits, which then is the one that is given.

    Against oneself, and against an opponent that is always there, the game begins at once.

    Raises Problem `invalid` with the fields, `not-found`, `forbidden` by a policy, or `too-many-requests`.
    """
    ruleset = host.offered_rulesets.get(terms.ruleset)
    if ruleset is None:
        raise _invalid("ruleset", _("There is no ruleset {ruleset!r} here.", ruleset=terms.ruleset))
    if len(ruleset.seats) != 2:
        raise _invalid(
            "ruleset",
            _(
                "{title} is for {seats} players; a challenge is for two.",
                title=title_of(ruleset),
                seats=len(ruleset.seats),
            ),
        )
    if terms.link and terms.opponent is not None:
        raise _invalid("link", _("Give an opponent or ask for a link, not both."))
    if terms.pair and (terms.link or terms.opponent is not None):
        raise _invalid("pair", _("Only an open challenge can be paired: give neither an opponent nor a link."))
    opening = _opening(host, terms.ruleset, terms.options)
    opponent = None if terms.opponent is None else await _opponent(host, challenger_id, terms.opponent)
    is_open = opponent is None and not terms.link
    row = {
        "id": new_id(),
        "ruleset": terms.ruleset,
        "options": opening.options,
        "challenger_id": challenger_id,
        "opponent_id": opponent.id if opponent else None,
        "seat": None if terms.seat == "random" else terms.seat,
        "clock": msgspec.json.encode(terms.clock).decode(),
        "is_open": is_open,
        "by_link": terms.link,
        "pair": terms.pair,
        "status": "pending",
        "created_at": now(),
        "expires_at": host.hall_time() + lifetime(terms.clock, is_open=is_open),
    }
    if is_open:
        return await open_or_pair(host, row, opening)
    if opponent is not None and (opponent.id == challenger_id or opponent.played_by is not None):
        return await host.write(start_at_once, row, opening, host.hall_time(), limits_of(host.settings))
    return await host.write(insert_challenge, row, limits_of(host.settings))


async def _opponent(host: Host, challenger_id: str, username: str) -> User:
    opponent = await host.read(user_by_name, username)
    if opponent.id == challenger_id:
        return opponent
    if opponent.played_by is not None and opponent.id not in host.opponents:
        sentence = _("{name} is switched off here at the moment; challenge another.", name=opponent.display_name)
        raise _invalid("opponent", sentence)
    if opponent.is_guest:
        raise _invalid(
            "opponent", _("{username} is a guest; challenge somebody who has an account.", username=opponent.username)
        )
    await _ask_policies(host, "challenge", challenger_id, opponent.id)
    return opponent


async def show_challenge(host: Host, challenge_id: str, viewer: str | None) -> Challenge:
    """The challenge, if this user, None being a stranger, may know of it. Raises Problem `not-found`."""
    found = await host.read(see_challenge, challenge_id, viewer)
    await _check_meeting(host, found, viewer)
    return found


async def _check_meeting(host: Host, found: Challenge, user_id: str | None) -> None:
    """Raises Problem `not-found` for a challenge that waits, by somebody whom this user does not meet."""
    if user_id is None or found.status != "pending" or user_id == found.challenger_id:
        return
    if found.challenger_id in (await host.apart([user_id]))[user_id]:
        raise Problem("not-found", _("There is no such challenge."))


async def respond(host: Host, challenge_id: str, user_id: str, action: Action, *, by_code: bool = False) -> Challenge:
    """Accepts, declines or cancels; accepting starts the game. `by_code` says that the user came by its link.

    Raises Problem `not-found`, `forbidden`, `challenge-closed`, or `too-many-requests` or `not-possible` when one of
    the two has too many games.
    """
    found = await host.read(load_challenge, challenge_id)
    if not found.seen_by(user_id) and not by_code:
        raise Problem("not-found", _("There is no such challenge."))
    _check_right(found, user_id, action)
    if action != "accept":
        return await host.write(close, challenge_id, action, host.hall_time())
    if found.status != "pending":
        raise closed(found)
    if found.ruleset not in host.offered_rulesets:
        raise Problem("challenge-closed", _("The rules of this challenge are not offered here any more."))
    await _check_meeting(host, found, user_id)
    await _ask_policies(host, "play", user_id, found.challenger_id)
    opening = _opening(host, found.ruleset, found.options)
    return await host.write(accept, challenge_id, user_id, opening, host.hall_time(), limits_of(host.settings))


def _check_right(found: Challenge, user_id: str, action: Action) -> None:
    own = user_id == found.challenger_id
    if action == "cancel" and not own:
        raise Problem("forbidden", _("Only the challenger can cancel a challenge."))
    if action == "accept" and own:
        raise Problem("forbidden", _("You cannot accept your own challenge."))
    if action == "decline" and user_id != found.opponent_id:
        raise Problem("forbidden", _("Only the challenged user can decline."))


async def expire_challenges(host: Host) -> None:
    """Closes the challenges whose time is over. Every worker does so; of several the database lets one close each."""
    for challenge_id in await host.read(due_challenges, host.hall_time()):
        await host.write(expire, challenge_id, host.hall_time())


async def _ask_policies(host: Host, question: Literal["challenge", "play"], asker: str, other: str) -> None:
    verdict = await host.ask(question, asker, other)
    if not verdict.allowed:
        raise Problem("forbidden", verdict.why)


def _opening(host: Host, key: str, options: Mapping[str, Any]) -> Opening:
    ruleset = host.rulesets[key]
    try:
        return open_game(ruleset, options)
    except (msgspec.ValidationError, ValueError) as error:
        names = ", ".join(options_schema(ruleset).get("properties", {})) or "none"
        raise _invalid(
            "options",
            _(
                "{error}. The options of {title}: {names}.",
                error=error,
                title=title_of(ruleset),
                names=names,
            ),
        ) from error


def _invalid(field: str, message: str) -> Problem:
    return Problem("invalid", message, errors=(FieldError(field, message),))
