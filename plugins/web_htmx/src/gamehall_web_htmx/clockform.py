"""Choosing a clock in a form: one that has a name, or the numbers of one's own."""

from __future__ import annotations

from dataclasses import dataclass

from gamehall.clockfields import KINDS, OWN_KINDS, clock_schema, kind_words, read_clock, usual_numbers
from gamehall.clocks import PRESETS, NoClock, Terms, describe
from gamehall.languages import catalogue
from gamehall.problems import FieldError

from .forms import Form
from .optionform import OptionField, fields_of, read_fields

__all__ = ["NO_CLOCK", "OwnClock", "chosen_clock", "clock_groups", "own_clocks", "quick_clocks"]

_ = catalogue(__name__)

NO_CLOCK = next(name for name, terms in PRESETS.items() if isinstance(terms, NoClock))
_OWN = "own-"


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


def clock_groups() -> dict[str, list[tuple[str, str]]]:
    """(name, words) of each clock with a name, by what it is for."""
    return {
        _("Without one"): _named("none"),
        _("In one sitting"): _named("fischer", "byoyomi", "canadian"),
        _("Over days"): _named("correspondence"),
    }


def quick_clocks() -> list[tuple[str, str]]:
    """(name, words) of those that one can be paired for at once."""
    return _named("fischer") + _named("byoyomi") + _named("correspondence")[:1] + _named("none")


def own_clocks(typed: Form) -> list[OwnClock]:
    """Every kind of clock that leaves something to choose, filled with what was typed, else like the first preset."""
    return [OwnClock(kind, _OWN + kind, *kind_words(kind), _own_fields(kind, typed)) for kind in OWN_KINDS]


def _own_fields(kind: str, typed: Form) -> list[OptionField]:
    return fields_of(clock_schema(kind), usual_numbers(kind), typed, f"{kind}_", catalogue("gamehall"))


def chosen_clock(typed: Form) -> tuple[Terms, list[FieldError]]:
    """The clock that a sent form means, and what is wrong with it at which field."""
    name = typed.get("clock", NO_CLOCK)
    if name in PRESETS:
        return PRESETS[name], []
    kind = name.removeprefix(_OWN)
    if not name.startswith(_OWN) or kind not in OWN_KINDS:
        return NoClock(), [FieldError("clock", _("Choose one of these."))]
    chosen, errors = read_fields(clock_schema(kind), typed, f"{kind}_")
    if errors:
        return NoClock(), [FieldError(f"{kind}_{each.field}", each.message) for each in errors]
    return read_clock({"kind": kind} | chosen), []
