"""Forms: only our own pages may send them, and what they carry is plain text."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import UploadFile
from litestar.handlers import BaseRouteHandler
from markupsafe import Markup

from gamehall.asking import host_of
from gamehall.declare import Host
from gamehall.languages import catalogue
from gamehall.problems import Problem

from .sessions import cookie_value

__all__ = [
    "ANYBODY",
    "BY_CODE",
    "TOKEN_FIELD",
    "AskAgain",
    "Form",
    "came_from",
    "form_token",
    "internal_path",
    "kept_move",
    "own_forms_only",
    "read_form",
    "token_input",
]

_ = catalogue(__name__)

Asking = ASGIConnection[Any, Any, Any, Any]
Form = Mapping[str, str]

TOKEN_FIELD = "form_token"  # noqa: S105 - a field's name
_PROOF_BYTES = 16
BY_CODE = {"form": "code"}  # one whose path carries a code of ours: that alone gives the right, whoever sends it
ANYBODY = {"form": "anybody"}  # handler opt: a form that strangers send as well, so that it has no session's token


_MOVE = re.compile(r"/games/[0-9a-z]{26}/move", re.ASCII)


class AskAgain(Exception):
    """Raised where a form cannot be taken as it is, and the page at `path` asks for the same once more."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def form_token(host: Host, connection: Asking) -> str:
    """What proves that a form came from a page which this session's browser was shown; empty without a cookie.

    It reads differently each time, because pages travel compressed: from their lengths a text that stays the same
    could be guessed bit by bit.
    """
    proof = _proof(host, connection)
    mask = secrets.token_bytes(len(proof))
    return (mask + _masked(proof, mask)).hex()


def _proof(host: Host, connection: Asking) -> bytes:
    """What this session's tokens come down to; empty without a cookie."""
    value = cookie_value(host, connection)
    cookie_hash = hashlib.sha256(value.encode()).digest()
    return hmac.digest(host.secret, b"form:" + cookie_hash, "sha256")[:_PROOF_BYTES] if value else b""


def _proves(token: str, proof: bytes) -> bool:
    try:
        given = bytes.fromhex(token)
    except ValueError:
        return False
    mask, masked = given[:_PROOF_BYTES], given[_PROOF_BYTES:]
    return len(masked) == _PROOF_BYTES and hmac.compare_digest(_masked(masked, mask), proof)


def _masked(text: bytes, mask: bytes) -> bytes:
    both = int.from_bytes(text) ^ int.from_bytes(mask)
    return both.to_bytes(len(text))


def token_input(token: str) -> Markup:
    """The hidden field to put into every form."""
    return Markup(f'<input type="hidden" name="{TOKEN_FIELD}" value="{token}">')  # noqa: S704 - a token is hexadecimal


async def own_forms_only(connection: Asking, handler: BaseRouteHandler) -> None:
    """Refuses what another site made a browser send. Raises Problem `forbidden`."""
    if connection.scope["method"] in ("GET", "HEAD", "OPTIONS"):  # type: ignore[typeddict-item]
        return
    if handler.opt.get("form") == "code":
        return
    host = host_of(connection)
    _check_origin(host, connection)
    if handler.opt.get("form") == "anybody":
        return
    # A session that ended keeps its token: then the handler sends the person to sign in, which says more than a 403.
    typed = await read_form(connection)  # type: ignore[arg-type]  # guards get the request
    given, expected = typed.get(TOKEN_FIELD, ""), _proof(host, connection)
    if expected and not _proves(given, expected):
        if given and (path := kept_move(connection, typed)):
            raise AskAgain(path)
        raise Problem(
            "forbidden",
            _("This form is out of date: you have signed in or out since. Go back, reload the page, try again."),
        )


def _check_origin(host: Host, connection: Asking) -> None:
    headers = connection.headers
    site = headers.get("sec-fetch-site")
    if site in ("same-origin", "none"):
        return
    origin = headers.get("origin") or headers.get("referer")
    if site is not None or not origin:
        raise Problem("forbidden", _("This did not come from a form of this site. Open the page here and try again."))
    try:
        came_from = urlsplit(origin).netloc
    except ValueError:
        came_from = ""
    if not came_from or came_from not in (headers.get("host"), urlsplit(host.settings.address).netloc):
        raise Problem(
            "forbidden",
            _(
                "This form came from {other}, but this hall is at {here}. If it is yours and stands behind a proxy, "
                "set GAMEHALL_PUBLIC_URL to the address that people open.",
                other=came_from or "?",
                here=headers.get("host"),
            ),
        )


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """The form's text fields. Files are left out, of several values the first counts, and every text can be stored."""
    fields: dict[str, str] = {}
    for name, value in (await request.form()).multi_items():
        if isinstance(value, UploadFile):
            await value.close()  # the framework closes files only of requests that reach their handler
        elif isinstance(value, str):
            fields.setdefault(name, value.encode(errors="replace").decode().replace("\0", ""))
    return fields


def kept_move(connection: Asking, typed: Form) -> str:
    """Where a move that was sent in vain is asked for once more, so that it is not lost; empty for any other form."""
    move = typed.get("move", "").strip().lower()
    if not move or len(move) > 100 or not _MOVE.fullmatch(connection.url.path):
        return ""
    return f"{connection.url.path}?{urlencode({'move': move})}"


def came_from(connection: Asking) -> str:
    """The path of the page that led here, with its query; empty when the browser does not say.

    Nothing is trusted here: only the path counts, and only one of this site.
    """
    try:
        page = urlsplit(connection.headers.get("referer", ""))
    except ValueError:
        return ""
    return internal_path(page.path + (f"?{page.query}" if page.query else ""), otherwise="")


def internal_path(text: str, otherwise: str = "/") -> str:
    """The text if it is a path of this site, else `otherwise`: nobody is led away by a link with `next`."""
    harmless = text.startswith("/") and not text.startswith("//") and text.isprintable() and "\\" not in text
    return text if harmless and len(text) <= 500 else otherwise
