"""A form for whatever options a ruleset has: what it shows is what a sent form means."""

from __future__ import annotations

from copy import deepcopy
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamehall.game import Options, Ruleset, read_options
from gamehall_web_htmx.optionform import chosen_options, option_errors, option_fields

PARTS: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (int, st.integers(-(10**9), 10**9)),
    (Annotated[int, msgspec.Meta(ge=5, le=25, title="Size")], st.integers(5, 25)),
    (Annotated[int, msgspec.Meta(gt=0)] | None, st.none() | st.integers(1, 99)),
    (float, st.floats(-1e6, 1e6)),
    (bool, st.booleans()),
    (Annotated[str, msgspec.Meta(max_length=9)], st.text("abc <&", max_size=9).map(str.strip)),
    (Literal["none", "long_pro"], st.sampled_from(["none", "long_pro"])),
    (Literal[1, 2, 3], st.sampled_from([1, 2, 3])),
    (Literal["a", None], st.sampled_from(["a", None])),
    (list[int], st.lists(st.integers(0, 9))),
    (dict[str, bool], st.dictionaries(st.text("xyz", min_size=1), st.booleans())),
]


def ruleset_with(options: type[Options]) -> Ruleset[Any, Any]:
    class Any_(Ruleset[Any, Any]):
        key, title = "any", "Any"
        Options = options

        def start(self, options: Any) -> Any:
            if getattr(options, "f0", None) == 13:
                raise ValueError("thirteen brings no luck")

        to_act = moves = play = outcome = scene = None  # type: ignore[assignment]

    Any_.__abstractmethods__ = frozenset()
    return Any_()


@st.composite
def option_kinds(draw: st.DrawFn) -> tuple[type[Options], dict[str, Any]]:
    """A type of options, and values for all of them."""
    parts = draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=6))
    fields = []
    for number, (part, drawn) in enumerate(parts):
        default = draw(drawn)
        fields.append((f"f{number}", part, msgspec.field(default_factory=partial(deepcopy, default))))
    kind: Any = msgspec.defstruct("Chosen", fields, bases=(Options,), frozen=True)
    return kind, {f"f{number}": draw(drawn) for number, (_, drawn) in enumerate(parts)}


def sent(fields: list[Any]) -> dict[str, str]:
    """What a browser sends for fields that were left as they are."""
    return {each.input_name: each.value for each in fields if each.kind != "switch" or each.value}


@given(option_kinds())
def test_a_form_sent_back_unchanged_means_what_it_showed(case: tuple[type[Options], dict[str, Any]]) -> None:
    kind, values = case
    ruleset = ruleset_with(kind)
    for shown in ({}, values):
        chosen, errors = chosen_options(ruleset, sent(option_fields(ruleset, shown, {})))
        assert errors == []
        assert read_options(ruleset, chosen) == read_options(ruleset, shown)


@given(option_kinds(), st.data())
def test_no_text_breaks_it(case: tuple[type[Options], dict[str, Any]], data: st.DataObject) -> None:
    ruleset = ruleset_with(case[0])
    names = [each.input_name for each in option_fields(ruleset, {}, {})]
    typed = data.draw(st.dictionaries(st.sampled_from(names), st.text(max_size=8)))
    chosen, errors = chosen_options(ruleset, typed)
    errors += option_errors(ruleset, chosen)
    again = option_fields(ruleset, {}, typed)
    assert {each.field for each in errors} <= {"", *(each.name for each in again)}
    for each in again:
        if each.input_name in typed and each.kind != "switch":
            assert each.value == typed[each.input_name]


class Bounded(Options, frozen=True):
    f0: Annotated[int, msgspec.Meta(ge=5, le=25)] = 15
    deep: Literal["low", "high"] = "low"


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"option_f0": "4"}, "f0", "Give a whole number from 5 to 25."),
        ({"option_f0": "1.5"}, "f0", "Give a whole number from 5 to 25."),
        ({"option_f0": ""}, "f0", "Give a whole number from 5 to 25."),
        ({"option_deep": "x"}, "deep", "Choose one of these."),
        ({"option_f0": "13"}, "", "thirteen brings no luck"),
    ],
)
def test_errors_name_their_field(typed: dict[str, str], field: str, message: str) -> None:
    ruleset = ruleset_with(Bounded)
    chosen, errors = chosen_options(ruleset, typed)
    assert [(each.field, each.message) for each in errors or option_errors(ruleset, chosen)] == [(field, message)]
