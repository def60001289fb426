"""The clocks of the open game at a moment: the hall's own count, gone on with since the hall told it."""

from __future__ import annotations

from dataclasses import replace

from gamehall.answers import Game
from gamehall.clockface import ClockFace, clock_faces
from gamehall.clocks import SECOND, later

_TENTHS_BELOW = 10 * SECOND


def read_clocks(game: Game, at: float, now: float) -> tuple[ClockFace, ...]:
    """Each seat's clock by seat, none where nobody's time is up; `at` is when the game was as it is, `now` the moment,
    both by `time.monotonic`.
    """
    active = game.status == "active"
    shown = later(game.clock, game.to_act, max(0, round((now - at) * 1_000))) if active else game.clock
    return tuple(map(_with_tenths, clock_faces(shown, active=active)))


def _with_tenths(face: ClockFace) -> ClockFace:
    """The same, to a tenth of a second where it is getting close; rounded up, so that 0.0 is the end."""
    if not face.ticks or not face.is_low or face.left >= _TENTHS_BELOW:
        return face
    return replace(face, digits=f"{-(-face.left // 100) / 10:.1f}")


def paused_for(game: Game, at: float, now: float) -> int | None:
    """How many milliseconds of a pause are left, None while there is none."""
    if game.status != "active" or game.clock.get("paused_for") is None:
        return None
    left = int(game.clock["paused_for"]) - round((now - at) * 1_000)
    return left if left > 0 else None
