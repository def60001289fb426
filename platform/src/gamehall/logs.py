"""Logs: one line an event, as text or JSON, at times in UTC, without secrets."""

from __future__ import annotations

import logging
import re
import sys
import time
from typing import Any

import msgspec

from gamehall.settings import Settings

__all__ = ["configure_logs"]

# Tokens wherever they stand, and what is as long as a code in an address or a cookie; the hall's ids are shorter.
_SECRET = re.compile(r"\bhall_[0-9A-Za-z]{10,}|(?<=[/=])[0-9A-Za-z_-]{30,}")


class _Lines(logging.Formatter):
    """What somebody sent can stand in a message or an exception: it cannot end a line, nor steer a terminal. Every line
    of a trace is set in, so that none looks like the beginning of another event."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        return _SECRET.sub("…", super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:
        return _visible(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:
        return "\n".join(f"  {_visible(line)}" for line in super().formatException(ei).split("\n"))


class _Json(_Lines):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _visible(record.getMessage()),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _SECRET.sub("…", msgspec.json.encode(line).decode())


def _visible(text: str) -> str:
    """The text with everything that is not printed, such as ends of lines, written out."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def configure_logs(settings: Settings) -> None:
    """Sets up this process's log on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Json() if settings.log == "json" else _Lines("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    hall = logging.getLogger("gamehall")
    hall.handlers = [handler]
    hall.setLevel(settings.log_level.upper())
    hall.propagate = False
