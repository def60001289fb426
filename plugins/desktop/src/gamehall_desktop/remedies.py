"""What can be in the way, in a sentence, and in another one what to do about it."""

from __future__ import annotations

import os
import socket
import ssl
import sys
from collections.abc import Iterator, Mapping

import httpx

from gamehall.languages import catalogue
from gamehall.spans import in_words

_ = catalogue(__name__)


def no_screen(base_url: str, environment: Mapping[str, str] = os.environ, system: str = sys.platform) -> str | None:
    """Why no window can be opened here; None where one can."""
    if system != "linux" or environment.get("DISPLAY"):
        return None
    browser = _("You can also play in a browser: {address}", address=base_url)
    if environment.get("WAYLAND_DISPLAY"):
        why = _(
            "This Wayland session has no X (DISPLAY is not set), which the window needs."
            " Install XWayland (package xwayland) and start it in a new session."
        )
    else:
        why = _(
            "There is no screen (DISPLAY is not set). Start it in a graphical session; over ssh, with `ssh -X`;"
            " without any screen, with `xvfb-run`."
        )
    return f"{why} {browser}"


def no_window_library(error: ImportError, base_url: str) -> str:
    """Why DearPyGui, which draws the window, cannot be loaded."""
    if isinstance(error, ModuleNotFoundError) and (error.name or "").startswith("dearpygui"):
        command = f"{sys.executable} -m pip install dearpygui"
        do = _("Install it: {command}", command=command)
    else:
        do = _("It needs OpenGL (on Debian and Ubuntu: the package libgl1) and a 64-bit Python.")
    browser = _("You can also play in a browser: {address}", address=base_url)
    why = _("DearPyGui, which draws the window, cannot be loaded: {error}.", error=error)
    return f"{why} {do} {browser}"


def not_a_hall(address: str) -> str:
    return _(
        "Something answers at {address}, but it is no Gamehall. Check the address, its port too; if this network asks"
        " for a sign-in of its own, open a page in your browser first.",
        address=address,
    )


def hall_away(address: str, status: int) -> str:
    return _(
        "The hall at {address} is not there at the moment (HTTP {status}). It is asked again.",
        address=address,
        status=status,
    )


def old_hall(address: str, version: str, needed: str) -> str:
    return _(
        "The hall at {address} is too old ({version}) for this client, which needs {needed}. Ask its operator to update"
        " it, or play in a browser.",
        address=address,
        version=version or "?",
        needed=needed,
    )


def new_hall(address: str, version: str, own: str) -> str:
    return _(
        "The hall at {address} ({version}) is newer than this client ({own}). Update the client:"
        " pip install --upgrade gamehall-desktop",
        address=address,
        version=version,
        own=own,
    )


def wrong_clock(seconds: float) -> str:
    """A clock that is ahead of the hall's by so many seconds, behind where they are negative."""
    span = in_words(round(abs(seconds) / 60) * 60_000)
    if seconds > 0:
        return _(
            "This computer's clock is {span} ahead of the hall's. Let the system set it by itself; with a wrong clock"
            " secure connections fail.",
            span=span,
        )
    return _(
        "This computer's clock is {span} behind the hall's. Let the system set it by itself; with a wrong clock secure"
        " connections fail.",
        span=span,
    )


def unreachable(address: str, error: Exception) -> str:
    """A hall that does not answer."""
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return _("{address!r} is not the address of a hall. Write it like https://play.example.org.", address=address)
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return _untrusted(address, cause)
        if isinstance(cause, socket.gaierror):
            return _(
                "The name in {address} was not found. Check how it is written, and your connection.", address=address
            )
    if isinstance(error, httpx.TimeoutException):
        return _(
            "{address} does not answer in time. Check your connection; perhaps a firewall is in between.",
            address=address,
        )
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return _(
            "{address} broke off the connection. If it always does, check the port, and whether it is https:// or http://.",
            address=address,
        )
    return _(
        "Nothing answers at {address}. Check the address, and that the hall is running there (gamehall serve).",
        address=address,
    )


def _untrusted(address: str, error: ssl.SSLError) -> str:
    """A connection that is not secure, so that nothing was sent."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        plain = address.replace("https://", "http://", 1)
        return _(
            "What answers at {address} does not speak TLS. If this hall has none, its address is {plain}.",
            address=address,
            plain=plain,
        )
    match error.verify_code:
        case 10:
            why = _(
                "The certificate of {address} has expired. Ask its operator to renew it, or set this computer's clock."
            )
        case 9:
            why = _("The certificate of {address} is not valid yet: this computer's clock is wrong. Set it right.")
        case 18 | 19 | 20:
            why = _(
                "Nobody whom this computer trusts has signed the certificate of {address}. If you know who has, start"
                " the client with SSL_CERT_FILE set to a file with their certificate; else do not go on."
            )
        case 62 | 64:
            why = _(
                "The certificate of {address} is for another name. Use the address that the hall's operator gave you."
            )
        case _:
            why = _("The certificate of {address} is not valid. Ask its operator.")
    return why.format(address=address)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for each in error.exceptions:
                yield from _causes(each)
        error = error.__cause__ or error.__context__
