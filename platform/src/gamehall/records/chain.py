"""Games as JSON: canonical, and chained by hashes, so that nothing can be changed unseen. docs/records.md describes it.

The first link is the header, then one for each move, and the last tells how the game ended. The hash of a link is the
SHA-256 of the hash before it, in hexadecimal, and the canonical form of the link itself.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from gamehall.declare import Exporter, GameRecord, ImportedGame, Importer
from gamehall.game import Outcome, Ruleset
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.records.canonical import canonical

__all__ = [
    "CLOSING",
    "FORMAT",
    "HEADER",
    "JSON",
    "READ_JSON",
    "chain_hash",
    "lay_out",
    "read_document",
]

_ = catalogue(__name__)


FORMAT = "gamehall-2"
# The members of the first and of the last link, in the order in which the file has them.
HEADER = (
    "format",
    "id",
    "ruleset",
    "ruleset_version",
    "options",
    "seats",
    "clock",
    "started_at",
    "start",
)
CLOSING = ("status", "result", "ended_by", "finished_at", "players")


def _write_json(record: GameRecord) -> bytes:
    document: dict[str, Any] = {
        "format": FORMAT,
        "id": record.id,
        "ruleset": record.ruleset,
        "ruleset_version": record.ruleset_version,
        "options": dict(record.options),
        "seats": _seats(record.start.sides, record.names),
        "clock": dict(record.clock),
        "started_at": record.started_at,
        "start": record.start_digest,
    }
    last = document["start_hash"] = chain_hash("", {name: document[name] for name in HEADER})
    document["moves"] = []
    for ply, made in enumerate(record.moves, start=1):
        link = {"ply": ply, "seat": made.seat, "move": made.move, "spent": made.spent, "position": made.digest}
        last = chain_hash(last, link)
        document["moves"].append(link | {"hash": last})
    document |= {
        "status": record.status,
        "result": {"winner": record.winner, "reason": record.reason} if record.reason else None,
        "ended_by": ("rules" if record.final else "hall") if record.reason else None,
        "finished_at": record.finished_at,
        "players": _seats(record.sides, record.names),
    }
    document["hash"] = chain_hash(last, {name: document[name] for name in CLOSING})
    return lay_out(document)


def _seats(sides: tuple[str, ...], names: tuple[str, ...]) -> list[dict[str, Any]]:
    pairs = zip(sides, names, strict=True)
    return [{"seat": seat, "side": side, "name": name} for seat, (side, name) in enumerate(pairs)]


def chain_hash(before: str, link: Mapping[str, Any]) -> str:
    """The hash of a link, given without its hash, behind the one that has the hash `before`."""
    return hashlib.sha256(before.encode() + canonical(link)).hexdigest()


def lay_out(document: Mapping[str, Any]) -> bytes:
    """The file: a line for each member and for each move."""
    lines = []
    for name in (*HEADER, "start_hash", "moves", *CLOSING, "hash"):
        value = canonical(document[name])
        if name == "moves" and document[name]:
            value = b"[\n" + b",\n".join(map(canonical, document[name])) + b"\n]"
        lines.append(canonical(name) + b":" + value)
    return b"{\n" + b",\n".join(lines) + b"\n}\n"


def read_document(content: bytes, shape: Any) -> Any:
    """The file as JSON of this shape. Raises Problem `malformed` with the line, or with the place of what is wrong."""
    try:
        return msgspec.json.decode(content, type=shape)
    except msgspec.ValidationError as error:
        raise Problem("malformed", _("This is no record of a game: {error}.", error=error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        line = content.count(b"\n", 0, _broken_at(error)) + 1
        raise Problem(
            "malformed", _("Line {line}: this is not valid JSON ({error}).", line=line, error=error)
        ) from error
    except RecursionError as error:
        raise Problem("malformed", _("The file is nested too deeply to be a record of a game.")) from error


def _broken_at(error: Exception) -> int:
    """The byte at which a file stops being JSON; its end where the error does not say."""
    if isinstance(error, UnicodeDecodeError):
        return error.start
    digits = str(error).rpartition("byte ")[2].rstrip(")")
    return int(digits) if digits.isdecimal() else 2**31


class _Named(msgspec.Struct):
    name: str = ""


class _Moved(msgspec.Struct):
    move: str


class _Ended(msgspec.Struct):
    winner: int | None
    reason: str


class _Readable(msgspec.Struct):
    """What is needed to play a record through; older records, which had no hashes, have it as well."""

    format: str
    ruleset: str
    options: dict[str, Any]
    moves: list[_Moved]
    players: list[_Named]
    result: _Ended | None = None


def _read_json(content: bytes, _rulesets: Mapping[str, Ruleset[Any, Any]]) -> ImportedGame:
    found: _Readable = read_document(content.removeprefix(codecs.BOM_UTF8), _Readable)
    if not found.format.startswith("gamehall-"):
        raise Problem(
            "malformed",
            _("Its format is {format!r}; records of a hall have {known!r}.", format=found.format, known=FORMAT),
        )
    return ImportedGame(
        ruleset=found.ruleset,
        options=found.options,
        moves=tuple(each.move for each in found.moves),
        names=tuple(each.name for each in found.players),
        result=Outcome(found.result.winner, found.result.reason) if found.result else None,
    )


JSON = Exporter("json", "application/json", "json", _write_json)
READ_JSON = Importer("json", b"{", _read_json)
