"""The dialogs for signing in and for a new account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import dearpygui.dearpygui as dpg

from gamehall.languages import catalogue
from gamehall_desktop.config import Keeping
from gamehall_desktop.state.account import Known
from gamehall_desktop.state.signing import Asked, Form, Signing, faults

from .desk import Desk
from .devices import DevicesDialog
from .dialog import Dialog, Drawn

_ = catalogue(__name__)

_FORGET = 88  # pixels: the width of a button


class SigningDialogs:
    """Whichever dialog is asked for."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._open: Drawn | None = None
        self._drawn: tuple[Form | None, str, str, str] = (None, "", "", "")
        self._is_new = True

    def draw(self) -> None:
        if self._is_new:
            self._is_new = False  # of the dialogs of a window that was made anew: see below
            self._desk.changed()
            return
        signing = self._desk.model.signing
        wanted = (signing.form, signing.base_url, signing.username, signing.reason)
        if wanted != self._drawn and self._open is not None:
            self._open.delete()
            self._open = None
            self._desk.changed()  # a modal window that comes in the frame in which another goes is closed with it
            return
        if wanted != self._drawn:
            self._drawn = wanted
            kinds: dict[Form, Callable[[Desk], Drawn]]
            kinds = {"sign_in": LoginDialog, "register": RegisterDialog, "devices": DevicesDialog}
            self._open = kinds[signing.form](self._desk) if signing.form else None
        if self._open is not None:
            self._open.draw()


class _AccountDialog(Dialog):
    """What both dialogs have: fields that are looked at while somebody writes, and what the hall says of them."""

    form: Form
    fields: tuple[str, ...]
    main: str
    main_label: str

    def __init__(self, desk: Desk, title: str) -> None:
        super().__init__(desk, title, self._submit, self._cancel)
        self._touched: set[str] = set()
        self._submitted = False
        self._said: Mapping[str, str] = {}  # what the hall says of fields that were not changed since
        self._refused: Mapping[str, str] = {}

    @property
    def _signing(self) -> Signing:
        return self.desk.model.signing

    def _send(self, filled: Mapping[str, str]) -> None:
        raise NotImplementedError

    def _changed(self, name: str) -> Callable[[], None]:
        def take() -> None:
            self._touched.add(name)
            self._said = {each: text for each, text in self._said.items() if each != name}
            self.desk.changed()

        return take

    def _filled(self) -> dict[str, str]:
        return {name: dpg.get_value(name) for name in self.fields}

    def _submit(self) -> None:
        if self._signing.busy:
            return
        self._submitted = True
        if not faults(self.form, self._filled()):
            self._said, self._submitted = {}, False
            self._send(self._filled())
        self.desk.changed()

    def _cancel(self) -> None:
        self.desk.model.take(Asked(None))
        self.desk.changed()

    def _turn_to(self, form: Form) -> None:
        filled = self._filled()
        self.desk.model.take(Asked(form, filled["base_url"], filled["username"]))
        self.desk.changed()

    def _ending(self, other: Form, other_name: str, other_label: str) -> None:
        """What both end with: where tokens are kept, what is wrong, and the buttons."""
        dpg.add_spacer(height=2)
        dpg.add_text(_("Stay signed in"))
        dpg.add_combo(tag="keeping", callback=self._keep)
        self.spread("keeping")
        self.desk.geometry.names.add("keeping")
        self.text("keeping:notice")
        self.text("fault", colour="danger")
        self.desk.geometry.names.add("fault")
        dpg.add_spacer(height=2)
        with dpg.group(horizontal=True):
            self.desk.button(self.main, self.main_label, self._submit, kind="primary")
            self.desk.button(other_name, other_label, lambda: self._turn_to(other))
            for name in (self.main, other_name):
                self.spread(name, 0.5, self.desk.px(4.5))

    def _keep(self) -> None:
        label = dpg.get_value("keeping")
        for place in self._signing.places:
            if _keepings()[place] == label:
                self.desk.do(self.desk.session.accounts.keep_in, place)

    def draw(self) -> None:
        signing = self._signing
        if signing.errors is not self._refused:
            self._refused = self._said = signing.errors
        here = faults(self.form, self._filled())
        for name in self.fields:
            text = here.get(name, "") if self._submitted or name in self._touched else ""
            serious = self._submitted or name in self._said
            self.fault(name, self._said.get(name) or text, "danger" if serious else "warning")
        others = [text for name, text in self._said.items() if name not in self.fields]
        self.say("fault", "\n".join([*filter(None, [signing.fault]), *others]), "danger")
        keepings = _keepings()
        dpg.configure_item("keeping", items=[keepings[place] for place in signing.places])
        dpg.set_value("keeping", keepings[signing.keeping] if signing.places else "")
        self.say("keeping:notice", signing.places.get(signing.keeping, ""))
        dpg.configure_item(self.main, label=_("One moment …") if signing.busy else self.main_label)
        dpg.configure_item(self.main, enabled=not signing.busy)
        self.place()


class LoginDialog(_AccountDialog):
    """Signing in: as somebody who was here before, or as anybody at any hall."""

    form = "sign_in"
    fields = ("base_url", "username", "password", "code")
    main = "sign_in"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, _("Sign in"))
        self.main_label = _("Sign in")
        signing = self._signing
        self._code_asked = False
        with self.made():
            self.text("reason", signing.reason, "warning")
            if desk.model.account.known:
                self._profiles(desk.model.account.known)
            self.field("base_url", _("Hall"), self._changed("base_url"), default_value=signing.base_url)
            self.field("username", _("Name or e-mail"), self._changed("username"), default_value=signing.username)
            self.password(_("Password"), self._changed("password"))
            self.field("code", _("Code of your app, or a recovery code"), self._changed("code"))
            self._ending("register", "create_account", _("Create account"))
        dpg.focus_item("password" if signing.username else "username")

    def _profiles(self, known: tuple[Known, ...]) -> None:
        """Who was here before; the one who is asked for a password can be forgotten."""
        signing = self._signing
        here = [each for each in known if (each.username, each.base_url) == (signing.username, signing.base_url)]
        items = [each.label for each in known] + [_("Another account …")]
        dpg.add_text(_("Profile"))
        with dpg.group(horizontal=True):
            chosen = here[0].label if here else items[-1]
            dpg.add_combo(items, tag="profile", default_value=chosen, callback=self._profile)
            self.desk.geometry.names.add("profile")
            if here:
                forget = partial(self.desk.do, self.desk.session.forget, here[0].name)
                self.desk.button("forget", _("Forget"), forget, kind="quiet", width=self.desk.px(_FORGET))
            self.spread("profile", less=self.desk.px(_FORGET + 9) if here else 0)

    def _profile(self) -> None:
        label = dpg.get_value("profile")
        for each in self.desk.model.account.known:
            if each.label == label:
                self.desk.do(self.desk.session.switch, each.base_url, each.username)
                return
        dpg.set_value("username", "")
        dpg.focus_item("username")

    def _send(self, filled: Mapping[str, str]) -> None:
        session = self.desk.session
        self.desk.do(session.sign_in, filled["base_url"], filled["username"], filled["password"], filled["code"])

    def draw(self) -> None:
        needed = self._signing.code_needed
        dpg.configure_item("code:all", show=needed)
        if needed and not self._code_asked:
            dpg.focus_item("code")
        self._code_asked = needed
        super().draw()


class RegisterDialog(_AccountDialog):
    """A new account at a hall."""

    form = "register"
    fields = ("base_url", "username", "display_name", "email", "password")
    main = "register"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, _("New account"))
        self.main_label = _("Create account")
        signing = self._signing
        with self.made():
            self.field("base_url", _("Hall"), self._changed("base_url"), default_value=signing.base_url)
            self.field("username", _("Name"), self._changed("username"), default_value=signing.username)
            self.field("display_name", _("Shown to others as"), self._changed("display_name"), hint=_("as your name"))
            self.field("email", _("E-mail"), self._changed("email"))
            self.password(_("Password"), self._changed("password"))
            self._ending("sign_in", "have_account", _("I have an account"))
        dpg.focus_item("username")

    def _send(self, filled: Mapping[str, str]) -> None:
        self.desk.do(
            self.desk.session.register,
            filled["base_url"],
            filled["username"],
            filled["email"],
            filled["password"],
            filled["display_name"],
        )


def _keepings() -> dict[Keeping, str]:
    return {
        "keyring": _("in the system's keyring"),
        "file": _("by a file, not encrypted"),
        "nowhere": _("no, forget me when the window closes"),
    }
