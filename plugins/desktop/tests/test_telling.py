"""What the user is told: toasts, sounds, notifications and the title."""

from __future__ import annotations

import math
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from gamehall.answers import Game
from gamehall.game import Scene
from gamehall_desktop.sounds import RATE, wave
from gamehall_desktop.state.account import SignedIn
from gamehall_desktop.state.alerts import Alert, Alerts, Sound
from gamehall_desktop.state.model import Model
from gamehall_desktop.state.pace import pause
from gamehall_desktop.state.table import Moved, Shown
from gamehall_desktop.state.toasts import Toast, Toasts
from rig.tables import game_at


def alerts_of(*messages: object) -> list[Alert | None]:
    alerts = Alerts()
    return [alerts.take(message) for message in messages]


def test_the_open_game_is_heard() -> None:
    start = game_at(0, to_act=0)
    heard = alerts_of(
        SignedIn("ada", "http://hall"),
        Shown(start),
        Shown(game_at(1, to_act=1)),
        Shown(game_at(1, to_act=1)),
        Moved(start.id, 2, "h9", 1, 0, "active", {}, (), 0.0),
        Shown(game_at(2, to_act=0)),
        Shown(replace(game_at(3, to_act=None, status="finished"), scene=Scene(3, 3, status="Black won."))),
    )
    turn, end = Alert("turn", "It is your turn."), Alert("end", "Black won.")
    assert heard == [None, None, Alert("move"), None, turn, None, end]


def test_news_of_another_game_is_heard_and_what_is_only_said_is_not() -> None:
    text = "It is your turn against bob."
    assert alerts_of(Toast(text, game="other")) == [Alert("turn", text)]
    assert alerts_of(Toast("Saved.", "done")) == [None]


def test_the_users_own_clock_is_waited_for() -> None:
    alerts = Alerts()
    alerts.take(SignedIn("ada", "http://hall"))
    alerts.take(Shown(replace(game_at(0, to_act=0), clock={"kind": "fischer", "running": 0, "flag_in": 60_000})))
    assert alerts.low_in == 50
    alerts.take(Shown(replace(game_at(1, to_act=1), clock={"kind": "fischer", "running": 1, "flag_in": 60_000})))
    assert alerts.low_in is None


def test_toasts_go_by_themselves_or_when_they_are_sent_away_and_stay_in_the_log() -> None:
    now = 0.0
    toasts = Toasts(clock=lambda: now)
    for text in ("one", "two", "two", "three", "four", "five"):
        toasts.take(Toast(text))
    assert [said.toast.text for said in toasts.seen()] == ["five", "four", "three", "two"]
    toasts.dismiss(toasts.seen()[-1].number)
    assert [said.toast.text for said in toasts.seen()] == ["five", "four", "three", "one"]
    toasts.take(Toast("wrong", "fault"))
    now = 6.0
    assert [said.toast.text for said in toasts.seen()] == ["wrong"]
    now = 20.0
    assert toasts.seen() == []
    assert len(toasts.log) == 7


@pytest.mark.parametrize("sound", get_args(Sound))
def test_sounds_are_short_and_end_softly(sound: Sound) -> None:
    samples = wave(sound)
    assert 0.02 < len(samples) / RATE < 1.5
    assert 8_000 < max(map(abs, samples)) < 32_001
    assert math.isclose(samples[0], 0, abs_tol=200)
    assert max(map(abs, samples[-50:])) < 1_000


def test_the_title_says_whose_turn_it_is() -> None:
    model = Model()
    for message in (SignedIn("ada", "http://hall"), Shown(game_at(0, to_act=0))):
        model.take(message)
    assert model.title.startswith("●")
    model.take(Shown(game_at(1, to_act=1)))
    assert model.title == ""


def clocked(flag_in: int) -> Game:
    return replace(game_at(0), clock={"kind": "fischer", "running": 0, "flag_in": flag_in})


@pytest.mark.parametrize(
    ("game", "busy", "least", "most"),
    [
        (None, False, 0, 8),
        (None, True, 60, 60),
        (clocked(60_000), False, 4, 4),
        (clocked(9_000), False, 60, 60),
    ],
)
def test_the_window_is_drawn_as_often_as_something_moves(game: Any, busy: bool, least: int, most: int) -> None:
    model = Model()
    if game is not None:
        model.take(Shown(game, 100.0))
    frames = 1 / pause(model, 101.0 if busy else 99.0, 100.0)
    assert least <= round(frames) <= most
