"""A game's page for all who are shown the same of it: made once, and filled in for each of them.

What is kept here is never out of date, since all that it depends on is in its key: the game at a revision, which every
change raises, its players' names, which are changed without one, and all that its templates are given besides. What
goes on changing meanwhile is read each time. It is in the key as well or, as the digits of clocks, a blank.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any, NamedTuple

import jinja2
from cachetools import LRUCache

from gamehall.claims import Around
from gamehall.clockface import ClockFace, clock_faces
from gamehall.declare import Host
from gamehall.game import Refusal
from gamehall.gamelog import GameState
from gamehall.languages import language
from gamehall.problems import Problem
from gamehall.proposals import Standing, endings, offers_to_make, proposals

from .gameview import game_page, standing_of
from .prefs import Prefs
from .previews import PictureSizes, Preview, game_preview
from .printing import Form, blank

__all__ = ["GameForm", "GameForms", "Looking"]

_KEPT = 300  # forms of some fifty thousand letters
_PER_SEAT = ("left", "digits", "more", "words")
_FILLED = ("form_token", "here", "made_at", "path", "side")


class Looking(NamedTuple):
    """How somebody looks at a game, as far as what they see depends on it.

    `player` is who plays, None for all who watch. `live` says that the page follows what happens, `auto` that it looks
    again by itself without that. `waiting` is in how many other games it is their turn, `formats` and `pictures` name
    what can be taken home.
    """

    player: str | None
    prefs: Prefs = Prefs()
    aim: str = ""
    forbidden: bool = False
    auto: bool = False
    live: bool = False
    waiting: int = 0
    formats: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


class GameForm(NamedTuple):
    """`asks` says that whoever looks waits for somebody else, `waits` that this one is to do something."""

    html: Form
    heading: str
    asks: bool
    waits: bool
    preview: Preview


class GameForms:
    """The forms of all games that were looked at last in this worker."""

    def __init__(self, host: Host, templates: jinja2.Environment, sizes: PictureSizes) -> None:
        self._host = host
        self._templates = templates
        self._sizes = sizes
        self._kept: LRUCache[object, GameForm] = LRUCache(_KEPT)

    async def of(
        self,
        template: str,
        state: GameState,
        around: Around,
        looking: Looking,
        problem: Problem | None = None,
        touched: str = "",
    ) -> tuple[GameForm, dict[str, str]]:
        """The form of what this template shows, and the texts of its clocks. One that tells of a problem, on the board
        too where a cell was `touched`, is not kept."""
        found, now = state.game, self._host.hall_time()
        faces = clock_faces(found.clock_at(now), active=found.status == "active")
        texts = {f"{name}_{seat}": str(getattr(face, name)) for seat, face in enumerate(faces) for name in _PER_SEAT}
        if problem is not None:
            return await self._made(template, state, around, looking, faces, problem, touched), texts
        standing, seat = standing_of(state, around.claim, now), found.seat_of(looking.player)
        key = (
            (template, found.id, found.revision, found.seats, state.ply, language()),
            (looking, around.spectators, _to_do(standing, seat)),
            tuple((face.runs, face.is_low, face.ticks, bool(face.more)) for face in faces),
        )
        form = self._kept.get(key)
        if form is None:
            form = self._kept[key] = await self._made(template, state, around, looking, faces)
        return form, texts

    async def _made(
        self,
        template: str,
        state: GameState,
        around: Around,
        looking: Looking,
        faces: Iterable[ClockFace],
        problem: Problem | None = None,
        touched: str = "",
    ) -> GameForm:
        is_refused = problem is not None and problem.slug == "illegal-move"
        view = game_page(
            self._host,
            state,
            looking.player,
            looking.aim,
            claim=around.claim,
            spectators=around.spectators,
            forbidden=looking.forbidden,
            refused=(touched, _why(problem)) if is_refused and problem else None,
            clocks=tuple(_with_blanks(face, seat) for seat, face in enumerate(faces)),
        )
        preview = await game_preview(self._host, self._sizes, state, view)
        given = looking._asdict() | {name: blank(name) for name in _FILLED} | {"view": view, "problem": problem}
        if preview.picture is None:  # there is no board to draw
            given["pictures"] = ()
        html = self._templates.get_template(f"web_htmx/{template}").render(given)
        return GameForm(Form(html), view.heading, view.asks, view.waits, preview)


def _to_do(standing: Standing, seat: int | None) -> tuple[object, ...]:
    """What there is to do besides moving, and what is told of it: a pause and a countdown end by themselves."""
    return proposals(standing, seat), offers_to_make(standing, seat), endings(standing, seat)


def _with_blanks(face: ClockFace, seat: int) -> ClockFace:
    """A clock whose texts are left open; the milliseconds are shown as they are, so that they can be as well."""
    blanks: dict[str, Any] = {name: blank(f"{name}_{seat}") for name in _PER_SEAT}
    return dataclasses.replace(face, **blanks | ({} if face.more else {"more": ""}))


def _why(problem: Problem) -> Refusal:
    return Refusal(problem.extra.get("code", ""), problem.detail, tuple(problem.extra.get("cells", ())))
