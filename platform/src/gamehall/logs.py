"""Logs: one line an event, as text or JSON, at times in UTC, without secrets. Each says for which request and in which
plugin's work it was written."""

from __future__ import annotations

import asyncio
import contextvars
import faulthandler
import logging
import re
import signal
import sys
import threading
import time
import warnings
from collections.abc import Mapping
from types import TracebackType
from typing import Any, TextIO

import msgspec

from gamehall.origins import origin, plugin_at_work
from gamehall.settings import Settings
from gamehall.tracing import trace_id

__all__ = ["ACCESS", "DEBUG", "configure_logs", "hear_of_everything", "log_as_ours", "log_what_is_lost"]

ACCESS = "gamehall.access"
"""The logger of requests, which a setting turns on, at whatever level the log is."""
DEBUG = "gamehall.debug"
"""The logger of what is said with the setting `debug` alone, at whatever level the log is."""

_HALL, _HANDLER, _PLUGIN = "gamehall", "gamehall", "gamehall_"
_SECRETS = (
    # Tokens wherever they stand, and what is as long as a code in an address or a cookie; the hall's ids are shorter.
    (re.compile(r"\bhall_[0-9A-Za-z]{10,}|(?<=[/=])[0-9A-Za-z_-]{30,}"), "…"),
    (re.compile(r"(?i)\b(password|passwd|secret|authorization|cookie)\b(['\"]?\s*[=:]\s*)['\"]?[^\n'\"]+"), r"\1\2…"),
    (re.compile(r"(?<=://)[^/\s@'\"]+(?=@)"), "…"),  # who goes to a database or a server for mail, and by what
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "…"),
    (re.compile(r"\?[\w.~-]+=[^\s'\"]*"), "?…"),  # the query of an address
)


class _Lines(logging.Formatter):
    """What somebody sent can stand in a message or an exception: it cannot end a line, nor steer a terminal. Every line
    of a trace or a block is set in, so that none looks like the beginning of another event. For which request an event
    is stands before what it says, where no message can forge it."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        return _clean("\n".join([super().format(record), *(f"  {line}" for line in _block(record))]))

    def formatMessage(self, record: logging.LogRecord) -> str:
        here = " ".join(value if name == "route" else f"{name} {value}" for name, value in _place(record).items())
        record.place = f" [{here}]" if here else ""
        return _visible(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:
        return "\n".join(f"  {_visible(line)}" for line in super().formatException(ei).split("\n"))


class _Json(_Lines):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            **_place(record),
            "message": _clean(_visible(record.getMessage())),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            line["exception"] = _clean(self.formatException(record.exc_info))
        if block := _block(record):
            line["lines"] = [_clean(each) for each in block]
        return msgspec.json.encode(line).decode()


def _place(record: logging.LogRecord) -> Mapping[str, str]:
    """For which request a line is, by which route it came, in which trace, and which plugin's it is: a plugin's own
    logger says so."""
    here = origin()
    package = record.name.partition(".")[0]
    plugin = package.removeprefix(_PLUGIN) if package.startswith(_PLUGIN) else plugin_at_work()
    found = {"request": here.request, "route": _visible(here.route), "trace": trace_id(), "plugin": plugin}
    return {name: value for name, value in found.items() if value}


def _block(record: logging.LogRecord) -> list[str]:
    return [_visible(line) for line in getattr(record, "block", ())]


def _visible(text: str) -> str:
    """The text with everything that is not printed, such as ends of lines, written out."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _clean(text: str) -> str:
    """The text without what somebody could sign in with, and without addresses of mail and what was asked of pages."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def configure_logs(settings: Settings) -> None:
    """Sets up this process's log on standard error.

    What libraries say below a warning is not let in: it can be a whole address or what a statement stores.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.name = _HANDLER
    form = "%(asctime)s %(levelname)s %(name)s%(place)s: %(message)s"
    handler.setFormatter(_Json() if settings.log == "json" else _Lines(form))
    root, hall = logging.getLogger(), logging.getLogger(_HALL)
    root.handlers = [*(each for each in root.handlers if each.name != _HANDLER), handler]
    hall.setLevel(settings.log_level.upper())
    root.setLevel(max(hall.level, logging.WARNING))
    silent = logging.CRITICAL + 1
    logging.getLogger(ACCESS).setLevel(logging.INFO if settings.access_log else silent)
    logging.getLogger(DEBUG).setLevel(logging.DEBUG if settings.debug else silent)


def log_as_ours(package: str) -> None:
    """Lets the loggers of a plugin's package say as much as the hall's own."""
    logging.getLogger(package).setLevel(logging.getLogger(_HALL).level)


def hear_of_everything() -> None:
    """Lets this process's log have what would be printed without it: warnings, and exceptions that nobody catches.

    The process writes down what each of its threads is at when it crashes, or gets the signal USR1.
    """
    sys.excepthook = _tell_of_exception
    threading.excepthook = lambda args: _uncaught(f"the thread {args.thread and args.thread.name}", args.exc_value)
    sys.unraisablehook = lambda args: _uncaught(args.err_msg or "what nobody waits for", args.exc_value)
    warnings.showwarning = _tell_of_warning
    if (own := sys.__stderr__) is not None:  # which is a file of the system, whatever stands in its place
        faulthandler.enable(own)
        if hasattr(faulthandler, "register"):  # not on Windows
            faulthandler.register(signal.SIGUSR1, own)


def log_what_is_lost() -> None:
    """Lets the log have what failed in a task of this loop whose end nobody looked at.

    That is found out by whoever happens to run when the task is let go, so it is not for the request of that moment.
    """

    def tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        contextvars.Context().run(loop.default_exception_handler, context)

    asyncio.get_running_loop().set_exception_handler(tell)


def _tell_of_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        _uncaught("this process", error)


def _uncaught(where: str, error: BaseException | None) -> None:
    logging.getLogger(_HALL).critical("%s failed", where, exc_info=error)


def _tell_of_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    logging.getLogger("py.warnings").warning("%s: %s (%s:%d)", category.__name__, message, filename, lineno)
