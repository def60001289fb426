"""What games' pages are sent: everything on them that lives, or what one move changed. Made once for each role
and language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import jinja2

from gamehall.claims import around
from gamehall.declare import Host
from gamehall.events import Event
from gamehall.gamelog import GameState, load_state
from gamehall.languages import language
from gamehall.problems import Problem
from gamehall_web_htmx.gameview import GamePage, game_page
from gamehall_web_htmx.prefs import Prefs

from .renderings import Renderings
from .steps import Step, step_of

__all__ = ["Piece", "Pieces", "Role"]


class Role(NamedTuple):
    """Whose eyes a piece is for: a player's id, None for all who watch; and whether forbidden points are shown."""

    player: str | None
    forbidden: bool = False

    @classmethod
    def of(cls, state: GameState, viewer: str | None, *, forbidden: bool = False) -> Role:
        return cls(viewer if state.game.seat_of(viewer) is not None else None, forbidden)


class Piece(NamedTuple):
    """HTML whose parts go where their ids are, and the revision of the game that a page shows then."""

    html: str
    revision: int


class Pieces:
    """The pieces of all games of a hall."""

    def __init__(self, host: Host, templates: jinja2.Environment) -> None:
        self._host = host
        self._templates = templates
        self._forget()
        host.feed.listen(self._hear)

    def _forget(self) -> None:
        self._states: Renderings[GameState] = Renderings(200)
        self._pieces: Renderings[Piece] = Renderings(500)

    def _hear(self, event: Event) -> None:
        if event.kind == "user_deleted":  # their name is in pieces of games that do not change any more
            self._forget()

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        """A piece of any page of ours; it knows nobody's token."""
        return self._templates.get_template(f"web_htmx/{template}").render(context)

    async def state(self, game_id: str, revision: int | None = None) -> GameState:
        """The game at this revision or a later one, by default with all that the feed has told of yet; it is read
        once for all who ask for the same."""
        known = self._host.feed.place if revision is None else revision
        return await self._states.of((game_id, known), lambda: self._host.read(load_state, game_id))

    async def of(self, state: GameState, role: Role, known: int | None = None) -> Piece:
        """What makes a page of this role show the state.

        `known` is the revision that the page shows if only a move has been made since, else None.
        """
        revision = state.game.revision
        key = (state.game.id, revision, role, language())
        if known is not None and known == revision - 1 and not role.forbidden:
            return await self._pieces.of(key, lambda: self._step(state, role))
        second = self._host.hall_time() // 1_000  # its clocks are those of this moment
        return await self._pieces.of((*key, second), lambda: self._whole(state, role))

    async def watched(self, game_id: str, revision: int, role: Role, known: int | None) -> Piece:
        """The same for whoever is no player, which for strangers is known without a look at the game: a crowd waits
        once for both."""
        key = ("watched", game_id, revision, role, known, language(), self._host.hall_time() // 1_000)

        async def made() -> Piece:
            state = await self.state(game_id, revision)
            return await self.of(state, role, known if state.game.revision == revision else None)

        return await self._pieces.of(key, made)

    async def _step(self, state: GameState, role: Role) -> Piece:
        view = await self._view(state, role)
        try:
            step = await step_of(self._host, state, role.player, view)
        except Problem:  # the move has been taken back meanwhile
            step = None
        return self._whole_of(view) if step is None else self._piece("game_step.html", view, step=step)

    async def _whole(self, state: GameState, role: Role) -> Piece:
        return self._whole_of(await self._view(state, role))

    def _whole_of(self, view: GamePage) -> Piece:
        return self._piece("game_fragment.html", view)

    async def _view(self, state: GameState, role: Role) -> GamePage:
        host = self._host
        spectators, claim = await around(host, state.game)
        return game_page(host, state, role.player, claim=claim, spectators=spectators, forbidden=role.forbidden)

    def _piece(self, template: str, view: GamePage, step: Step | None = None) -> Piece:
        return Piece(
            self.render(template, {"view": view, "step": step, "problem": None, "auto": False, "prefs": Prefs()}),
            view.game.revision,
        )
