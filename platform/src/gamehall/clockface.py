"""Clocks and spans of time as people read them: digits for the eye, and words for whoever hears it.

Spans are milliseconds. What is left is rounded up, so that nobody reads 0:00 while they can still move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from gamehall.clocks import DAY, HOUR, SECOND, Byoyomi, Canadian, Correspondence, NoClock, SeatTime, Terms, terms_of
from gamehall.languages import catalogue
from gamehall.spans import counted, in_words, units_of

__all__ = ["ClockFace", "clock_faces", "took"]

_ = catalogue(__name__)

_LOW_LIVE, _LOW_BY_DAYS = 20 * SECOND, 12 * HOUR


@dataclass(frozen=True, slots=True)
class ClockFace:
    """One side's time. `digits` is what they think by now and `more` what they have behind it; `words` say both.

    `left` is what the digits say, `ticks` whether they are seconds that one can watch going by."""

    left: int
    ticks: bool
    digits: str
    more: str
    words: str
    runs: bool
    is_low: bool


def clock_faces(shown: Mapping[str, Any], *, active: bool) -> tuple[ClockFace, ...]:
    """Every side's time, by seat, of a clock as `clocks.clock_at` shows it; none where nobody's time is up.

    `active` says that the game goes on: nobody has to hurry in one that is over.
    """
    terms = terms_of(shown)
    if isinstance(terms, NoClock):
        return ()
    low = _LOW_BY_DAYS if isinstance(terms, Correspondence) else _LOW_LIVE
    faces = []
    for number, each in enumerate(shown["seats"]):
        left = msgspec.convert(each, SeatTime)
        digits, more, words = _face(terms, left)
        faces.append(
            ClockFace(
                left=left.main or left.period,
                ticks=not isinstance(terms, Correspondence),
                digits=digits,
                more=more,
                words=words,
                runs=shown["running"] == number,
                is_low=active and each["left"] < low,
            )
        )
    return tuple(faces)


def _face(terms: Terms, seat: SeatTime) -> tuple[str, str, str]:
    """(digits, more, words) of what a seat has left."""
    main, span = in_words(seat.main), in_words(seat.period)
    match terms:
        case Byoyomi(period=period) if seat.main:
            periods = counted(seat.periods, "period")
            more = f"+ {seat.periods} × {_digits(period * SECOND)}"
            words = _(
                "{main} left, then {periods} of {period}", main=main, periods=periods, period=in_words(period * SECOND)
            )
            return _digits(seat.main), more, words
        case Byoyomi():
            last = seat.periods == 1
            more = _("last period") if last else _("{periods} left", periods=counted(seat.periods, "period"))
            return _digits(seat.period), more, _("{span} left in this period, {more}", span=span, more=more)
        case Canadian(period=period) if seat.main:
            turns = counted(seat.moves, "turn")
            more = _("+ {turns} in {period}", turns=turns, period=_digits(period * SECOND))
            words = _("{main} left, then {turns} in {period}", main=main, turns=turns, period=in_words(period * SECOND))
            return _digits(seat.main), more, words
        case Canadian():
            turns = counted(seat.moves, "turn")
            return (
                _digits(seat.period),
                _("for {turns}", turns=turns),
                _("{span} left for {turns}", span=span, turns=turns),
            )
        case Correspondence() if seat.period or not seat.main:
            if not seat.main:
                return _short(seat.period), "", _("{span} left for this turn", span=span)
            words = _("{span} left for this turn, then {vacation} of vacation", span=span, vacation=main)
            return _short(seat.period), _("vacation {span}", span=_short(seat.main)), words
        case Correspondence():
            return _short(seat.main), _("on vacation"), _("on vacation, {span} of it left", span=main)
        case _:
            return _digits(seat.main), "", _("{span} left", span=main)


def took(span: int) -> str:
    """How long something took: `25 ms`, `3.4 s`, `34 s`, `4:12`, `1:04:12` or `2 d 5 h`."""
    if 0 < span < 100:
        return f"{span} ms"
    if span < 10 * SECOND:
        return f"{span // 100 / 10:g} s"
    if span < 60 * SECOND:
        return f"{span // SECOND} s"
    return _clock(span // SECOND) if span < DAY else _short(span)


def _short(span: int) -> str:
    shorter = {"day": "d", "hour": "h", "minute": "min", "second": "s"}
    return " ".join(f"{number} {shorter[unit]}" for number, unit in units_of(span)) or "0 s"


def _digits(span: int) -> str:
    return _clock(-(-span // SECOND))


def _clock(seconds: int) -> str:
    hours, rest = divmod(seconds, 3_600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
