"""The dialogs for signing in and for a new account: what is filled in, what is wrong with it, what the hall says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gamehall.accountfields import email_errors, length_errors, normal_password, username_errors
from gamehall.answers import Device
from gamehall.languages import catalogue
from gamehall.problems import FieldError
from gamehall_desktop.addresses import address_of
from gamehall_desktop.config import Keeping

from .account import SignedIn

_ = catalogue(__name__)

Form = Literal["sign_in", "register", "devices"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A dialog is to be shown, with these fields filled in; None closes whichever is open. `reason` is said in it."""

    form: Form | None
    base_url: str = ""
    username: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Trying:
    """The hall is being asked what was filled in."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What was filled in will not do: `errors` by field, `fault` for the whole; `code_needed` asks for a code too."""

    fault: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    code_needed: bool = False


@dataclass(frozen=True, slots=True)
class Keepable:
    """Where tokens can be kept, with what the user is to know of each place, and where they are."""

    places: Mapping[Keeping, str]
    keeping: Keeping


@dataclass(frozen=True, slots=True)
class DevicesListed:
    """The user's devices, the one used last first."""

    devices: tuple[Device, ...]


@dataclass(slots=True)
class Signing:
    """The dialog that is open, if one is."""

    form: Form | None = None
    base_url: str = ""
    username: str = ""
    reason: str = ""
    busy: bool = False
    fault: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    code_needed: bool = False
    places: Mapping[Keeping, str] = field(default_factory=dict)
    keeping: Keeping = "nowhere"
    devices: tuple[Device, ...] | None = None

    def take(self, message: object) -> None:
        match message:
            case Asked(form, base_url, username, reason):
                self.form, self.reason = form, reason
                self.base_url, self.username = base_url or self.base_url, username
                self._clear()
            case Trying():
                self.busy, self.fault, self.errors = True, "", {}
            case Refused(fault, errors, code_needed) if self.busy:  # else the dialog that it is for was left
                self.busy, self.fault, self.errors, self.code_needed = False, fault, errors, code_needed
            case SignedIn(username, base_url):
                self.form, self.username, self.base_url = None, username, base_url
                self._clear()
            case Keepable(places, keeping):
                self.places, self.keeping = places, keeping
            case DevicesListed(devices):
                self.devices = devices

    def _clear(self) -> None:
        self.busy, self.fault, self.errors, self.code_needed, self.devices = False, "", {}, False, None


def faults(form: Form, filled: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with what is filled in, by field, as far as that shows here: the hall knows more."""
    found = {}
    try:
        address_of(filled.get("base_url", ""))
    except ValueError:
        found["base_url"] = _("Write it like https://play.example.org.")
    if form == "sign_in":
        if not filled.get("username", "").strip():
            found["username"] = _("Your name here, or your e-mail address.")
        if not filled.get("password"):
            found["password"] = _("Your password.")
        return found
    password = normal_password(filled.get("password", ""))
    checks = (
        username_errors(filled.get("username", "").strip()),
        email_errors(filled.get("email", "").strip()),
        length_errors(password),
    )
    return found | _by_field([each for check in checks for each in check])


def _by_field(errors: list[FieldError]) -> dict[str, str]:
    return {each.field: each.message for each in reversed(errors)}


def device_lines(device: Device) -> tuple[str, str]:
    """A device in two lines: what it is called, and what is known of it."""
    info = device.device_info
    name = device.device_name or _("a device without a name")
    if device.current:
        name = _("{name} (this one)", name=name)
    about = [
        " ".join(str(info[key]) for key in pair if info.get(key))
        for pair in (("app", "app_version"), ("os", "version"))
    ]
    day = f"{device.last_used_at:%Y-%m-%d %H:%M}"
    used = _("last used {day}", day=day)
    return name, " · ".join([*filter(None, about), used])
