"""Choosing a clock in a form: one that has a name, or the numbers of one's own."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gamehall.clockfields import KINDS, clock_schema, read_clock
from gamehall.clocks import PRESETS, NoClock, Terms, describe
from gamehall.problems import FieldError

from .forms import Form
from .optionform import OptionField, fields_of, read_fields

__all__ = ["CLOCK_GROUPS", "NO_CLOCK", "QUICK_CLOCKS", "OwnClock", "chosen_clock", "own_clocks"]

NO_CLOCK = next(name for name, terms in PRESETS.items() if isinstance(terms, NoClock))
_OWN = "own-"
_WORDS = {
    "fischer": ("Fischer", "Time for the game, and a little more after each turn."),
    "byoyomi": ("Byo-yomi", "Time for the game, then periods: whoever ends a turn within one keeps it."),
    "canadian": ("Canadian", "Time for the game, then so many turns in each period."),
    "correspondence": ("By days", "Days for each turn, and days of vacation that begin when they are over."),
}


@dataclass(frozen=True, slots=True)
class OwnClock:
    """A kind of clock with the numbers to give; `value` chooses it."""

    kind: str
    value: str
    title: str
    help: str
    fields: list[OptionField]


def _named(*kinds: str) -> list[tuple[str, str]]:
    """(name, words) of the clocks of these kinds that have names."""
    types = tuple(KINDS[kind] for kind in kinds)
    return [(name, describe(terms)) for name, terms in PRESETS.items() if isinstance(terms, types)]


CLOCK_GROUPS = {
    "Without one": _named("none"),
    "In one sitting": _named("fischer", "byoyomi", "canadian"),
    "Over days": _named("correspondence"),
}
"""(name, words) of each clock with a name, by what it is for."""

QUICK_CLOCKS = _named("fischer") + _named("byoyomi") + _named("correspondence")[:1] + _named("none")
"""Those that one can be paired for at once."""


def own_clocks(typed: Form) -> list[OwnClock]:
    """Every kind of clock that leaves something to choose, filled with what was typed, else like the first preset."""
    return [
        OwnClock(kind, _OWN + kind, *_WORDS[kind], fields_of(clock_schema(kind), _usual(kind), typed, f"{kind}_"))
        for kind in KINDS
        if kind in _WORDS
    ]


def _usual(kind: str) -> dict[str, int]:
    preset = next(terms for terms in PRESETS.values() if isinstance(terms, KINDS[kind]))
    return {name: value for name, value in msgspec.to_builtins(preset).items() if name != "kind"}


def chosen_clock(typed: Form) -> tuple[Terms, list[FieldError]]:
    """The clock that a sent form means, and what is wrong with it at which field."""
    name = typed.get("clock", NO_CLOCK)
    if name in PRESETS:
        return PRESETS[name], []
    kind = name.removeprefix(_OWN)
    if not name.startswith(_OWN) or kind not in _WORDS:
        return NoClock(), [FieldError("clock", "Choose one of these.")]
    chosen, errors = read_fields(clock_schema(kind), typed, f"{kind}_")
    if errors:
        return NoClock(), [FieldError(f"{kind}_{each.field}", each.message) for each in errors]
    return read_clock({"kind": kind} | chosen), []
