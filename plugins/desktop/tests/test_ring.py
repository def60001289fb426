"""The way that Tab takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gamehall_desktop.state.layout import Box
from gamehall_desktop.state.ring import following, in_order

boxes = st.builds(Box, st.integers(0, 900), st.integers(0, 900), st.integers(1, 200), st.integers(10, 40))


def test_rows_are_read_from_the_left() -> None:
    places = {"b": Box(60, 12, 50, 30), "a": Box(0, 10, 50, 34), "d": Box(40, 60, 9, 9), "c": Box(0, 64, 9, 9)}
    assert in_order(places) == ["a", "b", "c", "d"]
    assert (following(places, None), following(places, None, back=True)) == ("a", "d")
    assert (following(places, "gone"), following({}, "a")) == ("a", None)


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), boxes, min_size=1), st.booleans())
def test_everything_is_reached_once_in_a_round(places: dict[str, Box], back: bool) -> None:
    passed: list[str] = []
    current = None
    for _step in places:
        current = following(places, current, back=back)
        assert current is not None
        passed.append(current)
    assert sorted(passed) == sorted(places)
    assert following(places, current, back=back) == passed[0]
    assert following(places, passed[0], back=not back) == current
