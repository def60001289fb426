"""Logs: one line an event, as text or JSON, without secrets."""

from __future__ import annotations

import logging
import re
import sys

import msgspec

from gamehall.settings import Settings

__all__ = ["configure_logs"]

# Tokens wherever they stand, and what is as long as a code in an address or a cookie; the hall's ids are shorter.
_SECRET = re.compile(r"\bhall_[0-9A-Za-z]{10,}|(?<=[/=])[0-9A-Za-z_-]{30,}")


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return _SECRET.sub("…", super().format(record))


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _SECRET.sub("…", msgspec.json.encode(line).decode())


def configure_logs(settings: Settings) -> None:
    """Sets up this process's log on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Json() if settings.log == "json" else _Text("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    hall = logging.getLogger("gamehall")
    hall.handlers = [handler]
    hall.setLevel(settings.log_level.upper())
    hall.propagate = False
