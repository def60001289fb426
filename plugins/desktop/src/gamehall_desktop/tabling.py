"""What the user does with an open game besides playing it. Everything here runs in the network's thread."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from gamehall.answers import RecordFormat
from gamehall.languages import catalogue

from .play import OfferAction, OfferKind, Play
from .state.table import Formats
from .state.toasts import Toast

if TYPE_CHECKING:
    from .session import Session

_ = catalogue(__name__)

_MOST_NAMES = 1_000


async def act(play: Play, path: str, action: str) -> None:
    """Does what a button of `gamehall.proposals` says."""
    match path, action:
        case "pause", "end":
            await play.end_pause()
        case "claim", _:
            await play.end("claim_draw" if action == "draw" else "claim")
        case ("resign" | "abort") as how, _:
            await play.end(how)
        case _:
            await play.offer(_KINDS[path], _ACTIONS[action])


_KINDS: dict[str, OfferKind] = {"draw": "draw", "takeback": "takeback", "pause": "pause", "rematch": "rematch"}
_ACTIONS: dict[str, OfferAction] = {"offer": "offer", "accept": "accept", "decline": "decline"}


async def next_game(session: Session, game_id: str) -> None:
    """Opens the game that waits most for the user, another than this one."""
    found = await session.client.next_game(game_id)
    if found is None:
        session.post(Toast(_("No other game waits for your move.")))
    else:
        await session.open_game(found.id)


async def find_formats(session: Session, play: Play, game_id: str) -> None:
    """Tells in which formats the game can be taken home."""
    session.post(Formats(game_id, tuple(await play.formats())))


async def save_record(session: Session, play: Play, name: str, chosen: RecordFormat, ply: int | None) -> None:
    """Puts the game into a new file in the user's folder of downloads, and says where."""
    content = await play.record(chosen.format, ply)
    folder = Path(platformdirs.user_downloads_dir())
    try:
        path = await asyncio.to_thread(write_new, folder, name, chosen.suffix, content)
    except OSError as error:
        reason = error.strerror or str(error)
        session.post(Toast(_("The game cannot be put into {folder}: {reason}", folder=folder, reason=reason), "fault"))
        return
    session.post(Toast(_("The game is in {path}", path=path), "done"))


def write_new(folder: Path, name: str, suffix: str, content: bytes) -> Path:
    """Writes a file that was not there before: `name.suffix`, or `name (2).suffix` and so on. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, _MOST_NAMES):
        path = folder / (f"{name}.{suffix}" if number == 1 else f"{name} ({number}).{suffix}")
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            continue
        return path
    raise FileExistsError(None, _("there are too many of this name already"))
