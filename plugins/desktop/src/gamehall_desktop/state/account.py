"""Who is signed in, where, and whether the hall can be reached."""

from __future__ import annotations

from dataclasses import dataclass


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


@dataclass(slots=True)
class Account:
    """The user of the window. `offline` is None while the hall answers."""

    username: str | None = None
    base_url: str = ""
    notice: str = ""
    offline: Offline | None = None

    def take(self, message: object) -> None:
        match message:
            case SignedIn(username, base_url):
                self.username, self.base_url, self.notice, self.offline = username, base_url, "", None
            case SignedOut(why):
                self.username, self.notice, self.offline = None, why, None
            case Online():
                self.offline = None
            case Offline():
                self.offline = message
