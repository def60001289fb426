"""What can be wrong with a request, said once for every outside: a slug, a status and a sentence (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from gamehall.languages import N_, catalogue

__all__ = ["UNREADABLE", "FieldError", "Problem", "known_problems", "status_of"]

_ = catalogue(__name__)

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that are no JSON, or not of the shape that is asked for."""

# Slug: (status, title). The slug is what programs rely on.
_KNOWN = {
    "malformed": (400, N_("The request cannot be read")),
    "unknown-host": (400, N_("This hall is not known by that name")),
    "unauthenticated": (401, N_("Nobody is signed in")),
    "invalid-credentials": (401, N_("Wrong name or password")),
    "code-needed": (401, N_("A code is needed as well")),
    "invalid-code": (401, N_("The code is not right")),
    "invalid-token": (401, N_("The token is not valid")),
    "token-reused": (401, N_("The token had been exchanged for another")),
    "forbidden": (403, N_("This is not allowed")),
    "account-needed": (403, N_("This needs an account")),
    "not-found": (404, N_("There is nothing here")),
    "unknown-format": (404, N_("Unknown format")),
    "method-not-allowed": (405, N_("This cannot be done here")),
    "request-timeout": (408, N_("The request came too slowly")),
    "already-exists": (409, N_("It exists already")),
    "challenge-closed": (409, N_("The challenge is closed")),
    "game-over": (409, N_("The game is over")),
    "game-suspended": (409, N_("The game is suspended")),
    "no-offer": (409, N_("There is no such offer")),
    "not-possible": (409, N_("This is not possible now")),
    "not-your-turn": (409, N_("It is not your turn")),
    "offer-declined": (409, N_("It was declined")),
    "stale-ply": (409, N_("The game has moved on")),
    "conflict": (409, N_("Somebody else was faster")),
    "too-large": (413, N_("The request is too large")),
    "address-too-long": (414, N_("The address is too long")),
    "unsupported-media-type": (415, N_("Send application/json")),
    "illegal-move": (422, N_("This move is not allowed")),
    "invalid": (422, N_("Some values are not valid")),
    "too-many-requests": (429, N_("Too many requests")),
    "headers-too-large": (431, N_("The request's headers are too large")),
    "internal-error": (500, N_("Something went wrong here")),
    "busy": (503, N_("Try again in a moment")),
    "took-too-long": (503, N_("This took too long")),
}


def known_problems() -> Mapping[str, int]:
    """The status of every problem that there can be, by its slug."""
    return {slug: status for slug, (status, _title) in _KNOWN.items()}


def status_of(slug: str) -> int:
    """The status of a problem. Raises KeyError for one that nobody knows."""
    return _KNOWN[slug][0]


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field; `field` is empty when it concerns the whole."""

    field: str
    message: str


class Problem(Exception):
    """Raised by the hall's functions when a request cannot be carried out; every outside shows it in its own way."""

    def __init__(
        self,
        slug: str,
        detail: str = "",
        *,
        errors: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(f"{slug}: {detail}")
        self.slug = slug
        self.status, title = _KNOWN[slug]
        self.title = _(title)
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})
        self.extra = extra
        if self.status == 401:
            self.headers.setdefault("WWW-Authenticate", 'Token realm="gamehall"')
        if self.status == 503:
            self.headers.setdefault("Retry-After", "2")

    def body(self) -> dict[str, Any]:
        """The members of application/problem+json."""
        body: dict[str, Any] = {
            "type": f"/problems/{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail or self.title,
        }
        if self.errors:
            body["errors"] = [{"field": e.field, "message": e.message} for e in self.errors]
        return body | self.extra
