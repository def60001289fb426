"""What the user does with games at this computer. Everything here runs in the network's thread."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from gamehall.languages import catalogue
from gamehall.naming import title_of
from gamehall.problems import FieldError

from . import lobbying
from .localgames import StoredGame, games_folder, read_games, remove_game, write_game
from .state.challenge import Playable, TermsRefused
from .state.here import LocalGame, LocalGames
from .state.settings import ThemesFound
from .state.toasts import Toast

if TYPE_CHECKING:
    from .installed import Installed
    from .session import Session

_ = catalogue(__name__)


async def install(session: Session) -> None:
    """Finds out what is installed beside the client, which needs no network, and shows it in the present language."""
    if session.installed is None:
        session.installed = await asyncio.to_thread(_load)
        session.post(ThemesFound(session.installed.themes))
    session.post(Playable(session.installed.infos()))
    await refresh(session)
    if session.is_signed_in:
        await lobbying.refresh(session)


def _load() -> Installed:
    """What takes long to import waits until the window is there."""
    from .installed import load_installed

    return load_installed()


async def refresh(session: Session) -> None:
    """Looks at the stored games anew; nothing before it is known what is installed."""
    if (installed := session.installed) is not None:
        games, faults = await asyncio.to_thread(read_games, games_folder())
        session.post(LocalGames([_listed(installed, game) for game in games], faults))


def _listed(installed: Installed, game: StoredGame) -> LocalGame:
    ruleset = installed.rulesets.get(game.ruleset)
    broken = "" if ruleset else _("its rules are not installed any more")
    return LocalGame(
        id=game.id,
        title=title_of(ruleset) if ruleset else game.title,
        moves=len(game.moves),
        changed_at=game.changed_at,
        ended=game.is_over,
        broken=broken,
    )


async def begin(session: Session, ruleset: str, options: dict[str, Any]) -> None:
    """Begins a game and opens it. What the rules have against the options goes to the form."""
    from .localplay import LocalPlay, LocalPlayError, new_game

    if (installed := session.installed) is None:
        return
    try:
        stored = new_game(installed, ruleset, options)
    except LocalPlayError as error:
        session.post(TermsRefused([FieldError("options", str(error))]))
        return
    try:
        await asyncio.to_thread(write_game, games_folder(), stored)
    except OSError as error:
        session.post(Toast(_("The game could not be stored: {error}.", error=error.strerror or error), "fault"))
    await session.open(LocalPlay(installed, games_folder(), stored, session.post))


async def resume(session: Session, game_id: str) -> None:
    """Opens a stored game."""
    from .localplay import LocalPlay, LocalPlayError

    if (installed := session.installed) is None:
        return
    games, _faults = await asyncio.to_thread(read_games, games_folder())
    stored = next((game for game in games if game.id == game_id), None)
    if stored is None:
        await refresh(session)
        return
    try:
        await session.open(LocalPlay(installed, games_folder(), stored, session.post))
    except LocalPlayError as error:
        session.post(Toast(str(error), "fault"))


async def delete(session: Session, game_id: str) -> None:
    """Deletes a stored game for good."""
    await asyncio.to_thread(remove_game, games_folder(), game_id)
    await refresh(session)
