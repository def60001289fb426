"""Signing in and out."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from .desk import Desk

_ACCOUNT = ("base_url", "username", "password", "code")
_NEW_ACCOUNT = ("base_url", "username", "email", "password")


class SignInForm:
    """The form of whoever is not signed in."""

    def __init__(self, desk: Desk, base_url: str, username: str, notice: str) -> None:
        self._desk = desk
        session = desk.session
        with dpg.group(tag="sign_in_form"):
            for tag, label, value in (("base_url", "Hall", base_url), ("username", "Name", username)):
                desk.field(tag, label=label, default_value=value, width=240)
            desk.field("password", label="Password", password=True, width=240)
            desk.field("code", label="Code", hint="with two-step sign-in", width=240)
            desk.field("email", label="E-mail", hint="to register", width=240)
            with dpg.group(horizontal=True):
                desk.button("sign_in", "Sign in", lambda: desk.do(session.sign_in(*_values(*_ACCOUNT))))
                desk.button("register", "Register", lambda: desk.do(session.register(*_values(*_NEW_ACCOUNT))))
            dpg.add_text(notice, wrap=420, color=(150, 150, 150))

    def draw(self) -> None:
        dpg.configure_item("sign_in_form", show=self._desk.model.account.username is None)


class Whoami:
    """Who is signed in, at the right of the bar."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        with dpg.group(tag="account", horizontal=True, show=False):
            dpg.add_text(tag="whoami")
            desk.button("sign_out", "Sign out", lambda: desk.do(desk.session.sign_out()))

    def draw(self) -> None:
        account = self._desk.model.account
        dpg.configure_item("account", show=account.username is not None)
        dpg.set_value("whoami", f"{account.username} at {account.base_url}")
        dpg.configure_item("whoami", show=self._desk.frame.bar.width >= self._desk.px(680))


def _values(*names: str) -> list[str]:
    return [dpg.get_value(name) for name in names]
