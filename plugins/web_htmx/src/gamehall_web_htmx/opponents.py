"""Whom one can play: what the forms for a new game offer to whoever looks."""

from __future__ import annotations

from dataclasses import dataclass

from gamehall.declare import Host
from gamehall.gamelog import Game
from gamehall.languages import catalogue

from .site import Visitor

__all__ = ["Way", "answers_at_once", "quick_ways", "ways_to_play"]

_ = catalogue(__name__)


@dataclass(frozen=True, slots=True)
class Way:
    """A choice of opponents; `value` is what the form sends, `short` says the same on a button."""

    value: str
    label: str
    help: str
    short: str


def quick_ways(host: Host) -> tuple[Way, ...]:
    """What needs nothing more than the game, for guests too. An opponent that is always there is sent as `@name`."""
    always = [
        Way(f"@{each.username}", each.display_name, each.summary, _("Against {name}", name=each.display_name))
        for each in sorted(host.opponents.values(), key=lambda each: each.username)
    ]
    alone = Way(
        "alone",
        _("Both sides on this device"),
        _("You play against somebody beside you, or try things out."),
        _("On one device"),
    )
    link = Way("link", _("A friend, by a link"), _("You get an address to send and a code to scan."), _("With a link"))
    return (*always, alone, link)


def ways_to_play(host: Host, visitor: Visitor) -> tuple[Way, ...]:
    """Every choice that this visitor has."""
    if visitor.account is None:
        return quick_ways(host)
    return (
        *quick_ways(host),
        Way("open", _("Whoever comes first"), _("Everybody sees it in the lobby."), ""),
        Way("pair", _("Whoever wants the same"), _("If somebody waits for this game already, it begins at once."), ""),
        Way("name", _("A user by name"), "", ""),
    )


def answers_at_once(host: Host, found: Game) -> bool:
    """Whether one of the players is always there, so that it pays to look again soon."""
    return any(each.user_id in host.opponents for each in found.seats)
