"""Settings as they can be shown: on a screen, in an answer, in a report for somebody else. Secrets are hidden."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from gamehall.settings import Settings

__all__ = ["HIDDEN", "Shown", "disclosed", "shown_settings"]

HIDDEN = "(hidden)"
_SECRET = re.compile(r"(^|[._])(key|password|secret|token)$", re.IGNORECASE)


class Shown(NamedTuple):
    """A setting with its value and where that comes from; one of a plugin is called `plugins.<name>.<key>`."""

    key: str
    value: Any
    origin: str


def shown_settings(settings: Settings) -> list[Shown]:
    """Every setting of the hall, and those of plugins that the file has."""
    values: dict[str, Any] = msgspec.to_builtins(settings)
    origins, sections = values.pop("origins"), values.pop("plugins")
    values |= {f"plugins.{name}.{key}": value for name, section in sections.items() for key, value in section.items()}
    return [Shown(key, disclosed(key, value), origins.get(key, "default")) for key, value in values.items()]


def disclosed(key: str, value: Any) -> Any:
    """The value, or what stands for it: what is called a key, password, secret or token is one, at any depth, and an
    address is shown without its password."""
    if value and _SECRET.search(key):
        return HIDDEN
    match value:
        case dict():
            return {name: disclosed(str(name), each) for name, each in value.items()}
        case list() | tuple():
            return [disclosed("", each) for each in value]
        case str() if "://" in value:
            return _without_password(value)
        case _:
            return value


def _without_password(address: str) -> str:
    try:
        return sa.make_url(address).render_as_string(hide_password=True)
    except (ValueError, sa.exc.ArgumentError):  # what cannot be read may hold one anywhere
        return HIDDEN
