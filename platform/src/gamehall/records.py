"""Game records: a game's log as a file. JSON and text are the hall's; other formats come by the exporter hook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from gamehall.declare import Exporter, GameRecord, Host
from gamehall.game import Scene
from gamehall.gamelog import GameState

__all__ = ["by_format", "exporters", "record_of"]


def record_of(state: GameState, title: str) -> GameRecord:
    """The record of a game as it stands; `title` is the ruleset's."""
    found = state.game
    start = msgspec.json.decode(state.start_scene, type=Scene)
    return GameRecord(
        id=found.id,
        ruleset=found.ruleset,
        ruleset_title=title,
        ruleset_version=found.ruleset_version,
        options=found.options,
        width=start.width,
        height=start.height,
        players=tuple((found.sides[seat.seat], seat.display_name) for seat in found.seats),
        moves=state.moves,
        changes=tuple(shown.cells for shown in state.shown),
        status=found.status,
        winner=found.winner,
        reason=found.reason,
        started_at=found.created_at,
        finished_at=found.finished_at,
    )


def _json(record: GameRecord) -> bytes:
    values: dict[str, Any] = {
        "format": "gamehall-1",
        "id": record.id,
        "ruleset": record.ruleset,
        "ruleset_version": record.ruleset_version,
        "options": dict(record.options),
        "players": [{"seat": n, "side": side, "name": name} for n, (side, name) in enumerate(record.players)],
        "moves": [{"seat": seat, "move": move} for seat, move in record.moves],
        "status": record.status,
        "result": {"winner": record.winner, "reason": record.reason} if record.reason else None,
        "started_at": record.started_at,
        "finished_at": record.finished_at,
    }
    return msgspec.json.format(msgspec.json.encode(values), indent=2) + b"\n"


def _text(record: GameRecord) -> bytes:
    lines = [f"{record.ruleset_title}, {record.width}×{record.height}, {record.started_at[:10]}"]
    lines += [f"{side.capitalize()}: {name}" for side, name in record.players]
    lines += ["", *_numbered([move for _, move in record.moves]), "", _result(record)]
    return ("\n".join(lines) + "\n").encode()


def _numbered(moves: list[str], per_line: int = 10) -> list[str]:
    numbered = [f"{number}. {move}" for number, move in enumerate(moves, start=1)]
    return ["  ".join(numbered[at : at + per_line]) for at in range(0, len(numbered), per_line)]


def _result(record: GameRecord) -> str:
    if record.reason is None:
        return "Not finished."
    if record.winner is None:
        return f"Draw ({record.reason})."
    side, name = record.players[record.winner]
    return f"{name} ({side}) wins ({record.reason})."


_OWN = (
    Exporter("json", "application/json", "json", _json),
    Exporter("text", "text/plain; charset=utf-8", "txt", _text),
)


def exporters(host: Host) -> dict[str, Exporter]:
    """Every format that is offered, by name."""
    return by_format(exporter for _, exporter in host.declared("gamehall_exporters"))


def by_format(declared: Iterable[Exporter]) -> dict[str, Exporter]:
    """These formats and the hall's own, by name; a plugin cannot replace one of the hall's."""
    return {exporter.format: exporter for exporter in (*declared, *_OWN)}
