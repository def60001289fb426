"""Forms of options: whatever a ruleset leaves to choose is a field, and what is typed is what is played."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamehall.game import Ruleset, options_schema, read_options
from gamehall.optionfields import OptionField, typed_for
from gamehall_desktop.installed import load_installed
from gamehall_desktop.state.optionform import form_for
from rig.everyoption import Deep, Every, EveryGame
from rig.strangers import example_ruleset
from rig.tree import ROOT

EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir() if (path / "pyproject.toml").exists())


@cache
def rulesets() -> dict[str, Ruleset[Any, Any]]:
    return {**load_installed().rulesets, **{name: example_ruleset(name) for name in EXAMPLES}}


def legal(field: OptionField) -> st.SearchStrategy[Any]:
    """Values that the schema allows."""
    values: st.SearchStrategy[Any]
    match field.kind:
        case "integer" | "number":
            step = field.part.get("multipleOf", 1 if field.kind == "integer" else 0.25)
            values = st.integers(int(field.minimum / step), int(field.maximum / step)).map(lambda count: count * step)
        case "switch":
            values = st.booleans()
        case "choice":
            values = st.sampled_from([value for value, _word in field.choices])
        case "text":
            longest = field.longest
            values = st.from_regex(field.part.get("pattern", ""), fullmatch=False).filter(
                lambda text: field.shortest <= len(text) and (longest is None or len(text) <= longest)
            )
        case _:
            values = st.just({} if field.default is msgspec.UNSET else field.default)
    return st.none() | values if field.optional else values


@pytest.mark.parametrize("key", sorted(rulesets()))
@given(data=st.data())
def test_the_form_of_every_ruleset_means_what_is_typed_into_it(key: str, data: st.DataObject) -> None:
    ruleset = rulesets()[key]
    schema = options_schema(ruleset)
    form = form_for(schema)
    assert form.read()[1] == {}
    assert read_options(ruleset, form.read()[0]) == read_options(ruleset, {})
    chosen = {field.name: data.draw(legal(field)) for field in form.fields}
    for field in form.fields:
        form.typed[field.name] = typed_for(field, chosen[field.name])
    options, errors = form.read()
    assert errors == {}
    try:
        wanted = read_options(ruleset, chosen)
    except msgspec.ValidationError:  # some do not go together, which no schema says
        with pytest.raises(msgspec.ValidationError):
            read_options(ruleset, options)
    else:
        assert read_options(ruleset, options) == wanted
    for preset in ruleset.presets.values():
        form.fill(preset)
        assert read_options(ruleset, form.read()[0]) == read_options(ruleset, preset)


WRONG = [
    ("size", "4", "Give a whole number from 5 to 25."),
    ("size", "ten", "Give a whole number from 5 to 25."),
    ("above", "0", "Give a whole number from 1."),
    ("even", "3", "Give a whole number. It goes in steps of 2."),
    ("share", "1", "Give a number from 0 to 1."),
    ("share", "nan", "Give a number from 0 to 1."),
    ("opening", "pro", "Choose one of these."),
    ("name", "", "Give 1 to 4 characters."),
    ("name", "abcde", "Give 1 to 4 characters."),
    ("code", "1a", "Give a text that fits the pattern ^[a-z]+[0-9]$."),
    ("limit", "many", "Give a whole number."),
    ("cells", "[", "Give valid JSON."),
]


@pytest.mark.parametrize(("name", "typed", "sentence"), WRONG)
def test_a_field_says_what_it_takes(name: str, typed: str, sentence: str) -> None:
    form = form_for(options_schema(EveryGame()))
    form.typed[name] = typed
    options, errors = form.read()
    assert errors == {name: sentence}
    assert name not in options


def test_there_is_a_field_for_every_kind_of_option_and_the_usual_is_what_it_shows() -> None:
    form = form_for(options_schema(EveryGame()))
    kinds = {field.name: field.kind for field in form.fields}
    assert kinds == {
        **dict.fromkeys(("size", "above", "even", "limit"), "integer"),
        **dict.fromkeys(("perhaps", "deep", "cells", "either"), "data"),
        **dict.fromkeys(("opening", "level"), "choice"),
        **dict.fromkeys(("name", "code"), "text"),
        "share": "number",
        "exact": "switch",
    }
    options, errors = form.read()
    assert errors == {}
    assert read_options(EveryGame(), options) == Every()
    form.fill({"limit": 7, "deep": {"width": 9}, "perhaps": True, "name": " a "})
    assert read_options(EveryGame(), form.read()[0]) == Every(limit=7, deep=Deep(9), perhaps=True, name=" a ")
    assert (form.fields[0].label, form.fields[0].help) == ("Size", "Lines.")
