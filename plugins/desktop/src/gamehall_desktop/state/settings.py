"""How the window looks and sounds: what can be chosen, and what is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

import msgspec

from gamehall.languages import ENGLISH, N_, catalogue, languages
from gamehall_desktop.declare import BoardLook, Theme

_ = catalogue(__name__)

C = TypeVar("C", Theme, BoardLook)

SCALES = (75, 90, 100, 110, 125, 150, 175, 200)
"""The sizes of everything in the window, in percent."""


class Look(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was chosen. `scale` and `volume` are in percent; an empty `language` is the system's."""

    theme: str = "dark"
    board: str = "wood"
    scale: Annotated[int, msgspec.Meta(ge=75, le=200)] = 100
    volume: Annotated[int, msgspec.Meta(ge=0, le=100)] = 60
    sound: bool = True
    notifications: bool = True
    language: str = ""
    coordinates: bool = True
    move_list: bool = True

    @property
    def loudness(self) -> float:
        """The volume of sounds, from 0 to 1."""
        return self.volume / 100 if self.sound else 0.0

    def scaled(self, steps: int) -> Look:
        """Everything larger by so many steps, or smaller; 0 is back to 100 %."""
        if steps == 0:
            return msgspec.structs.replace(self, scale=100)
        beyond = [scale for scale in SCALES if (scale - self.scale) * steps > 0]
        next_one = (min if steps > 0 else max)(beyond, default=self.scale)
        return msgspec.structs.replace(self, scale=next_one)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The user has chosen a look."""

    look: Look


@dataclass(frozen=True, slots=True)
class ThemesFound:
    """Themes and boards that plugins bring, each with the package that has its title's translations."""

    themes: tuple[tuple[str, Theme | BoardLook], ...]


DARK = Theme(
    name="dark",
    title=N_("Dark"),
    ground="#171614",
    surface="#211f1c",
    raised="#2d2a26",
    rule="#403b34",
    ink="#ece7dd",
    faint="#b3ab9e",
    accent="#6cc7a9",
    on_accent="#0c1f18",
    danger="#f2988d",
    warning="#e9bd5a",
)
LIGHT = Theme(
    name="light",
    title=N_("Light"),
    ground="#f0ebe1",
    surface="#fffdf9",
    raised="#f7f2e8",
    rule="#d8cebc",
    ink="#23211d",
    faint="#5c564c",
    accent="#1a6150",
    on_accent="#ffffff",
    danger="#992b23",
    warning="#76500a",
)
CONTRAST = Theme(
    name="contrast",
    title=N_("High contrast"),
    ground="#000000",
    surface="#000000",
    raised="#1a1a1a",
    rule="#ffffff",
    ink="#ffffff",
    faint="#e6e6e6",
    accent="#ffd60a",
    on_accent="#000000",
    danger="#ff9d94",
    warning="#ffd60a",
)
WOOD = BoardLook(
    name="wood",
    title=N_("Wood"),
    wood="#e9c384",
    far="#d9a960",
    line="#5a3d18",
    ink="#4a3110",
    frame="#8a5f2a",
    grain=True,
)
PLAIN = BoardLook(
    name="plain",
    title=N_("Black on white"),
    wood="#ffffff",
    far="#ffffff",
    line="#000000",
    ink="#000000",
    frame="#000000",
)
_OWN = tuple((__name__, each) for each in (DARK, LIGHT, CONTRAST, WOOD, PLAIN))


@dataclass(slots=True)
class Settings:
    """What is chosen, and what there is to choose from."""

    look: Look = field(default_factory=Look)
    offered: list[tuple[str, Theme | BoardLook]] = field(default_factory=lambda: list(_OWN))

    def take(self, message: object) -> None:
        match message:
            case Chosen(look):
                self.look = look
            case ThemesFound(themes):
                self.offered = [*_OWN, *themes]

    @property
    def theme(self) -> Theme:
        """The chosen theme, the first one while there is none of that name."""
        return _named(self.look.theme, (each for package, each in self.offered if isinstance(each, Theme)))

    @property
    def board(self) -> BoardLook:
        return _named(self.look.board, (each for package, each in self.offered if isinstance(each, BoardLook)))

    @property
    def themes(self) -> Mapping[str, str]:
        """What each theme is called, by its name."""
        return {each.name: said(package, each.title) for package, each in self.offered if isinstance(each, Theme)}

    @property
    def boards(self) -> Mapping[str, str]:
        return {each.name: said(package, each.title) for package, each in self.offered if isinstance(each, BoardLook)}

    @property
    def languages(self) -> Mapping[str, str]:
        """What each language is called in itself, by its code; the system's has none."""
        return {"": _("The system's")} | dict(languages())


def said(package: str, title: str) -> str:
    """A title in the present language, by the texts of the package that brought it."""
    return catalogue(package).find(title) or title


def system_language(*locales: str | None) -> str:
    """The first of these locales (`de_DE.UTF-8`) that there are texts for, English if there is none."""
    codes = ((each or "").replace("-", "_").partition("_")[0].partition(".")[0].lower() for each in locales)
    return next((code for code in codes if code in languages()), ENGLISH)


def _named(name: str, choices: Iterable[C]) -> C:
    everything = list(choices)
    return next((each for each in everything if each.name == name), everything[0])
