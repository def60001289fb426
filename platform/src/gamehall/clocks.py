"""Time controls: what a clock's terms allow, what a move is charged, and when a flag falls.

Everything here is pure. Moments are milliseconds of one steady count that the caller keeps, spans are milliseconds,
and the numbers in terms are seconds or days, as people agree on them. A turn lasts for as long as the same seat
decides, however many moves it makes: increments and fresh periods come at its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from gamehall.languages import N_, catalogue

__all__ = [
    "DAY",
    "HOUR",
    "PRESETS",
    "SECOND",
    "Byoyomi",
    "Canadian",
    "Correspondence",
    "Fischer",
    "NoClock",
    "SeatTime",
    "Spent",
    "Terms",
    "Times",
    "begin",
    "clock_at",
    "describe",
    "flag_at",
    "has_fallen",
    "is_paused",
    "later",
    "longest_pause",
    "move_made",
    "pause",
    "read_terms",
    "receipt",
    "resume",
    "rewind",
    "stop",
    "stored_terms",
    "terms_of",
]

_ = catalogue(__name__)

_SHOWN = ("running", "flag_in", "paused_for", "seats")  # of a clock, besides its terms
SECOND, HOUR, DAY = 1_000, 3_600_000, 86_400_000

# A clock that is charged on the server counts the way of every answer and move too. Each seat gets the same allowance
# for it, which is used up before its time is: nothing that a client says makes it longer.
LAG_AT_START, LAG_PER_TURN, LAG_AT_MOST = 500, 100, 1_000


class _Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    pass


class NoClock(_Terms, frozen=True, tag="none"):
    """Nobody's time is up."""


class Fischer(_Terms, frozen=True, tag="fischer"):
    """So many seconds for the game, and an increment of seconds after each turn."""

    initial: Annotated[int, msgspec.Meta(ge=1, le=86_400, title=N_("Seconds for the game"))]
    increment: Annotated[int, msgspec.Meta(ge=0, le=3_600, title=N_("Seconds added after a turn"))] = 0


class Byoyomi(_Terms, frozen=True, tag="byoyomi"):
    """Seconds for the game, then periods of seconds: a turn that ends within a period leaves it whole."""

    initial: Annotated[int, msgspec.Meta(ge=0, le=86_400, title=N_("Seconds for the game"))]
    period: Annotated[int, msgspec.Meta(ge=1, le=3_600, title=N_("Seconds of a period"))]
    periods: Annotated[int, msgspec.Meta(ge=1, le=100, title=N_("Periods"))] = 1


class Canadian(_Terms, frozen=True, tag="canadian"):
    """Seconds for the game, then a period of seconds for so many turns, again and again."""

    initial: Annotated[int, msgspec.Meta(ge=0, le=86_400, title=N_("Seconds for the game"))]
    period: Annotated[int, msgspec.Meta(ge=1, le=86_400, title=N_("Seconds of a period"))]
    moves: Annotated[int, msgspec.Meta(ge=1, le=100, title=N_("Turns within a period"))]


class Correspondence(_Terms, frozen=True, tag="correspondence"):
    """Days for each turn, and days of vacation for the game, which begin by themselves when a turn's days are over."""

    days: Annotated[int, msgspec.Meta(ge=1, le=30, title=N_("Days for a turn"))]
    vacation: Annotated[int, msgspec.Meta(ge=0, le=60, title=N_("Days of vacation in a game"))] = 0


Terms = NoClock | Fischer | Byoyomi | Canadian | Correspondence

PRESETS: Mapping[str, Terms] = {
    "3+2": Fischer(180, 2),
    "5+3": Fischer(300, 3),
    "10+5": Fischer(600, 5),
    "30+20": Fischer(1_800, 20),
    "byo-yomi": Byoyomi(600, 30, 3),
    "canadian": Canadian(600, 300, 15),
    "1-day": Correspondence(1, 3),
    "3-days": Correspondence(3, 7),
    "7-days": Correspondence(7, 14),
    "no-clock": NoClock(),
}
"""Clocks that are offered by name."""


class SeatTime(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a seat has left: time for the game, time within its period, periods, turns to end within the period, and
    its allowance for lag. By correspondence the period is the turn's days, and `main` the vacation."""

    main: int = 0
    period: int = 0
    periods: int = 0
    moves: int = 0
    lag: int = 0


class Spent(msgspec.Struct, frozen=True, omit_defaults=True):
    """A move's receipt: how long it took without pauses, what of that was credited for lag, how long the game was
    paused meanwhile, and what was added for the turn that ended."""

    elapsed: int = 0
    lag: int = 0
    paused: int = 0
    added: int = 0

    @property
    def charged(self) -> int:
        return self.elapsed - self.lag


class Times(msgspec.Struct, frozen=True, omit_defaults=True):
    """Both sides of a clock. `running` is the seat whose time runs since `started`, which lies ahead during a pause;
    without `started` the clock stands. `spent` is what this seat's next move has cost before that."""

    seats: tuple[SeatTime, ...]
    running: int | None = None
    started: int | None = None
    paused_at: int | None = None
    spent: Spent = Spent()


def receipt(spent: Spent) -> dict[str, int]:
    """The receipt with all of its items, as everybody may see it."""
    return msgspec.structs.asdict(spent) | {"charged": spent.charged}


def read_terms(value: Mapping[str, Any]) -> Terms:
    """Terms from plain data. Raises msgspec.ValidationError, which names the field."""
    terms: Terms = msgspec.convert(value, Terms)
    return terms


stored_terms = msgspec.json.Decoder(Terms).decode
"""Terms from JSON, as they are stored."""


def begin(terms: Terms, seats: int, running: int | None, now: int) -> Times:
    """The clock at the start of a game in which this seat is to act."""
    match terms:
        case NoClock():
            full = SeatTime()
        case Fischer(initial=initial):
            full = SeatTime(main=initial * SECOND, lag=LAG_AT_START)
        case Byoyomi(initial=initial, period=period, periods=periods):
            full = SeatTime(initial * SECOND, period * SECOND, periods, lag=LAG_AT_START)
        case Canadian(initial=initial, period=period, moves=moves):
            full = SeatTime(initial * SECOND, period * SECOND, moves=moves, lag=LAG_AT_START)
        case Correspondence(days=days, vacation=vacation):
            full = SeatTime(main=vacation * DAY, period=days * DAY)
    return Times((full,) * seats, running, now)


def flag_at(terms: Terms, times: Times) -> int | None:
    """The moment at which the running seat's time is up; None while no clock runs."""
    if times.running is None or times.started is None or isinstance(terms, NoClock):
        return None
    seat = times.seats[times.running]
    return times.started + seat.lag + _left(terms, seat)


def has_fallen(terms: Terms, times: Times, now: int) -> bool:
    """Whether the running seat's time is up."""
    falls = flag_at(terms, times)
    return falls is not None and now >= falls


def move_made(terms: Terms, times: Times, to_act: int | None, now: int) -> tuple[Times, Spent]:
    """The clock after a move of the running seat, and its receipt; `to_act` decides next, nobody when it is over."""
    settled = _settle(terms, times, now)
    seat, spent = settled.running, settled.spent
    if to_act is None or seat is None:
        return msgspec.structs.replace(settled, running=None, started=None, spent=Spent()), spent
    if to_act != seat:
        rested = _end_turn(terms, settled.seats[seat])
        spent = msgspec.structs.replace(spent, added=terms.increment * SECOND if isinstance(terms, Fischer) else 0)
        settled = _with_seat(settled, seat, rested)
    return Times(settled.seats, to_act, now), spent


def stop(terms: Terms, times: Times, now: int) -> Times:
    """The clock standing, with what ran until now charged."""
    return msgspec.structs.replace(_settle(terms, times, now), started=None)


def pause(terms: Terms, times: Times, now: int, until: int) -> Times:
    """The clock standing until then, when it runs again by itself."""
    return msgspec.structs.replace(_settle(terms, times, now), started=until, paused_at=now)


def resume(times: Times, now: int) -> Times:
    """The clock running from now on, after a stop or a pause."""
    if times.paused_at is None:
        return msgspec.structs.replace(times, started=now)
    return _count_pause(times, now)


def rewind(times: Times, now: int) -> Times:
    """The clock as it was before a move that is taken back, running from now on."""
    return Times(times.seats, times.running, now)


def is_paused(times: Times, now: int) -> bool:
    """Whether the players have agreed on a pause that is not over."""
    return times.paused_at is not None and times.started is not None and now < times.started


def longest_pause(terms: Terms) -> int | None:
    """How long a pause lasts at most; None where there is no clock to pause."""
    match terms:
        case NoClock():
            return None
        case Correspondence():
            return 7 * DAY
        case _:
            return HOUR


def clock_at(terms: Terms, times: Times, now: int) -> dict[str, Any]:
    """The clock as everybody may see it at this moment: its terms, whose time runs, and what each seat has left.

    `flag_in` is the time until the running seat loses by it, `paused_for` what is left of a pause.
    """
    shown: dict[str, Any] = msgspec.to_builtins(terms)  # and what _SHOWN names
    if isinstance(terms, NoClock):
        return shown
    falls = flag_at(terms, times)
    paused = is_paused(times, now)
    settled = _settle(terms, times, now)
    seats = [{**msgspec.structs.asdict(seat), "left": _left(terms, seat)} for seat in settled.seats]
    return shown | {
        "running": times.running if times.started is not None and not paused else None,
        "flag_in": None if falls is None or paused else max(0, falls - now),
        "paused_for": times.started - now if paused and times.started is not None else None,
        "seats": seats,
    }


def later(shown: Mapping[str, Any], to_act: int | None, span: int) -> dict[str, Any]:
    """What `clock_at` has shown, as it would show it so many milliseconds later if nobody did anything meanwhile.

    `to_act` is the seat whose time runs on when a pause is over. Raises msgspec.ValidationError for no such clock.
    """
    terms = terms_of(shown)
    if isinstance(terms, NoClock):
        return dict(shown)
    seats = tuple(SeatTime(**{name: each[name] for name in SeatTime.__struct_fields__}) for each in shown["seats"])
    if (pause_left := shown["paused_for"]) is not None:
        return clock_at(terms, Times(seats, to_act, pause_left, paused_at=0), span)
    running = shown["running"]
    return clock_at(terms, Times(seats, running, None if running is None else 0), span)


def terms_of(shown: Mapping[str, Any]) -> Terms:
    """The terms of what `clock_at` has shown. Raises msgspec.ValidationError."""
    return read_terms({name: value for name, value in shown.items() if name not in _SHOWN})


def describe(terms: Terms) -> str:
    """The terms in a few words, as lists show them."""
    match terms:
        case NoClock():
            return _("no clock")
        case Fischer(initial=initial, increment=increment):
            return f"{_span(initial)} + {increment} s"
        case Byoyomi(initial=initial, period=period, periods=periods):
            return f"{_span(initial)} + {periods} × {_span(period)}"
        case Canadian(initial=initial, period=period, moves=moves):
            return _.ngettext(
                "{initial} + {count} turn in {period}",
                "{initial} + {count} turns in {period}",
                moves,
                initial=_span(initial),
                period=_span(period),
            )
        case Correspondence(days=days, vacation=vacation):
            turn = _.ngettext("{count} day a turn", "{count} days a turn", days)
            return _("{turn}, {days} of vacation", turn=turn, days=vacation) if vacation else turn


def _span(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return " ".join(([f"{minutes} min"] if minutes else []) + ([f"{rest} s"] if rest or not minutes else []))


def _left(terms: Terms, seat: SeatTime) -> int:
    """How long this seat can think on before it loses by time, its allowance for lag left out."""
    if isinstance(terms, Byoyomi):
        return seat.main + seat.period + max(0, seat.periods - 1) * terms.period * SECOND
    return seat.main + seat.period


def _settle(terms: Terms, times: Times, now: int) -> Times:
    """The same clock with what has run until now charged, and running on from now."""
    number = times.running
    if number is None or times.started is None:
        return times
    if times.paused_at is not None:
        times = _count_pause(times, min(now, times.started))
    elapsed = max(0, now - (now if times.started is None else times.started))
    seat = times.seats[number]
    credit = min(elapsed, seat.lag)
    charged = _charge(terms, msgspec.structs.replace(seat, lag=seat.lag - credit), elapsed - credit)
    before = times.spent
    spent = msgspec.structs.replace(before, elapsed=before.elapsed + elapsed, lag=before.lag + credit)
    return msgspec.structs.replace(_with_seat(times, number, charged), started=now, spent=spent)


def _count_pause(times: Times, end: int) -> Times:
    paused = times.spent.paused + max(0, end - (end if times.paused_at is None else times.paused_at))
    spent = msgspec.structs.replace(times.spent, paused=paused)
    return msgspec.structs.replace(times, started=end, paused_at=None, spent=spent)


def _charge(terms: Terms, seat: SeatTime, span: int) -> SeatTime:
    """What the seat has left after thinking for so long; charging in parts comes to the same."""
    match terms:
        case NoClock():
            return seat
        case Correspondence():
            from_period = min(span, seat.period)
            return msgspec.structs.replace(
                seat, period=seat.period - from_period, main=max(0, seat.main - (span - from_period))
            )
        case _:
            from_main = min(span, seat.main)
            seat = msgspec.structs.replace(seat, main=seat.main - from_main)
            return _use_periods(terms, seat, span - from_main)


def _use_periods(terms: Terms, seat: SeatTime, span: int) -> SeatTime:
    if isinstance(terms, Byoyomi):
        whole, full = terms.period * SECOND, seat.period
        used = 0 if span < full else 1 + (span - full) // whole
        if used >= seat.periods:
            return msgspec.structs.replace(seat, period=0, periods=0)
        left = full - span if used == 0 else whole - (span - full) % whole
        return msgspec.structs.replace(seat, period=left, periods=seat.periods - used)
    return msgspec.structs.replace(seat, period=max(0, seat.period - span))


def _end_turn(terms: Terms, seat: SeatTime) -> SeatTime:
    """What the seat has when its turn is over."""
    match terms:
        case NoClock():
            return seat
        case Fischer(increment=increment):
            seat = msgspec.structs.replace(seat, main=seat.main + increment * SECOND)
        case Byoyomi(period=period):
            seat = msgspec.structs.replace(seat, period=period * SECOND)
        case Canadian(period=period, moves=moves):
            if seat.main == 0:
                seat = msgspec.structs.replace(seat, moves=seat.moves - 1)
            if seat.moves == 0:
                seat = msgspec.structs.replace(seat, period=period * SECOND, moves=moves)
        case Correspondence(days=days):
            return msgspec.structs.replace(seat, period=days * DAY)
    return msgspec.structs.replace(seat, lag=min(LAG_AT_MOST, seat.lag + LAG_PER_TURN))


def _with_seat(times: Times, number: int, seat: SeatTime) -> Times:
    seats = (*times.seats[:number], seat, *times.seats[number + 1 :])
    return msgspec.structs.replace(times, seats=seats)
