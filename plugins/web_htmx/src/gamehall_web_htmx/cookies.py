"""The cookies of signing in: for this very host, read by the hall alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from gamehall.declare import Host

__all__ = ["make_cookie", "sent_cookie"]


def make_cookie(host: Host, name: str, value: str, lifetime: timedelta) -> Cookie:
    """The cookie as it is set; with no lifetime left the browser forgets it."""
    return Cookie(
        key=_full_name(host, name),
        value=value,
        max_age=int(lifetime.total_seconds()),
        path="/",
        secure=_is_https(host),
        httponly=True,
        samesite="lax",
    )


def sent_cookie(host: Host, connection: ASGIConnection[Any, Any, Any, Any], name: str) -> str:
    """Its value as a browser sends it, valid or not; empty without one."""
    return connection.cookies.get(_full_name(host, name), "")


def _full_name(host: Host, name: str) -> str:
    """Browsers keep a `__Host-` cookie from being set by anything but this very host, but only over HTTPS."""
    return f"__Host-gamehall_{name}" if _is_https(host) else f"gamehall_{name}"


def _is_https(host: Host) -> bool:
    return host.settings.address.startswith("https://")
