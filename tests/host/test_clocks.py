"""Clocks: what each kind of terms charges, credits and allows. All spans are milliseconds."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamehall.clocks import (
    PRESETS,
    Byoyomi,
    Canadian,
    Correspondence,
    Fischer,
    NoClock,
    Terms,
    Times,
    begin,
    clock_at,
    describe,
    flag_at,
    has_fallen,
    is_paused,
    later,
    move_made,
    pause,
    read_terms,
    receipt,
    resume,
    rewind,
    stop,
)

LAG = 500  # what each seat has at the start
DAY = 86_400_000

TERMS: st.SearchStrategy[Terms] = st.one_of(
    st.builds(Fischer, st.integers(1, 7_200), st.integers(0, 60)),
    st.builds(Byoyomi, st.integers(0, 7_200), st.integers(1, 120), st.integers(1, 10)),
    st.builds(Canadian, st.integers(0, 7_200), st.integers(1, 600), st.integers(1, 25)),
    st.builds(Correspondence, st.integers(1, 30), st.integers(0, 60)),
)


def play(terms: Terms, *spans: int) -> Times:
    """The clock after turns of one move each that took so long, seat 0 beginning at 0."""
    now, times = 0, begin(terms, 2, 0, 0)
    for turn, span in enumerate(spans, start=1):
        now += span
        assert not has_fallen(terms, times, now)
        times, _ = move_made(terms, times, turn % 2, now)
    return times


def test_fischer_takes_what_a_turn_cost_beyond_the_lag_and_adds_the_increment() -> None:
    times = play(Fischer(60, 2), 10_000, 700)
    assert [seat.main for seat in times.seats] == [60_000 - (10_000 - LAG) + 2_000, 60_000 - (700 - LAG) + 2_000]
    assert times.running == 0


def test_a_receipt_lists_elapsed_lag_charged_and_added() -> None:
    terms = Fischer(60, 2)
    _, spent = move_made(terms, begin(terms, 2, 0, 1_000), 1, 4_000)
    assert receipt(spent) == {"elapsed": 3_000, "lag": LAG, "charged": 2_500, "paused": 0, "added": 2_000}


def test_lag_is_credited_up_to_an_allowance_that_grows_a_little_with_each_turn() -> None:
    terms = Fischer(600, 0)
    times, now, credits_ = begin(terms, 2, 0, 0), 0, []
    for turn in range(1, 41):
        now += 2_000
        times, spent = move_made(terms, times, turn % 2, now)
        credits_.append(spent.lag)
    assert credits_[:2] == [LAG, LAG]
    assert set(credits_[2:]) == {100}


def test_quick_moves_save_lag_for_a_slow_one_but_not_without_end() -> None:
    terms = Fischer(600, 0)
    times = play(terms, *[0] * 100)
    assert [seat.lag for seat in times.seats] == [1_000, 1_000]
    _, spent = move_made(terms, times, 1, 60_000)
    assert spent.lag == 1_000


def test_byoyomi_periods_are_whole_again_after_a_turn_and_lost_when_used_up() -> None:
    terms = Byoyomi(10, 30, 3)
    times = play(terms, 10_000 + LAG + 29_999)
    assert (times.seats[0].main, times.seats[0].period, times.seats[0].periods) == (0, 30_000, 3)
    times = play(terms, 10_000 + LAG + 30_000)
    assert (times.seats[0].period, times.seats[0].periods) == (30_000, 2)
    times = play(terms, 10_000 + LAG + 89_999)
    assert (times.seats[0].period, times.seats[0].periods) == (30_000, 1)
    assert flag_at(terms, begin(terms, 2, 0, 0)) == 10_000 + LAG + 90_000


def test_canadian_gives_a_fresh_period_for_so_many_turns() -> None:
    terms = Canadian(0, 60, 3)
    times = play(terms, 20_000 + LAG, 0, 20_000 + 100, 0)
    assert (times.seats[0].period, times.seats[0].moves) == (20_000, 1)
    times = play(terms, 20_000 + LAG, 0, 20_000 + 100, 0, 19_000 + 100, 0)
    assert (times.seats[0].period, times.seats[0].moves) == (60_000, 3)


def test_turns_within_the_main_time_do_not_count_for_the_canadian_period() -> None:
    times = play(Canadian(60, 60, 3), 1_000, 1_000, 1_000, 1_000)
    assert [seat.moves for seat in times.seats] == [3, 3]


def test_correspondence_gives_days_for_each_turn_and_then_vacation() -> None:
    terms = Correspondence(3, 7)
    assert flag_at(terms, begin(terms, 2, 0, 0)) == 10 * DAY
    times = play(terms, 2 * DAY, DAY, 5 * DAY)
    assert [(seat.period, seat.main) for seat in times.seats] == [(3 * DAY, 5 * DAY), (3 * DAY, 7 * DAY)]


def test_without_a_clock_nobody_loses_by_time_but_receipts_are_kept() -> None:
    terms = NoClock()
    times = begin(terms, 2, 0, 0)
    assert flag_at(terms, times) is None
    assert not has_fallen(terms, times, 10**12)
    assert move_made(terms, times, 1, 5_000)[1].elapsed == 5_000
    assert clock_at(terms, times, 0) == {"kind": "none"}


def test_several_moves_of_one_seat_are_one_turn() -> None:
    terms = Byoyomi(0, 10, 2)
    times, first = move_made(terms, begin(terms, 2, 0, 0), 0, 6_000 + LAG)
    assert times.seats[0].period == 4_000
    times, second = move_made(terms, times, 1, 9_000 + LAG)
    assert (first.elapsed, second.elapsed) == (6_500, 3_000)
    assert times.seats[0].period == 10_000
    fischer = Fischer(60, 5)
    times, first = move_made(fischer, begin(fischer, 2, 0, 0), 0, LAG)
    assert (first.added, times.seats[0].main) == (0, 60_000)


def test_the_clock_stands_when_the_game_is_over() -> None:
    terms = Fischer(60, 5)
    times, spent = move_made(terms, begin(terms, 2, 0, 0), None, 2_000)
    assert flag_at(terms, times) is None
    assert spent.added == 0
    assert clock_at(terms, times, 10**9)["seats"][0]["left"] == 60_000 - (2_000 - LAG)


def test_a_pause_is_charged_to_nobody_is_told_on_the_receipt_and_ends_by_itself() -> None:
    terms = Fischer(60, 0)
    times = pause(terms, begin(terms, 2, 0, 0), 1_000, until=61_000)
    assert is_paused(times, 60_999)
    assert not is_paused(times, 61_000)
    assert flag_at(terms, times) == 61_000 + 60_000 - (1_000 - LAG)
    assert clock_at(terms, times, 31_000)["paused_for"] == 30_000
    _, spent = move_made(terms, times, 1, 63_000)
    assert (spent.elapsed, spent.paused) == (3_000, 60_000)
    _, spent = move_made(terms, times, 1, 21_000)  # a move during the pause
    assert (spent.elapsed, spent.paused) == (1_000, 20_000)
    _, spent = move_made(terms, resume(times, 11_000), 1, 12_000)
    assert (spent.elapsed, spent.paused) == (2_000, 10_000)


def test_a_stopped_clock_goes_on_where_it_stopped() -> None:
    terms = Fischer(60, 0)
    stopped = stop(terms, begin(terms, 2, 0, 0), 5_000)
    assert flag_at(terms, stopped) is None
    again = resume(stopped, 1_000_000)
    assert flag_at(terms, again) == 1_000_000 + 60_000 - (5_000 - LAG)
    assert move_made(terms, again, 1, 1_002_000)[1].elapsed == 7_000


def test_a_clock_that_is_rewound_has_what_it_had() -> None:
    terms = Fischer(60, 2)
    before = play(terms, 10_000, 5_000)
    again = rewind(before, 999_000)
    assert again.seats == before.seats
    assert flag_at(terms, again) == 999_000 + before.seats[0].main + before.seats[0].lag


@given(TERMS, st.lists(st.integers(0, 400_000), max_size=6), st.integers(0, 10**7))
def test_looking_in_between_changes_nothing(terms: Terms, looks: list[int], span: int) -> None:
    """Stopping and going on at any moments, and showing the clock, costs nobody anything."""
    straight = begin(terms, 2, 0, 0)
    broken = straight
    for look in sorted(look for look in looks if look <= span):
        clock_at(terms, broken, look)
        broken = resume(stop(terms, broken, look), look)
    assert flag_at(terms, broken) == flag_at(terms, straight) or has_fallen(terms, straight, max(looks, default=0))
    assert move_made(terms, broken, 1, span) == move_made(terms, straight, 1, span)


@given(TERMS, st.integers(0, 10**10))
def test_a_flag_falls_at_one_moment(terms: Terms, started: int) -> None:
    times = begin(terms, 2, 0, started)
    falls = flag_at(terms, times)
    assert falls is not None
    assert has_fallen(terms, times, falls)
    assert not has_fallen(terms, times, falls - 1)
    assert clock_at(terms, times, falls)["seats"][0]["left"] == 0
    assert clock_at(terms, times, falls - 1)["seats"][0]["left"] > 0
    assert clock_at(terms, times, falls - 1)["flag_in"] == 1


@given(TERMS, st.lists(st.integers(0, 30_000), max_size=30))
def test_time_is_never_won_but_by_what_a_turn_adds(terms: Terms, spans: list[int]) -> None:
    times, now = begin(terms, 2, 0, 0), 0
    for turn, span in enumerate(spans, start=1):
        now += span
        if has_fallen(terms, times, now):
            break
        before = clock_at(terms, times, now)["seats"][(turn - 1) % 2]["left"]
        times, spent = move_made(terms, times, turn % 2, now)
        after = times.seats[(turn - 1) % 2]
        if isinstance(terms, Fischer):
            assert after.main == before + spent.added
        assert 0 <= after.lag <= 1_000
        assert spent.charged >= 0
    assert all(seat.main >= 0 and seat.period >= 0 for seat in times.seats)


@given(TERMS)
def test_clocks_are_stored_as_they_are(terms: Terms) -> None:
    times = pause(terms, begin(terms, 2, 0, 5), 700, 9_000)
    assert msgspec.json.decode(msgspec.json.encode(times), type=Times) == times
    assert read_terms(msgspec.to_builtins(terms)) == terms


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "hourglass"}, "hourglass"),
        ({"kind": "none", "seconds": 5}, "seconds"),
        ({"kind": "fischer"}, "initial"),
        ({"kind": "fischer", "initial": 0}, "initial"),
        ({"kind": "fischer", "initial": 60, "increment": -1}, "increment"),
        ({"kind": "byoyomi", "initial": 60, "period": 0}, "period"),
        ({"kind": "canadian", "initial": 60, "period": 60, "moves": 0}, "moves"),
        ({"kind": "correspondence", "days": 400}, "days"),
        ({"initial": 60}, "kind"),
    ],
)
def test_wrong_terms_are_refused_by_the_field(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=said):
        read_terms(wrong)


def test_terms_in_words() -> None:
    assert {name: describe(terms) for name, terms in PRESETS.items()} == {
        "3+2": "3 min + 2 s",
        "5+3": "5 min + 3 s",
        "10+5": "10 min + 5 s",
        "30+20": "30 min + 20 s",
        "byo-yomi": "10 min + 3 × 30 s",
        "canadian": "10 min + 15 turns in 5 min",
        "1-day": "1 day a turn, 3 of vacation",
        "3-days": "3 days a turn, 7 of vacation",
        "7-days": "7 days a turn, 14 of vacation",
        "no-clock": "no clock",
    }


@given(TERMS, st.lists(st.integers(0, 200_000), max_size=6), st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_clock_that_was_shown_is_shown_later_as_the_hall_would(
    terms: Terms, spans: list[int], first: int, then: int
) -> None:
    now, times = 0, begin(terms, 2, 0, 0)
    for turn, span in enumerate(spans, start=1):
        if has_fallen(terms, times, now + span):
            break
        now += span
        times, _ = move_made(terms, times, turn % 2, now)
    shown = clock_at(terms, times, now + first)
    assert later(shown, times.running, then) == clock_at(terms, times, now + first + then)
    paused = pause(terms, times, now, now + 60_000)
    shown = clock_at(terms, paused, now + 10_000)
    assert later(shown, paused.running, then) == clock_at(terms, paused, now + 10_000 + then)
    stopped = stop(terms, times, now)
    assert later(clock_at(terms, stopped, now), times.running, then) == clock_at(terms, stopped, now)


def test_no_clock_is_none_later() -> None:
    assert later({"kind": "none"}, 0, 1_000) == {"kind": "none"}
