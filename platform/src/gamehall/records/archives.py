"""Many games in one file: a zip with a record of each, and a list of what is in it and what had to be left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import IO, Self
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec

from gamehall.declare import Exporter, GameRecord
from gamehall.problems import Problem
from gamehall.records.formats import file_name, write_record

__all__ = ["CONTENTS", "Archive", "Contents"]

CONTENTS = "contents.json"


class Held(msgspec.Struct, frozen=True):
    """A game in the archive, its file there, and the user names of its players by seat."""

    id: str
    file: str
    players: tuple[str, ...] = ()


class LeftOut(msgspec.Struct, frozen=True):
    """A game that the format cannot tell, and why."""

    id: str
    reason: str


class Contents(msgspec.Struct):
    """What the archive says of itself. `next` is where the list of games goes on, null at its end."""

    format: str
    games: list[Held] = []
    left_out: list[LeftOut] = []
    next: str | None = None


class Archive:
    """A zip being written; it holds one game at a time in memory, whatever it is written to."""

    def __init__(self, file: IO[bytes], exporter: Exporter) -> None:
        self.contents = Contents(exporter.format)
        self._exporter = exporter
        self._zip = ZipFile(file, "w", ZIP_DEFLATED)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self._zip.writestr(CONTENTS, msgspec.json.format(msgspec.json.encode(self.contents), indent=1) + b"\n")
        self._zip.close()

    def add(self, record: GameRecord, players: Sequence[str]) -> None:
        """Writes a game of these users; one that the format cannot tell is put down as left out."""
        try:
            content = write_record(self._exporter, record)
        except Problem as problem:
            self.contents.left_out.append(LeftOut(record.id, problem.detail))
            return
        name = file_name(record, self._exporter)
        ended = datetime.fromisoformat(record.finished_at or record.started_at)
        entry = ZipInfo(name, (ended.year, ended.month, ended.day, ended.hour, ended.minute, ended.second))
        self._zip.writestr(entry, content, ZIP_DEFLATED)
        self.contents.games.append(Held(record.id, name, tuple(players)))
