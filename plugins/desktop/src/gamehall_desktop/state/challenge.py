"""The form of a new game: a challenge to others in the hall, or a game of two at this computer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from gamehall.answers import Challenge, ClockPreset, RulesetInfo
from gamehall.clockfields import OWN_KINDS, clock_schema, kind_words, usual_numbers
from gamehall.languages import catalogue
from gamehall.naming import sentence
from gamehall.optionfields import OptionField
from gamehall.problems import FieldError

from .account import SignedIn, SignedOut
from .lobby import Offered
from .optionform import OptionForm, form_for
from .table import Opened

_ = catalogue(__name__)

Where = Literal["hall", "here"]
Way = Literal["open", "name", "link", "pair"]

_NO_CLOCK = ClockPreset("no-clock", {"kind": "none"}, "")
_OWN = "own:"  # before the kind of a clock whose numbers are chosen; some that are offered are called like a kind
_IN_OPTIONS = re.compile(r"`\$\.(\w+)`")


@dataclass(frozen=True, slots=True)
class Playable:
    """What can be played at this computer alone."""

    rulesets: Sequence[RulesetInfo]


@dataclass(frozen=True, slots=True)
class Proposing:
    """The user begins a new game, against `opponent` if somebody is named."""

    where: Where
    opponent: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """The hall has taken the challenge."""

    challenge: Challenge


@dataclass(frozen=True, slots=True)
class TermsRefused:
    """The hall does not take the challenge like this; a field's name is empty where it concerns no single one."""

    errors: Sequence[FieldError]


class NewGame:
    """What is chosen for the next game. It stays as it is for the one after.

    `clock` is the name of one that the hall offers, or that of a kind whose numbers are chosen in `clock_form`.
    """

    def __init__(self) -> None:
        self.where: Where | None = None
        self.key = ""
        self.preset = ""
        self.seat: int | None = None
        self.way: Way = "open"
        self.opponent = ""
        self.clock = _NO_CLOCK.name
        self.clocks: Sequence[ClockPreset] = (_NO_CLOCK,)
        self.clock_form: OptionForm = form_for({})
        self.refused: dict[str, str] = {}
        self.proposed: Challenge | None = None
        self._offered: dict[Where, Sequence[RulesetInfo]] = {"hall": (), "here": ()}
        self._forms: dict[tuple[Where, str, int], OptionForm] = {}

    def take(self, message: object) -> None:
        match message:
            case Offered(rulesets, clocks):
                self._offered["hall"] = [each for each in rulesets if len(each.seats) == 2]
                self.clocks = clocks or (_NO_CLOCK,)
            case Playable(rulesets):
                self._offered["here"] = rulesets
            case Proposing(where, opponent):
                self.where, self.refused, self.proposed = where, {}, None
                if opponent:
                    self.way, self.opponent = "name", opponent
                elif self.way == "name":
                    self.way = "open"
            case Proposed(challenge):
                self.proposed, self.refused = challenge, {}
                if not isinstance(challenge.invite_url, str):  # a link is there to be copied
                    self.where = None
            case TermsRefused(errors):
                self.refused = dict(map(self._at, errors))
            case Opened():
                self.where = None
            case SignedIn() | SignedOut() if self.where == "hall":
                self.where = None

    # What there is to choose.

    @property
    def rulesets(self) -> Sequence[RulesetInfo]:
        return self._offered[self.where or "hall"]

    @property
    def ruleset(self) -> RulesetInfo | None:
        """The chosen game, else the first."""
        return next((each for each in self.rulesets if each.key == self.key), next(iter(self.rulesets), None))

    @property
    def form(self) -> OptionForm:
        """The options of the chosen game."""
        if (found := self.ruleset) is None:
            return form_for({})
        place = (self.where or "hall", found.key, found.version)
        if place not in self._forms:
            self._forms[place] = form_for(found.options)
        return self._forms[place]

    def clock_choices(self) -> list[tuple[str, str]]:
        """(name, words) of each clock, those of one's own numbers last."""
        named = [(each.name, each.words or _("no clock")) for each in self.clocks]
        return [*named, *((_OWN + kind, _("{kind}, as you like", kind=kind_words(kind)[0])) for kind in OWN_KINDS)]

    def seat_choices(self) -> list[tuple[int | None, str]]:
        sides = enumerate(self.ruleset.seats if self.ruleset else ())
        return [(None, _("Drawn by lot")), *((seat, sentence(side)) for seat, side in sides)]

    def way_choices(self) -> list[tuple[Way, str]]:
        return [
            ("open", _("Whoever accepts it")),
            ("pair", _("Whoever wants the same, at once")),
            ("name", _("Somebody by name")),
            ("link", _("Whoever has the link")),
        ]

    # What is chosen.

    def choose_ruleset(self, key: str) -> None:
        self.key, self.preset, self.seat, self.refused = key, "", None, {}

    def choose_preset(self, name: str) -> None:
        self.preset, self.refused = name, {}
        if self.ruleset:
            self.form.fill(self.ruleset.presets.get(name, {}))

    def choose_clock(self, name: str) -> None:
        self.clock, self.refused = name, {}
        kind = name.removeprefix(_OWN)
        is_own = name.startswith(_OWN)
        self.clock_form = (
            form_for(clock_schema(kind), usual_numbers(kind), catalogue("gamehall")) if is_own else form_for({})
        )

    def type_option(self, name: str, text: str) -> None:
        self.form.typed[name] = text
        self.refused.pop(f"option:{name}", None)
        self.refused.pop("options", None)

    @property
    def errors(self) -> dict[str, str]:
        """Sentences by the names of fields: `option:…`, `clock:…`, `opponent`, and what the hall has refused."""
        return self.refused | self._wrong()

    @property
    def is_ready(self) -> bool:
        """Whether the game can be proposed; what was refused once can be tried again."""
        return self.ruleset is not None and not self._wrong()

    def _wrong(self) -> dict[str, str]:
        found = {f"option:{name}": why for name, why in self.form.read()[1].items()}
        if self.where == "hall":
            found |= {f"clock:{name}": why for name, why in self.clock_form.read()[1].items()}
            if self.way == "name" and not self.opponent.strip():
                found["opponent"] = _("Give the name of the user to challenge.")
        return found

    @property
    def options(self) -> dict[str, Any]:
        return self.form.read()[0]

    @property
    def terms(self) -> dict[str, Any]:
        """What `Client.challenge` is given beside the ruleset."""
        if self.clock.startswith(_OWN):
            clock: Mapping[str, Any] = {"kind": self.clock.removeprefix(_OWN), **self.clock_form.read()[0]}
        else:
            clock = next((each.clock for each in self.clocks if each.name == self.clock), _NO_CLOCK.clock)
        return {
            "opponent": self.opponent.strip() if self.way == "name" else None,
            "options": self.options,
            "seat": "random" if self.seat is None else self.seat,
            "clock": clock,
            "link": self.way == "link",
            "pair": self.way == "pair",
        }

    def _at(self, error: FieldError) -> tuple[str, str]:
        """The field of the form that an error of the hall's is about, and its sentence."""
        place = _IN_OPTIONS.search(error.message)
        if error.field == "options" and place and place[1] in self.form.typed:
            return f"option:{place[1]}", error.message
        return error.field, error.message


def bounds_words(field: OptionField) -> str:
    """What a number can be, as short as it fits into its field; empty for other fields."""
    match field.minimum, field.maximum:
        case None, None:
            return ""
        case least, None:
            return f"≥ {least}"
        case None, most:
            return f"≤ {most}"
        case least, most:
            return f"{least} – {most}"
