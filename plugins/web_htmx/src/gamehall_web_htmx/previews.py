"""What other sites and messengers show of a page whose address is passed on: a title, a sentence and a picture."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec

from gamehall.challenges import Challenge
from gamehall.declare import Exporter, GameRecord, Host, ImportedGame
from gamehall.game import Scene
from gamehall.gamelog import GameState
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.records.canonical import canonical
from gamehall.records.formats import exporters, write_record
from gamehall.records.imports import play_through
from gamehall.records.stored import read_record

from .gameview import GamePage
from .listing import ChallengeCard
from .live.renderings import Renderings

__all__ = ["Picture", "PictureSizes", "Preview", "challenge_preview", "game_preview", "picture_formats"]

_ = catalogue(__name__)

_TYPES = {"svg": "image/svg+xml", "png": "image/png"}  # what browsers show, and what messengers do
_PNG_SIZE = slice(16, 24)  # two numbers of four bytes: the first part of a PNG says its width and height


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture at an address of its own, its size in pixels, and its words for whoever does not see it."""

    url: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class Preview:
    """`url` is the page's own address, whole."""

    title: str
    description: str
    url: str
    picture: Picture | None


def picture_formats(host: Host) -> Mapping[str, Exporter]:
    """The formats that show one position as a picture and are offered here, by name; perhaps none."""
    offered = exporters(host)
    return {
        name: offered[name] for name, kind in _TYPES.items() if name in offered and offered[name].media_type == kind
    }


class PictureSizes:
    """The size of boards' pictures in PNG. Only drawing one tells it, so one of each shape of board is drawn, for all
    who wait for it."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._known: Renderings[tuple[int, int] | None] = Renderings()

    async def of_game(self, state: GameState) -> tuple[int, int] | None:
        """(width, height) in pixels of the pictures of this game; None where there are none."""
        if (exporter := self._exporter) is None:
            return None

        async def drawn() -> tuple[int, int] | None:
            return await _size_of(exporter, await read_record(self._host, state))

        return await self._known.of(self._shape(msgspec.json.decode(state.start_scene, type=Scene)), drawn)

    async def of_record(self, record: GameRecord) -> tuple[int, int] | None:
        """The same for a game that need not be stored."""
        if (exporter := self._exporter) is None:
            return None
        return await self._known.of(self._shape(record.start), lambda: _size_of(exporter, record))

    @property
    def _exporter(self) -> Exporter | None:
        return picture_formats(self._host).get("png")

    @staticmethod
    def _shape(start: Scene) -> tuple[int, int, str]:
        return start.width, start.height, start.lattice


async def _size_of(exporter: Exporter, record: GameRecord) -> tuple[int, int] | None:
    try:
        # Not in turn with the other work on records: a page must not wait for archives.
        drawn = (await asyncio.to_thread(write_record, exporter, record))[_PNG_SIZE]
    except Problem:  # there is no board to draw
        return None
    return int.from_bytes(drawn[:4]), int.from_bytes(drawn[4:])


async def game_preview(host: Host, sizes: PictureSizes, state: GameState, view: GamePage) -> Preview:
    """That of a game's page, at the ply that it shows."""
    names = " – ".join(seat.display_name for seat in view.game.seats)
    size = await sizes.of_game(state)
    at_ply = "" if view.is_now else f"?ply={view.ply}"
    address = f"{host.settings.address}/games/{view.game.id}"
    title = f"{view.title}: {names}"
    picture = (
        Picture(f"{address}/picture.png{at_ply}", *size, alt=_("The board of {title}", title=title)) if size else None
    )
    return Preview(title, f"{view.headline}. {view.detail}".strip(), f"{address}{at_ply}", picture)


async def challenge_preview(
    host: Host, sizes: PictureSizes, challenge: Challenge, card: ChallengeCard, url: str
) -> Preview:
    """That of an invitation, with the board as it will be at the beginning."""
    address = host.settings.address
    try:
        begun = play_through(host.rulesets, ImportedGame(challenge.ruleset, challenge.options, ())).record
        size = await sizes.of_record(begun)
    except Problem:  # its rules are gone, or fail
        size = None
    told = {"ruleset": challenge.ruleset, "options": canonical(challenge.options).decode(), "format": "png"}
    picture = f"{address}/api/v1/replay/record?{urlencode(told)}"
    return Preview(
        title=_("{name} invites you to a game of {title}", name=challenge.challenger_name, title=card.title),
        description=_("Open the link to see what is played, and take your seat."),
        url=url,
        picture=Picture(picture, *size, alt=_("The board of {title}", title=card.title)) if size else None,
    )
