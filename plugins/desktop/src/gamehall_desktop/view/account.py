"""Who is signed in, in the bar, and what is said while the hall does not answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import dearpygui.dearpygui as dpg

from gamehall.languages import catalogue
from gamehall_desktop.state.account import Known
from gamehall_desktop.state.signing import Asked, Form

from .desk import Desk

_ = catalogue(__name__)

_BELOW = 8  # pixels below the banner


class AccountMenu:
    """The user's name in the bar. It opens a menu: other accounts that are known here, devices, signing out."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._chosen: Callable[[], None] | None = None
        desk.button("account_menu", "", self._open, kind="quiet", show=False)
        desk.button("open_sign_in", _("Sign in"), lambda: self._ask("sign_in", desk.model.signing.username), show=False)

    def draw(self) -> None:
        if self._chosen is not None:
            self._take_choice(self._chosen)
        account = self._desk.model.account
        dpg.configure_item("account_menu", show=bool(account.label))
        dpg.set_item_label("account_menu", self._desk.bind("account_menu", account.label))
        dpg.configure_item("open_sign_in", show=not account.label)

    def _take_choice(self, act: Callable[[], None]) -> None:
        """A dialog that came in the frame in which the menu goes would go with it, so that goes first."""
        if dpg.does_item_exist("account_items"):
            self._close()
            self._desk.changed()
        else:
            self._chosen = None
            act()

    def _open(self) -> None:
        self._close()
        desk, account = self._desk, self._desk.model.account
        x, y = dpg.get_item_rect_min("account_menu")
        with dpg.window(
            tag="account_items", popup=True, no_move=True, autosize=True, pos=(int(x), int(y) + desk.px(34))
        ):
            for each in account.known:
                if (each.username, each.base_url) != (account.username, account.base_url):
                    self._item(f"profile:{each.name}", each.label, partial(self._switch, each))
            self._item("add_account", _("Another account …"), lambda: self._ask("sign_in"))
            if account.username is not None:
                dpg.add_separator()
                self._item("devices", _("Devices"), lambda: self._ask("devices"))
                self._item("sign_out", _("Sign out"), lambda: desk.do(desk.session.sign_out))

    def _item(self, name: str, label: str, act: Callable[[], None]) -> None:
        def chosen() -> None:
            self._chosen = act
            self._desk.changed()

        self._desk.button(name, label, chosen, kind="quiet", width=self._desk.px(240))

    def _switch(self, known: Known) -> None:
        self._desk.do(self._desk.session.switch, known.base_url, known.username)

    def _ask(self, form: Form, username: str = "") -> None:
        account = self._desk.model.account
        self._desk.model.take(Asked(form, account.base_url or self._desk.session.config.base_url, username))
        self._desk.changed()

    def _close(self) -> None:
        if dpg.does_item_exist("account_items"):
            dpg.delete_item("account_items")


class OfflineBanner:
    """At the top while the hall does not answer: why, when it is asked again, and a button to ask now."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.said = ""
        self.height = 0  # of the room that it takes; what is below makes way for it
        with dpg.window(
            tag="offline",
            show=False,
            no_title_bar=True,
            no_move=True,
            no_resize=True,
            no_focus_on_appearing=True,
            autosize=True,
        ):
            with dpg.group(horizontal=True):
                desk.write("", colour="warning", tag="offline:banner")
                desk.button("ask_now", _("Ask now"), desk.doing(desk.session.ask_now))
            desk.write("", colour="faint", tag="offline:why")

    def is_stale(self) -> bool:
        """Whether it has to say something else than it does."""
        return self._desk.model.account.banner(time.monotonic()) != self.said

    def draw(self) -> None:
        desk, account = self._desk, self._desk.model.account
        self.said = account.banner(time.monotonic())
        dpg.configure_item("offline", show=account.offline is not None)
        if account.offline is not None:
            width = min(desk.px(560), dpg.get_viewport_client_width() - 16)
            desk.rewrite("offline:banner", self.said)
            desk.rewrite("offline:why", account.offline.why)
            dpg.configure_item("offline:why", wrap=width - desk.px(24))
            own = int(dpg.get_item_rect_size("offline")[0]) or width
            dpg.set_item_pos("offline", [(dpg.get_viewport_client_width() - own) // 2, desk.frame.bar.height])
        high = int(dpg.get_item_rect_size("offline")[1]) + desk.px(_BELOW) if account.offline is not None else 0
        if high != self.height:
            self.height = high
            desk.changed()
