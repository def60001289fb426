"""What there is to choose in a clock, and what is said about terms that are none."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gamehall.clockfields import KINDS, clock_schema, read_clock, speed_of
from gamehall.clocks import PRESETS
from gamehall.problems import Problem


def test_terms_are_read_as_they_are_written() -> None:
    for terms in PRESETS.values():
        assert read_clock(msgspec.to_builtins(terms)) == terms


def test_every_kind_is_of_a_speed() -> None:
    speeds = {name: speed_of(terms) for name, terms in PRESETS.items()}
    assert {name for name, speed in speeds.items() if speed == "none"} == {"no-clock"}
    assert {name for name, speed in speeds.items() if speed == "correspondence"} == {"1-day", "3-days", "7-days"}
    assert set(speeds.values()) == {"live", "correspondence", "none"}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"kind": "hourglass"}, ["kind", "none, fischer, byoyomi, canadian, correspondence"]),
        ({}, ["kind"]),
        ("10+5", ["kind", "fischer"]),
        (None, ["kind"]),
        ({"kind": 1}, ["kind"]),
        ({"kind": "none", "seconds": 5}, ["seconds", "nothing else"]),
        ({"kind": "fischer"}, ["`initial`", "1 to 86400", "seconds for the game"]),
        ({"kind": "fischer", "initial": 0}, ["initial:", "1 to 86400"]),
        ({"kind": "fischer", "initial": "60"}, ["initial:", "int"]),
        ({"kind": "byoyomi", "initial": 60, "period": 5, "periods": 101}, ["periods:", "1 to 100"]),
        ({"kind": "correspondence", "days": 31}, ["days:", "1 to 30"]),
    ],
)
def test_what_is_wrong_with_terms_is_said_with_what_would_do(value: Any, says: list[str]) -> None:
    with pytest.raises(Problem) as refused:
        read_clock(value)
    (error,) = refused.value.errors
    assert (refused.value.slug, error.field) == ("invalid", "clock")
    assert error.message == refused.value.detail
    for words in says:
        assert words in error.message


def test_the_bounds_that_are_told_are_those_that_hold() -> None:
    for kind in KINDS:
        fields = clock_schema(kind)["properties"]
        for end in ("minimum", "maximum"):
            at_end = {name: part[end] for name, part in fields.items()}
            read_clock({"kind": kind} | at_end)
            beyond = -1 if end == "minimum" else 1
            for name, value in at_end.items():
                with pytest.raises(Problem, match=f"{name}:"):
                    read_clock({"kind": kind} | at_end | {name: value + beyond})
