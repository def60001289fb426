"""In which language a page speaks: the one that the browser asks for, as far as the hall has it."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from gamehall.languages import preferred, speak

__all__ = ["in_their_language", "speak_to"]


def speak_to(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Makes the visitor's language the present one until the request is answered. Nothing else here speaks it: what
    programs are told, and what is stored, is in English."""
    speak(preferred(connection.headers.get("accept-language", "")))


async def in_their_language(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """The guard of every page that does so."""
    speak_to(connection)
