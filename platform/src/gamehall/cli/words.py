"""What a shell can complete. It asks at every touch of a key, so no plugin is imported: what only plugins know is put
down whenever a command has looked at them, and the rest is in the database."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from click.shell_completion import CompletionItem

from gamehall.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    import sqlalchemy as sa

    from gamehall.cli.inspecting import PluginReport

__all__ = [
    "Words",
    "complete_formats",
    "complete_plugins",
    "complete_rulesets",
    "complete_settings",
    "complete_switches",
    "known_words",
    "put_words_down",
    "recent_games",
]

_MOST = 50
_OWN_FORMATS = ("json", "sgf", "text")

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


class Words(msgspec.Struct, frozen=True):
    """What plugins bring, and the plugins that were there then."""

    plugins: tuple[tuple[str, str], ...] = ()
    commands: tuple[str, ...] = ()
    rulesets: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()

    @property
    def is_of_now(self) -> bool:
        return self.plugins == _installed()


def put_words_down(settings: Settings, reports: Iterable[PluginReport]) -> None:
    """Keeps what these plugins bring for later completions, where there is a data folder already."""
    found = list(reports)

    def brought(hook: str) -> tuple[str, ...]:
        return tuple(sorted(name for report in found for name in report.contributes.get(hook, ())))

    commands = tuple(name.removeprefix("gamehall ") for name in brought("gamehall_commands"))
    words = Words(_installed(), commands, brought("gamehall_rulesets"), brought("gamehall_exporters"))
    with contextlib.suppress(OSError):  # whoever may not write here completes less
        if words != known_words(settings):
            descriptor, name = tempfile.mkstemp(dir=settings.data)
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(words))
            Path(name).replace(_file(settings))


def known_words(settings: Settings) -> Words:
    """What was put down last."""
    try:
        return msgspec.json.decode(_file(settings).read_bytes(), type=Words)
    except (OSError, msgspec.DecodeError):
        return Words()


def _file(settings: Settings) -> Path:
    return settings.data / "words.json"


def _installed() -> tuple[tuple[str, str], ...]:
    """By metadata alone: `gamehall.plugins` would take most of the time that a shell waits."""
    found = metadata.entry_points(group="gamehall")
    return tuple(sorted((each.name, each.dist.version) for each in found if each.dist is not None))


# -- What stands in for an argument


def _completing(words: Callable[[Settings], Iterable[str]]) -> Complete:
    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        try:
            settings = load_settings(config=ctx.find_root().params.get("config"))
        except SettingsError:  # the command itself will say so
            return []
        typed = ctx.params.get(param.name or "") or ()
        given = typed if isinstance(typed, tuple) else (typed,)
        return [CompletionItem(word) for word in words(settings) if word.startswith(incomplete) and word not in given]

    return complete


def _plugins(_settings: Settings) -> list[str]:
    return sorted({name for name, _ in _installed()})


def _switches(settings: Settings) -> list[str]:
    rulesets = [f"ruleset:{key}" for key in known_words(settings).rulesets]
    return ["signup", *_plugins(settings), *rulesets]


def _settings_keys(settings: Settings) -> list[str]:
    return [key for key in settings.origins if not key.startswith("plugins.")]


complete_plugins = _completing(_plugins)
complete_switches = _completing(_switches)
complete_rulesets = _completing(lambda settings: known_words(settings).rulesets)
complete_formats = _completing(lambda settings: (*_OWN_FORMATS, *known_words(settings).formats))
complete_settings = _completing(_settings_keys)


# -- What is in the database


def recent_games(connection: sa.Connection, begins: str) -> list[str]:
    """The newest games whose ids begin so."""
    import sqlalchemy as sa

    from gamehall.tables import game

    query = sa.select(game.c.id).where(game.c.id.startswith(begins, autoescape=True))
    return list(connection.scalars(query.order_by(game.c.id.desc()).limit(_MOST)))
