"""In which language a page speaks: the one that its visitor has chosen, else the one that the browser asks for."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.types import ASGIApp, Receive, Scope, Send

from gamehall.languages import languages, preferred, speak

from .prefs import Prefs, cookie_prefs

__all__ = ["in_their_language", "speak_to"]


def speak_to(connection: ASGIConnection[Any, Any, Any, Any], prefs: Prefs) -> None:
    """Makes the visitor's language the present one until the request is answered. Nothing else here speaks it: what
    programs are told, and what is stored, is in English."""
    chosen = prefs.language
    speak(chosen if chosen in languages() else preferred(connection.headers.get("accept-language", "")))


def in_their_language(app: ASGIApp) -> ASGIApp:
    """Middleware of every page: an account's choice is known only when it is read, and then spoken."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
        speak_to(connection, cookie_prefs(connection))
        await app(scope, receive, send)

    return answer
