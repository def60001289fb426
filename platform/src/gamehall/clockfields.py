"""What there is to choose about a clock, for forms, lists and refusals: its kinds, and the fields of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from gamehall.clocks import PRESETS, Byoyomi, Canadian, Correspondence, Fischer, NoClock, Terms, read_terms
from gamehall.languages import N_, catalogue
from gamehall.problems import FieldError, Problem

__all__ = [
    "KINDS",
    "LIVE_KINDS",
    "OWN_KINDS",
    "ClockFilter",
    "Speed",
    "clock_schema",
    "kind_words",
    "read_clock",
    "speed_of",
    "usual_numbers",
]

_ = catalogue(__name__)

Speed = Literal["live", "correspondence", "none"]
ClockFilter = Literal["live", "correspondence", "none", "fischer", "byoyomi", "canadian"]

KINDS: Mapping[str, type[Terms]] = {
    "none": NoClock,
    "fischer": Fischer,
    "byoyomi": Byoyomi,
    "canadian": Canadian,
    "correspondence": Correspondence,
}
"""Every kind of clock by the name that terms say it by."""

LIVE_KINDS = ("fischer", "byoyomi", "canadian")

_WORDS = {
    "fischer": (N_("Fischer"), N_("Time for the game, and a little more after each turn.")),
    "byoyomi": (N_("Byo-yomi"), N_("Time for the game, then periods: whoever ends a turn within one keeps it.")),
    "canadian": (N_("Canadian"), N_("Time for the game, then so many turns in each period.")),
    "correspondence": (
        N_("By days"),
        N_("Days for each turn, and days of vacation that begin when they are over."),
    ),
}
OWN_KINDS = tuple(_WORDS)
"""The kinds of clocks that leave something to choose."""


def kind_words(kind: str) -> tuple[str, str]:
    """What a kind of `OWN_KINDS` is called, and a sentence about it."""
    title, about = _WORDS[kind]
    return _(title), _(about)


def usual_numbers(kind: str) -> dict[str, int]:
    """The numbers of the first clock of this kind that is offered by name."""
    preset = next(terms for terms in PRESETS.values() if isinstance(terms, KINDS[kind]))
    return {name: value for name, value in msgspec.to_builtins(preset).items() if name != "kind"}


def speed_of(terms: Terms) -> Speed:
    """Whether a game by these terms is played in one sitting, over days, or for as long as it takes."""
    match terms:
        case NoClock():
            return "none"
        case Correspondence():
            return "correspondence"
        case _:
            return "live"


def clock_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of what there is to choose in a kind of clock, without the kind itself."""
    whole = msgspec.json.schema(KINDS[kind])
    (schema,) = whole["$defs"].values()
    return {"properties": {name: part for name, part in schema["properties"].items() if name != "kind"}}


def read_clock(value: Any) -> Terms:
    """Terms from plain data. Raises Problem `invalid` with a sentence that says which field is wrong and what would
    do."""
    try:
        return read_terms(value)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$.")
        kind = value.get("kind") if isinstance(value, Mapping) else None
        named = f"{place.rstrip('`')}: {message}" if place else message
        sentence = f"{named}. {_what_would_do(kind)}"
        raise Problem("invalid", sentence, errors=(FieldError("clock", sentence),)) from error


def _what_would_do(kind: object) -> str:
    if not isinstance(kind, str) or kind not in KINDS:
        return f"Give an object whose `kind` is one of {', '.join(KINDS)}."
    fields = [
        f"`{name}` from {part['minimum']} to {part['maximum']} ({part['title'].lower()}"
        + (f"; {part['default']} if left out)" if "default" in part else ")")
        for name, part in clock_schema(kind)["properties"].items()
    ]
    return f"A clock of kind `{kind}` takes {', '.join(fields) or 'nothing else'}."
