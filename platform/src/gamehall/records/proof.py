"""Whether a record is what it says: its chain of hashes, and the game by the installed rules. No hall is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from gamehall.game import Ruleset, read_options
from gamehall.problems import Problem
from gamehall.records.canonical import digest
from gamehall.records.chain import CLOSING, FORMAT, HEADER, chain_hash, lay_out, read_document

__all__ = ["Difference", "Document", "Proof", "prove", "read_record"]


class Difference(msgspec.Struct, frozen=True):
    """What is not as the record says, after how many moves; None where it concerns the file as a whole."""

    ply: int | None
    sentence: str


class Proof(msgspec.Struct, frozen=True):
    """What was found out about a record. It is proven when there are no differences."""

    game_id: str
    ruleset: str
    recorded_version: int
    installed_version: int
    moves: int
    differences: tuple[Difference, ...]


class _Seat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    seat: int
    side: str
    name: str


class _Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ply: int
    seat: int
    move: str
    spent: int | None
    position: str
    hash: str


class _Result(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    winner: int | None
    reason: str


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A record as its file has it, proven or not."""

    format: str
    id: str
    ruleset: str
    ruleset_version: int
    options: dict[str, Any]
    seats: tuple[_Seat, ...]
    clock: dict[str, Any]
    started_at: str
    start: str
    start_hash: str
    moves: tuple[_Link, ...]
    status: str
    result: _Result | None
    ended_by: Literal["rules", "hall"] | None
    finished_at: str | None
    players: tuple[_Seat, ...]
    hash: str


def prove(content: bytes, rulesets: Mapping[str, Ruleset[Any, Any]]) -> Proof:
    """Checks a record by itself and by the ruleset that it names.

    Raises Problem `malformed` for what is no such record, `not-found` where its ruleset is not among these.
    """
    record = read_record(content)
    if (ruleset := rulesets.get(record.ruleset)) is None:
        raise Problem("not-found", f"The rules of {record.ruleset!r} are not installed here, so nothing can be proven.")
    differences = [*_in_layout(content, record), *_in_chain(record), *_in_game(record, ruleset)]
    return Proof(
        game_id=record.id,
        ruleset=record.ruleset,
        recorded_version=record.ruleset_version,
        installed_version=ruleset.version,
        moves=len(record.moves),
        differences=tuple(differences),
    )


def read_record(content: bytes) -> Document:
    """The record in a file, not proven yet. Raises Problem `malformed`."""
    stated: str = read_document(content, _Format).format
    if stated != FORMAT:
        raise Problem("malformed", f"Its format is {stated!r}; only records of the format {FORMAT!r} can be proven.")
    record: Document = read_document(content, Document)
    return record


class _Format(msgspec.Struct, frozen=True):
    format: str


def _in_layout(content: bytes, record: Document) -> Iterator[Difference]:
    """The first line that is not as the record would be written: nothing may stand in it that no hash covers."""
    meant = lay_out(msgspec.to_builtins(record))
    if content == meant:
        return
    pairs = zip((*content.split(b"\n"), b""), (*meant.split(b"\n"), b""), strict=False)
    line = next((n for n, (given, wanted) in enumerate(pairs, start=1) if given != wanted), 1)
    yield Difference(None, f"line {line} is not written as records are")


def _in_chain(record: Document) -> Iterator[Difference]:
    """Every link whose hash does not fit it and the hash before it, each judged by the hashes that the file has."""
    values: dict[str, Any] = msgspec.to_builtins(record)
    if record.start_hash != chain_hash("", {name: values[name] for name in HEADER}):
        yield Difference(0, "the header does not fit its hash")
    last = record.start_hash
    for number, link in enumerate(record.moves, start=1):
        told = msgspec.structs.asdict(link)
        stated = told.pop("hash")
        if stated != chain_hash(last, told):
            yield Difference(number, f"{_named(number, link)} does not fit its hash")
        if link.ply != number:
            yield Difference(number, f"{_named(number, link)} is counted as ply {link.ply}")
        last = stated
    if record.hash != chain_hash(last, {name: values[name] for name in CLOSING}):
        yield Difference(len(record.moves), "the result and what stands around it do not fit their hash")


def _named(number: int, link: _Link) -> str:
    return f"move {number} ({link.move})"


def _in_game(record: Document, ruleset: Ruleset[Any, Any]) -> Iterator[Difference]:
    """Where the game goes another way by the rules; nothing behind a move that they do not allow."""
    ply = 0
    try:
        options = read_options(ruleset, record.options)
        position = ruleset.start(options)
        yield from _in_position(record.start, position, 0, "the first position")
        if (sides := tuple(each.side for each in record.seats)) != ruleset.sides(position):
            yield Difference(0, f"the sides at the start are {_listed(ruleset.sides(position))}, not {_listed(sides)}")
        for ply, link in enumerate(record.moves, start=1):
            named = _named(ply, link)
            if (turn := ruleset.to_act(position)) != link.seat:
                who = "the game is over before it" if turn is None else f"seat {turn} is to move"
                yield Difference(ply, f"{named} is made by seat {link.seat}, but {who}")
                return
            if (refusal := ruleset.refusal(position, link.move)) is not None:
                yield Difference(ply, f"{named} is not allowed: {refusal.detail.rstrip('.')}")
                return
            position = ruleset.play(position, link.move)
            yield from _in_position(link.position, position, ply, f"the position after {named}")
        yield from _in_end(record, ruleset, position)
    except msgspec.ValidationError as error:
        yield Difference(0, f"the rules do not take its options: {error}")
    except (Exception, SystemExit) as error:  # noqa: BLE001 - rules that fail do not play the game, however they fail
        yield Difference(ply, f"the rules fail at ply {ply} ({type(error).__name__}: {error})")


def _in_position(stated: str, position: Any, ply: int, what: str) -> Iterator[Difference]:
    if stated != digest(msgspec.json.encode(position)):
        yield Difference(ply, f"{what} is another one by the rules")


def _in_end(record: Document, ruleset: Ruleset[Any, Any], position: Any) -> Iterator[Difference]:
    ply, outcome = len(record.moves), ruleset.outcome(position)
    by_rules = _Result(outcome.winner, outcome.reason) if outcome else None
    stated = record.result if record.ended_by == "rules" else None
    if by_rules != stated:
        yield Difference(ply, f"by the rules the game ends with {_said(by_rules)}, by the record with {_said(stated)}")
    ended = record.status in ("finished", "aborted")
    if ended != (record.result is not None) or ended != (record.ended_by is not None):
        yield Difference(ply, f"the record is {record.status}, which does not go with {_said(record.result)}")
    if (sides := tuple(each.side for each in record.players)) != ruleset.sides(position):
        yield Difference(ply, f"the sides at the end are {_listed(ruleset.sides(position))}, not {_listed(sides)}")
    people = [[each.name for each in seats] for seats in (record.seats, record.players)]
    if people[0] != people[1]:
        yield Difference(ply, "other players are named at the end than at the start")


def _said(result: _Result | None) -> str:
    if result is None:
        return "no result"
    return f"{'no winner' if result.winner is None else f'a win of seat {result.winner}'} ({result.reason})"


def _listed(sides: tuple[str, ...]) -> str:
    return " and ".join(sides) or "nobody"
