"""The formats that there are, to write games in and to read them from: the hall's own and those of plugins."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from gamehall.declare import Exporter, GameRecord, Host, Importer
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.records.chain import JSON, READ_JSON
from gamehall.records.sgf import SGF
from gamehall.records.sgfreading import READ_SGF
from gamehall.records.text import TEXT

__all__ = [
    "by_format",
    "exporter_of",
    "exporters",
    "file_name",
    "importers",
    "readers_by_format",
    "write_record",
]

_ = catalogue(__name__)


log = logging.getLogger(__name__)

_OWN = (JSON, SGF, TEXT)
_OWN_READERS = (READ_JSON, READ_SGF)


def write_record(exporter: Exporter, record: GameRecord) -> bytes:
    """The record in this format. Raises Problem `unknown-format` for a game that it cannot tell, or that makes it fail.

    Some formats take their time: where others wait, ask for it with `in_turn`.
    """
    try:
        return exporter.write(record)
    except Problem:
        raise
    except Exception as error:
        log.exception("the format %s fails on game %s", exporter.format, record.id)
        raise Problem(
            "unknown-format", _("The format {format} cannot tell this game.", format=exporter.format)
        ) from error


def file_name(record: GameRecord, exporter: Exporter) -> str:
    """What a record's file is called."""
    return f"{record.ruleset}-{record.id or 'replay'}.{exporter.suffix}"


def exporters(host: Host) -> dict[str, Exporter]:
    """Every format that is offered, by name."""
    return by_format(exporter for _, exporter in host.declared("gamehall_exporters"))


def by_format(declared: Iterable[Exporter]) -> dict[str, Exporter]:
    """These formats and the hall's own, by name; a plugin cannot replace one of the hall's."""
    return {exporter.format: exporter for exporter in (*declared, *_OWN)}


def exporter_of(formats: Mapping[str, Exporter], name: str) -> Exporter:
    """The format of this name. Raises Problem `unknown-format`, which says what there is."""
    if (exporter := formats.get(name)) is None:
        raise Problem(
            "unknown-format",
            _("There is no format {name!r} here; there are {formats}.", name=name, formats=", ".join(sorted(formats))),
        )
    return exporter


def importers(host: Host) -> dict[str, Importer]:
    """Every format that can be read, by name."""
    return readers_by_format(importer for _, importer in host.declared("gamehall_importers"))


def readers_by_format(declared: Iterable[Importer]) -> dict[str, Importer]:
    """These formats and those that the hall reads by itself, by name."""
    return {importer.format: importer for importer in (*declared, *_OWN_READERS)}
