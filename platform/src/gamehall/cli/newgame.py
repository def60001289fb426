"""A new game's files, written from the texts in `gamehall/skeleton`."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import NamedTuple

import click

import gamehall
from gamehall.plugins import Plugin, name_fault
from gamehall.problems import Problem
from gamehall.testing.trial import CODE

__all__ = ["NewGame", "name_game", "write_game"]

_TITLE = re.compile(r"[^\"\\]{1,40}")  # it is quoted in the files as it is
_LONGEST_KEY = 40
# What each file is called in the new folder, by its text's name.
_FILES = {
    "pyproject.txt": "pyproject.toml",
    "game.txt": "$module.py",
    "tests.txt": "tests/test_$plugin.py",
    "readme.txt": "README.md",
}


class NewGame(NamedTuple):
    """What a game is going to be called: `key` by programs, `title` by players."""

    key: str
    title: str

    @property
    def plugin(self) -> str:
        return self.key.replace("-", "_")

    @property
    def module(self) -> str:
        return f"gamehall_{self.plugin}"

    @property
    def distribution(self) -> str:
        return f"gamehall-{self.key}"


def name_game(key: str, title: str | None) -> NewGame:
    """Raises click.UsageError for names that no game can have."""
    if not CODE.fullmatch(key) or len(key) > _LONGEST_KEY:
        raise click.UsageError(
            f"{key!r} cannot be a game's name: write words of small letters and digits, joined by hyphens, such as "
            f"my-game, of at most {_LONGEST_KEY} characters"
        )
    game = NewGame(key, (title if title is not None else key.replace("-", " ").capitalize()).strip())
    if not _TITLE.fullmatch(game.title) or not game.title.isprintable():
        raise click.UsageError(f"{title!r} cannot be a title: write 1 to 40 characters without quotes or backslashes")
    if fault := name_fault(Plugin(game.plugin, game.distribution, "1.0", game.module, ())):
        raise click.UsageError(f"{key!r} cannot be a game's name: {fault}")
    return game


def write_game(game: NewGame, folder: Path) -> list[Path]:
    """Writes the game into a new folder; its files. Raises Problem where there is something of that name already."""
    major, minor = gamehall.__version__.split(".")[:2]
    words = {
        "key": game.key,
        "title": game.title,
        "plugin": game.plugin,
        "module": game.module,
        "distribution": game.distribution,
        "since": f"{major}.{minor}",
        "until": f"{major}.{int(minor) + 1}",
    }
    texts = files("gamehall") / "skeleton"
    written = []
    try:
        folder.mkdir(parents=True)
        for text, name in _FILES.items():
            path = folder / Template(name).substitute(words)
            path.parent.mkdir(exist_ok=True)
            path.write_text(Template((texts / text).read_text("utf-8")).substitute(words), "utf-8")
            written.append(path)
    except FileExistsError as error:
        raise Problem(
            "already-exists", f"{folder} is there already; name another --folder. Nothing was written."
        ) from error
    except OSError as error:
        raise click.FileError(str(folder), error.strerror) from error
    return written
