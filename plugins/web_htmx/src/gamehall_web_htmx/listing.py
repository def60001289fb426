"""Games and challenges as lists show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any

import msgspec
from markupsafe import Markup

from gamehall import optionfields
from gamehall.challenges import Challenge
from gamehall.clocks import describe, flag_at, is_paused
from gamehall.declare import Host
from gamehall.game import Ruleset, options_schema, read_options
from gamehall.gamelog import Game, Seat
from gamehall.languages import ENGLISH, catalogue, language
from gamehall.naming import option_words, say, title_of
from gamehall.optionfields import OptionField, fields_of
from gamehall.spans import in_largest, in_words

from .thumbnails import Pictures

__all__ = [
    "ChallengeCard",
    "GameCard",
    "challenge_cards",
    "game_cards",
    "option_facts",
    "options_words",
    "ruleset_title",
    "storable",
]

_ = catalogue(__name__)

_KEPT = 5_000  # cards, of some three kilobytes each


class GameCard(msgspec.Struct, frozen=True):
    """A game in a list, with what it is to the viewer. `opponent` is empty where the viewer does not play or plays
    alone; `time` says, where they play, how long whoever is to move may still think, or since when they do."""

    id: str
    title: str
    options: str
    players: tuple[Seat, ...]
    status: str
    state: str
    your_turn: bool
    opponent: str
    ply: int
    started: str
    time: str = ""
    picture: Markup | None = None


@dataclass(frozen=True, slots=True)
class ChallengeCard:
    """A challenge in a list; `open_for` is how long it still waits, in words, empty when it does not. That is not shown
    in lists, in which two cards are the same from one second to the next."""

    id: str
    title: str
    options: str
    clock: str
    side: str
    challenger: str
    challenger_name: str
    opponent: str | None
    opponent_name: str | None
    by_link: bool
    pair: bool
    open_for: str = field(compare=False)
    offered: bool


def storable(text: str) -> str:
    """What a query says, without what a database would not take."""
    return text.replace("\0", "")


def ruleset_title(host: Host, key: str) -> str:
    """The ruleset's title, its key when it is not installed any more."""
    ruleset = host.rulesets.get(key)
    return title_of(ruleset) if ruleset else key


def options_words(host: Host, key: str, options: Mapping[str, Any]) -> str:
    """The options in short, such as "board size 19 · opening swap2": numbers, and what is not as usual."""
    return _options_words(host.rulesets.get(key), options)


def _options_words(ruleset: Ruleset[Any, Any] | None, options: Mapping[str, Any]) -> str:
    return optionfields.options_words(_usual(ruleset) if ruleset else (), options, partial(say, ruleset))


def option_facts(host: Host, key: str, options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, value) of each option, in words."""
    ruleset = host.rulesets.get(key)
    parts = options_schema(ruleset).get("properties", {}) if ruleset else {}
    return [
        (say(ruleset, parts.get(name, {}).get("title") or option_words(name)), _value_words(ruleset, value))
        for name, value in options.items()
    ]


def _value_words(ruleset: Ruleset[Any, Any] | None, value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _amid(say(ruleset, option_words(str(value))))


def _amid(words: str) -> str:
    """A name amid others: English writes it small, other languages as it is."""
    return words.lower() if language() == ENGLISH else words


@lru_cache
def _usual(ruleset: Ruleset[Any, Any]) -> tuple[OptionField, ...]:
    """What there is to choose, in the ruleset's own words, with every default."""
    defaults = msgspec.to_builtins(read_options(ruleset, {}))
    return tuple(replace(each, default=defaults[each.name]) for each in fields_of(options_schema(ruleset)))


def game_cards(games: Sequence[Game], host: Host, viewer: str | None, pictures: Pictures) -> tuple[GameCard, ...]:
    made, tongue = host.kept(_cards), language()
    cards = []
    for each in games:
        player = viewer if each.seat_of(viewer) is not None else None
        cards.append(
            msgspec.structs.replace(
                made(each, host.rulesets.get(each.ruleset), player, tongue),
                time=_time(each, host.hall_time()) if player else "",
                picture=pictures.get(each.id),
            )
        )
    return tuple(cards)


def _cards(_host: Host) -> Callable[[Game, Ruleset[Any, Any] | None, str | None, str], GameCard]:
    """Gives the cards that were shown last as they were made. A card is made of nothing but what is given for it, so
    none is ever out of date: a game in which something has changed, a name too, is another."""
    return lru_cache(maxsize=_KEPT)(_card)


def _card(found: Game, ruleset: Ruleset[Any, Any] | None, player: str | None, _language: str) -> GameCard:
    """The game's card for one of its players, or everybody else, but for what is of the moment."""
    return GameCard(
        id=found.id,
        title=title_of(ruleset) if ruleset else found.ruleset,
        options=_options_words(ruleset, found.options),
        players=found.seats,
        status=found.status,
        state=_state(found, player),
        your_turn=_is_turn_of(found, player),
        opponent=_opponent(found, player),
        ply=found.ply,
        started=found.created_at,
    )


def _is_turn_of(found: Game, viewer: str | None) -> bool:
    return found.status == "active" and any(s.user_id == viewer and s.seat == found.to_act for s in found.seats)


def _opponent(found: Game, viewer: str | None) -> str:
    others = [each.display_name for each in found.seats if each.user_id != viewer]
    return _(" and ").join(others) if len(others) < len(found.seats) else ""


def _time(found: Game, hall_time: int) -> str:
    if found.status != "active":
        return ""
    if is_paused(found.times, hall_time):
        return _("paused")
    falls = flag_at(found.terms, found.times)
    if falls is not None:
        return _("{span} left", span=in_words(falls - hall_time))
    return "" if found.turn_at is None else _("for {span}", span=in_largest(hall_time - found.turn_at))


def _state(found: Game, viewer: str | None) -> str:
    """How it stands, in a few words."""
    if found.status == "active":
        if _is_turn_of(found, viewer):
            return _("Your turn")
        return next((_("{name} to move", name=s.display_name) for s in found.seats if s.seat == found.to_act), "")
    if found.status == "finished":
        winner = next((s for s in found.seats if s.seat == found.winner), None)
        if winner is None:
            return _("Draw")
        return _("You won") if winner.user_id == viewer else _("{name} won", name=winner.display_name)
    return _("Suspended") if found.status == "suspended" else _("Aborted")


def challenge_cards(challenges: Sequence[Challenge], host: Host) -> tuple[ChallengeCard, ...]:
    return tuple(
        ChallengeCard(
            id=each.id,
            title=ruleset_title(host, each.ruleset),
            options=options_words(host, each.ruleset, each.options),
            clock=describe(each.clock),
            side=side_words(host, each),
            challenger=each.challenger,
            challenger_name=each.challenger_name,
            opponent=each.opponent,
            opponent_name=each.opponent_name,
            by_link=each.by_link,
            pair=each.pair,
            open_for="" if (left := each.open_for(host.hall_time())) is None else in_words(left),
            offered=each.ruleset in host.offered_rulesets,
        )
        for each in challenges
    )


def side_words(host: Host, found: Challenge) -> str:
    """Which side the challenger begins with."""
    ruleset = host.rulesets.get(found.ruleset)
    if found.seat is None or ruleset is None:
        return _("sides drawn by lot")
    return _("{name} begins as {side}", name=found.challenger_name, side=say(ruleset, ruleset.seats[found.seat]))
