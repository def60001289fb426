"""Lists as plain values: lines with buttons, so that what changed can be told by comparing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Press:
    """A button. Its name is a verb and what it is about, `accept:…`; the view knows what each verb does."""

    verb: str
    about: str
    label: str
    strong: bool = False

    @property
    def name(self) -> str:
        return f"{self.verb}:{self.about}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a list. `key` tells it from every other line of the window; `note` is shown fainter."""

    key: str
    title: str
    note: str = ""
    strong: bool = False
    presses: tuple[Press, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A list under a heading; `empty` is said where there are no lines."""

    name: str
    title: str
    lines: tuple[Line, ...]
    empty: str = ""
    more: Press | None = None
    """What has the rest of a long list loaded."""
