"""Who is asking, and for what: the dependencies and the strict reading of bodies that every API handler shares."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection

from gamehall.declare import Host, Principal
from gamehall.languages import N_, catalogue
from gamehall.problems import FieldError, Problem
from gamehall.rights import admits

__all__ = [
    "ACCOUNT_NEEDED",
    "ADMINS_ONLY",
    "SMALL_BODY",
    "HttpRequest",
    "account_of",
    "admin",
    "caller",
    "host_of",
    "known_cursor",
    "known_id",
    "page_size",
    "participant",
    "read_body",
    "viewer",
]

_ = catalogue(__name__)

T = TypeVar("T")
Asking = ASGIConnection[Any, Any, Any, Any]
HttpRequest = Request[Any, Any, Any]

_ID = re.compile(r"[0-9a-z]{26}", re.ASCII)
_FIELD = re.compile(r"(?P<message>.*?)(?: - at `(?:key in )?\$\.?(?P<field>[^`]*)`)?", re.DOTALL)
MAX_PAGE = 100
SMALL_BODY = 16 * 1024  # bytes: all that strangers need who sign in or register
ACCOUNT_NEEDED = N_("This needs an account. Make one to go on; the games that you play as a guest stay yours.")
ADMINS_ONLY = N_("Only admins can look after the hall.")


def host_of(connection: Asking) -> Host:
    host: Host = connection.app.state.host
    return host


@admits("anybody")
async def viewer(request: HttpRequest) -> Principal | None:
    """Who is asking by the API's means, None for a stranger. Raises Problem for credentials that are not valid."""
    return await host_of(request).identify(request, "api")


@admits("account")
async def caller(request: HttpRequest) -> Principal:
    """Who is asking by the API's means, with an account.

    Raises Problem `unauthenticated` for a stranger and `account-needed` for a guest.
    """
    return account_of(await viewer(request))


@admits("admin")
async def admin(request: HttpRequest) -> Principal:
    """Who looks after the hall, by the API's means. Raises what `caller` does, and Problem `forbidden` for others."""
    principal = await caller(request)
    if not principal.is_admin:
        raise Problem("forbidden", _(ADMINS_ONLY))
    return principal


@admits("participant")
async def participant(request: HttpRequest) -> Principal:
    """Who is asking by the API's means, with an account or as a guest, who can play in their own games.

    Raises Problem `unauthenticated` for a stranger.
    """
    return _somebody(await viewer(request))


def account_of(principal: Principal | None) -> Principal:
    """Whoever this is, if they have an account. Raises Problem as `caller` does."""
    if _somebody(principal).is_guest:
        raise Problem("account-needed", _(ACCOUNT_NEEDED))
    return _somebody(principal)


def _somebody(principal: Principal | None) -> Principal:
    if principal is None:
        raise Problem("unauthenticated", "Sign in first: send the header Authorization: Token …")
    return principal


async def read_body(request: HttpRequest, shape: type[T]) -> T:
    """The JSON body in this shape, with types taken strictly: 15 is not "15".

    Raises Problem `unsupported-media-type`, `malformed`, or `invalid` with the field.
    """
    kind, parameters = request.content_type
    if kind != "application/json" or parameters.get("charset", "utf-8").lower() != "utf-8":
        raise Problem("unsupported-media-type", "Send the body as application/json, in UTF-8.")
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=shape)
    except msgspec.ValidationError as error:
        raise Problem("invalid", str(error), errors=(field_error(error),)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem("malformed", f"The body is not valid JSON: {error}") from error
    except RecursionError as error:
        raise Problem("malformed", "The body is nested too deeply.") from error


def field_error(error: msgspec.ValidationError) -> FieldError:
    """The field that msgspec complains about, and its sentence."""
    match = _FIELD.fullmatch(str(error))
    message, field = (match["message"], match["field"] or "") if match else (str(error), "")
    if not field and (missing := re.search(r"missing required field `(\w+)`", message)):
        field = missing[1]
    return FieldError(field, message)


def known_id(text: str) -> str:
    """An id as the hall makes them. Raises Problem `not-found` for anything else, before the database is asked."""
    if not _ID.fullmatch(text):
        raise Problem("not-found")
    return text


def known_cursor(text: str | None) -> str | None:
    """The cursor of a list whose places are ids; None for the beginning. Raises Problem `invalid` for anything else."""
    if text and not _ID.fullmatch(text):
        message = "Give the `next` of the part before, or nothing."
        raise Problem("invalid", message, errors=(FieldError("cursor", message),))
    return text or None


def page_size(limit: int) -> int:
    """A list's `limit`, held between 1 and 100."""
    return max(1, min(limit, MAX_PAGE))
