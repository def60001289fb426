"""What the window shows, without a window."""

from __future__ import annotations

from gamehall_desktop.state.account import SignedIn, SignedOut
from gamehall_desktop.state.challenge import Proposing
from gamehall_desktop.state.lobby import Games
from gamehall_desktop.state.model import Model
from gamehall_desktop.state.table import Opened, Shown
from gamehall_desktop.state.tablewords import headline
from gamehall_desktop.state.toasts import Toast
from rig.tables import game_at


def test_the_model_follows_what_happens() -> None:
    model = Model()
    for message in (SignedIn("bob", "http://hall"), Games("own", [game_at(1)]), Shown(game_at(2))):
        model.take(message)
    assert (model.table.seat, headline(model.table).text) == (1, "ada to move")
    model.table.touched = ("a1",)
    model.take(Shown(game_at(1)))  # an answer that was overtaken
    assert (model.table.game, model.table.touched) == (game_at(2), ("a1",))
    model.take(Shown(game_at(3, to_act=None, status="finished")))
    assert not model.table.touched
    model.take(Toast("Something is wrong.", "fault"))
    assert model.toasts.said[-1].text == "Something is wrong."
    model.take(SignedOut("You were signed out."))
    assert (model.account.username, model.account.notice) == (None, "You were signed out.")
    assert (model.table.game, model.lobby.games["own"]) == (None, None)


def test_news_of_the_open_game_leaves_the_user_in_the_hall_until_they_open_it() -> None:
    model = Model()
    for message in (SignedIn("bob", "http://hall"), Shown(game_at(1)), Proposing("hall"), Shown(game_at(2))):
        model.take(message)
    assert (model.screen, model.new_game.where) == ("hall", "hall")
    model.take(Opened("another"))  # which was left again before it could be shown
    assert model.screen == "hall"
    model.take(Proposing("hall"))
    model.take(Opened("g"))
    assert (model.screen, model.new_game.where) == ("table", None)
