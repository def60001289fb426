"""Loads the panels of plugins, and does what their buttons say. Everything here runs in the network's thread."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Collection
from typing import TYPE_CHECKING

import httpx

from gamehall.answers import ProblemError

from .declare import Action, Ask, NewChallenge, OpenGame, Panel, Then
from .state.challenge import Proposing
from .state.panels import PanelLoaded
from .state.toasts import Toast

if TYPE_CHECKING:
    from .session import Session

log = logging.getLogger(__name__)

_SECONDS = 10.0  # for a panel to load


def changed_by(session: Session, kind: str | None) -> set[str]:
    """The names of the panels that an event of this kind changes; of all without one."""
    found = session.installed.panels if session.installed else ()
    return {panel.name for _package, panel in found if kind is None or kind in panel.events}


async def load(session: Session, names: Collection[str]) -> None:
    """Loads these panels beside each other. One that fails shows that, and hinders no other."""
    found = session.installed.panels if session.installed else ()
    await asyncio.gather(*(_load(session, *each) for each in found if each[1].name in names))


async def _load(session: Session, package: str, panel: Panel) -> None:
    try:
        async with asyncio.timeout(_SECONDS):
            rows = await panel.load(session.client)
        session.post(PanelLoaded(package, panel, None if rows is None else tuple(rows)))
    except httpx.TransportError:
        pass  # the hall is away; what was loaded before stays
    except ProblemError as problem:
        if problem.status == httpx.codes.UNAUTHORIZED:
            raise
        _failed(session, package, panel)
    except Exception:  # noqa: BLE001 - whatever a plugin raises, only its panel is not shown
        _failed(session, package, panel)


def _failed(session: Session, package: str, panel: Panel) -> None:
    log.exception("the panel %s has failed", panel.name)
    session.post(PanelLoaded(package, panel, None, failed=True))


async def act(session: Session, panel: Panel, action: Action) -> None:
    """Does what a button says."""
    await _then(session, panel, action.act(session.client))


async def ask(session: Session, panel: Panel, ask_for: Ask, written: str) -> None:
    """Does what a field is for, with what was written into it; nothing where that is empty."""
    if written.strip():
        await _then(session, panel, ask_for.act(session.client, written.strip()))


async def _then(session: Session, panel: Panel, work: Awaitable[Then]) -> None:
    match await work:
        case OpenGame(game_id):
            await session.open_game(game_id)
        case NewChallenge(username):
            session.post(Proposing("hall", username))
        case str(said) if said:
            session.post(Toast(said, "done"))
    await load(session, (panel.name,))
