"""How often the window is drawn: often enough for what moves, and no more, since each frame costs the same."""

from __future__ import annotations

from .model import Model

_QUICK, _TICKING, _STILL = 1 / 60, 1 / 4, 1 / 2  # seconds a frame
_SOON = 10_000  # milliseconds: a clock with less to run shows tenths


def pause(model: Model, busy_until: float, now: float) -> float:
    """Seconds until the next frame, unless there is news or input; both moments are by `time.monotonic`.

    Even a still window is drawn now and then, for what changes by itself: a caret, the seconds until something.
    """
    if now < busy_until:
        return _QUICK
    left = time_left(model, now)
    if model.screen != "table" or left is None:
        return _STILL
    return _QUICK if left < _SOON else _TICKING


def time_left(model: Model, now: float) -> float | None:
    """Milliseconds until the running clock of the open game falls; None while none runs."""
    game = model.table.game
    if game is None or game.status != "active" or not game.clock.get("flag_in"):
        return None
    return float(game.clock["flag_in"]) - (now - model.table.at) * 1000
