"""The backups that lie in the data folder. Of those elsewhere nothing is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from gamehall.findings import Finding, note, ok
from gamehall.languages import catalogue
from gamehall.settings import Settings
from gamehall.tables import now

__all__ = ["Copy", "copies", "list_copies"]

_ = catalogue(__name__)

_FOLDER = "backups"
_OLD_DAYS = 7


class Copy(msgspec.Struct, frozen=True):
    """A backup in the data folder."""

    name: str
    made_at: datetime
    size: int


def list_copies(settings: Settings) -> list[Copy]:
    """The backups there are in the data folder, the newest first."""
    found = []
    for file in (settings.data / _FOLDER).glob("*.backup"):
        about = file.stat()
        found.append(Copy(file.name, datetime.fromtimestamp(about.st_mtime, UTC), about.st_size))
    return sorted(found, key=lambda each: each.made_at, reverse=True)


def copies(settings: Settings) -> Iterator[Finding]:
    """How old the newest one is."""
    found = list_copies(settings)
    folder = settings.data / _FOLDER
    remedy = f"gamehall db backup {folder}/$(date +%F).backup"
    if not found:
        sentence = _("There is none in {folder}; of others nothing is known here.", folder=folder)
        yield note("backups", sentence, remedy)
        return
    days = (now() - found[0].made_at).days
    sentence = _(
        "The newest of {count} in {folder} was made on {day:%Y-%m-%d}.",
        count=len(found),
        folder=folder,
        day=found[0].made_at,
    )
    yield note("backups", sentence, remedy) if days > _OLD_DAYS else ok("backups", sentence)
