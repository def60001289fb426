"""The hall's screen: a new challenge, challenges, and games."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from gamehall_desktop import lobbying
from gamehall_desktop.state.lobby import Listed, game_line

from .desk import Desk


class LobbyScreen:
    """The lists of the hall, for whoever is signed in."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._drawn: Listed | None = None
        with dpg.group(tag="hall", show=False):
            dpg.add_separator(label="New challenge")
            dpg.add_combo(tag="ruleset", label="Game", width=220)
            desk.geometry.names.add("ruleset")
            desk.field("opponent", label="Opponent", hint="empty: everybody", width=220)
            desk.button("challenge", "Challenge", self._challenge)
            dpg.add_separator(label="Challenges")
            dpg.add_group(tag="challenges")
            dpg.add_separator(label="Your games")
            dpg.add_group(tag="games")

    def _challenge(self) -> None:
        chosen = dpg.get_value("ruleset")
        key = next((each.key for each in self._desk.model.lobby.lists.rulesets if each.title == chosen), None)
        if key:
            self._desk.do(lobbying.challenge(self._desk.session, key, dpg.get_value("opponent")))

    def draw(self) -> None:
        desk = self._desk
        account, lists = desk.model.account, desk.model.lobby.lists
        dpg.configure_item("hall", show=account.username is not None)
        if lists is self._drawn:
            return
        self._drawn = lists
        titles = [ruleset.title for ruleset in lists.rulesets]
        dpg.configure_item("ruleset", items=titles)
        if titles and dpg.get_value("ruleset") not in titles:
            dpg.set_value("ruleset", titles[0])
        for group in ("challenges", "games"):
            dpg.delete_item(group, children_only=True)
        for each in lists.challenges:
            label = f"Accept {each.challenger.display_name}: {each.ruleset}"
            accept = desk.doing(lobbying.respond, desk.session, each.id, "accept")
            desk.button(f"accept:{each.id}", label, accept, "challenges")
        for game in lists.games:
            label = game_line(game, account.username)
            desk.button(f"game:{game.id}", label, desk.doing(desk.session.open_game, game.id), "games")
