"""Games that are played at this computer alone, each in a file of its own."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import msgspec
import platformdirs

from gamehall.answers import Result
from gamehall.languages import catalogue
from gamehall.problems import UNREADABLE

from .files import write_private

_ = catalogue(__name__)

log = logging.getLogger(__name__)


class StoredGame(msgspec.Struct, frozen=True, kw_only=True):
    """A game as its file has it. `result` is how the players ended it, where they did; `is_over` that it has ended."""

    format: Literal["gamehall-local-1"] = "gamehall-local-1"
    id: str
    ruleset: str
    title: str
    version: int
    options: dict[str, Any]
    moves: tuple[str, ...] = ()
    result: Result | None = None
    is_over: bool = False
    started_at: str
    changed_at: str


def games_folder() -> Path:
    return Path(platformdirs.user_data_dir("gamehall")) / "local_games"


def begin_game(ruleset: str, title: str, version: int, options: dict[str, Any]) -> StoredGame:
    """A game before its first move, which is not written yet."""
    at = moment()
    return StoredGame(
        id=f"local-{uuid4().hex}",
        ruleset=ruleset,
        title=title,
        version=version,
        options=options,
        started_at=at,
        changed_at=at,
    )


def moment() -> str:
    """Now, in ISO 8601 and UTC."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def write_game(folder: Path, game: StoredGame) -> None:
    """Replaces the game's file, whole or not at all. Raises OSError."""
    write_private(folder / f"{game.id}.json", msgspec.json.format(msgspec.json.encode(game)))


def read_games(folder: Path) -> tuple[list[StoredGame], list[str]]:
    """The games, the one played last first, and a sentence about each file that cannot be read.

    What is in such a file is kept beside, by a name that ends with `.bad`.
    """
    games, faults = [], []
    for path in sorted(folder.glob("local-*.json")):
        try:
            game = msgspec.json.decode(path.read_bytes(), type=StoredGame)
            if game.id != path.stem:
                raise ValueError(f"it says that it is {game.id}")
            games.append(game)
        except (OSError, ValueError, *UNREADABLE) as error:
            faults.append(_keep_aside(path, error))
    return sorted(games, key=lambda game: game.changed_at, reverse=True), faults


def _keep_aside(path: Path, error: Exception) -> str:
    log.warning("the game in %s cannot be read: %s", path, error)
    aside = path.with_name(f"{path.name}.{moment().replace(':', '')}.bad")
    try:
        path.replace(aside)
    except OSError:
        return _("A game cannot be read: {path}.", path=path)
    return _("A game could not be read. Its file is kept as {path}.", path=aside)


def remove_game(folder: Path, game_id: str) -> None:
    """Deletes a game for good. Raises OSError."""
    (folder / f"{game_id}.json").unlink(missing_ok=True)
