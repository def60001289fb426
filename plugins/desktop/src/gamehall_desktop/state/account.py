"""Who is signed in, where, and whether the hall can be reached."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from gamehall.languages import catalogue
from gamehall_desktop.addresses import host_of

_ = catalogue(__name__)


@dataclass(frozen=True, slots=True)
class Restoring:
    """Somebody was signed in when the window was last closed; whether they still are is being asked."""

    username: str
    base_url: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    username: str
    base_url: str


@dataclass(frozen=True, slots=True)
class SignedOut:
    """`why` is empty when the user wanted it."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Online:
    """The hall answers (again)."""


@dataclass(frozen=True, slots=True)
class Offline:
    """The hall does not answer; `retry_at` is when it is asked again, by `time.monotonic`."""

    why: str
    retry_at: float


@dataclass(frozen=True, slots=True)
class Known:
    """An account that was used here."""

    name: str
    username: str
    base_url: str

    @property
    def label(self) -> str:
        return f"{self.username} @ {host_of(self.base_url)}"


@dataclass(frozen=True, slots=True)
class KnownHere:
    """The accounts that were used here, the last one first."""

    accounts: tuple[Known, ...]


@dataclass(slots=True)
class Account:
    """The user of the window. `offline` is None while the hall answers; `restoring` is whom it is asked about."""

    username: str | None = None
    base_url: str = ""
    notice: str = ""
    offline: Offline | None = None
    restoring: Restoring | None = None
    known: tuple[Known, ...] = ()

    @property
    def label(self) -> str:
        """Who is signed in, or will be; empty when nobody is."""
        name = self.username or (self.restoring.username if self.restoring else "")
        return f"{name} @ {host_of(self.base_url)}" if name else ""

    def banner(self, now: float) -> str:
        """What is to be said while the hall does not answer; empty while it does. `now` is by `time.monotonic`."""
        if self.offline is None:
            return ""
        if (seconds := ceil(self.offline.retry_at - now)) > 0:
            return _("Offline – asking again in {seconds} s", seconds=seconds)
        return _("Offline – asking again …")

    def take(self, message: object) -> None:
        match message:
            case Restoring(_name, base_url):
                self.username, self.base_url, self.notice, self.restoring = None, base_url, "", message
            case SignedIn(username, base_url):
                self.username, self.base_url, self.notice = username, base_url, ""
                self.offline = self.restoring = None
            case SignedOut(why):
                self.username, self.notice = None, why
                self.offline = self.restoring = None
            case Online():
                self.offline = None
            case Offline():
                self.offline = message
            case KnownHere(accounts):
                self.known = accounts
