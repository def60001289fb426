"""Panels of plugins, as they were loaded last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gamehall.languages import catalogue
from gamehall_desktop.declare import Action, Panel, Row

from .account import SignedIn, SignedOut
from .lines import Line, Press, Section

_ = catalogue(__name__)


@dataclass(frozen=True, slots=True)
class PanelLoaded:
    """What is in a panel now; `rows` is None where the hall has nothing of the kind, or where it `failed`.

    `package` has the texts of what the panel declares.
    """

    package: str
    panel: Panel
    rows: Sequence[Row] | None
    failed: bool = False

    def say(self, text: str) -> str:
        """A text that the panel declares, in the present language; nothing for none."""
        return text and catalogue(self.package)(text)


@dataclass(slots=True)
class Panels:
    """The panels that are to be seen, by name."""

    shown: dict[str, PanelLoaded] = field(default_factory=dict)

    def take(self, message: object) -> None:
        match message:
            case PanelLoaded(_, panel, rows):
                if rows is None and not message.failed:
                    self.shown.pop(panel.name, None)
                else:
                    self.shown[panel.name] = message
            case SignedIn() | SignedOut():
                self.shown = {}

    def action(self, about: str) -> tuple[Panel, Action] | None:
        """The panel and its action that a button is about, as these are now; None where it is gone."""
        for loaded in self.shown.values():
            for row in loaded.rows or ():
                for action in row.actions:
                    if about == _about(loaded.panel, row, action):
                        return loaded.panel, action
        return None

    def sections(self) -> list[Section]:
        """Each panel as a list."""
        return [_section(each) for each in self.shown.values()]


def _section(loaded: PanelLoaded) -> Section:
    panel = loaded.panel
    failed = _("This cannot be shown: the plugin that brings it has failed.")
    lines = tuple(
        Line(f"{panel.name}:{row.key}", row.text, row.note, presses=_presses(panel, row)) for row in loaded.rows or ()
    )
    return Section(panel.name, loaded.say(panel.title), lines, failed if loaded.failed else loaded.say(panel.empty))


def _presses(panel: Panel, row: Row) -> tuple[Press, ...]:
    return tuple(Press("panel", _about(panel, row, action), action.label) for action in row.actions)


def _about(panel: Panel, row: Row, action: Action) -> str:
    return f"{panel.name}:{row.key}:{action.label}"
