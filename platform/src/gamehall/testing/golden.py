"""Golden games: recorded once, and replayed ever after to the same end.

A file is one JSON object: `ruleset`, `version`, `options`, `moves`, `outcome` ({winner, reason} or null) and the
final `position`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gamehall.game import Outcome, Position, Ruleset, read_options

__all__ = ["check_golden", "record_golden"]


class Golden(msgspec.Struct, frozen=True):
    """One recorded game. `position` is as it was stored."""

    ruleset: str
    version: int
    options: dict[str, Any]
    moves: list[str]
    outcome: Outcome | None
    position: dict[str, Any]


def record_golden(
    ruleset: Ruleset[Any, Any], path: Path, moves: Iterable[str], options: Mapping[str, Any] | None = None
) -> None:
    """Writes the game of these moves to a file, over an older one. Raises AssertionError for an illegal move."""
    made, chosen = list(moves), dict(options or {})
    last = _replay(ruleset, chosen, made, path)
    golden = Golden(
        ruleset=ruleset.key,
        version=ruleset.version,
        options=chosen,
        moves=made,
        outcome=ruleset.outcome(last),
        position=msgspec.to_builtins(last),
    )
    path.write_bytes(msgspec.json.format(msgspec.json.encode(golden), indent=1) + b"\n")


def check_golden(ruleset: Ruleset[Any, Any], folder: Path) -> None:
    """Replays every recorded game of this ruleset in the folder's `*.json` files.

    Raises AssertionError when a game now goes another way, when it was recorded for another version, when a position
    stored then cannot be read now, and when the folder has no game of this ruleset.
    """
    games = [(path, msgspec.json.decode(path.read_bytes(), type=Golden)) for path in sorted(folder.glob("*.json"))]
    ours = [(path, golden) for path, golden in games if golden.ruleset == ruleset.key]
    if not ours:
        raise AssertionError(f"{ruleset.key}: no golden game in {folder}; make one with record_golden()")
    for path, golden in ours:
        _check_game(ruleset, path, golden)


def _check_game(ruleset: Ruleset[Any, Any], path: Path, golden: Golden) -> None:
    if golden.version != ruleset.version:
        raise AssertionError(
            f"{path.name} was recorded for version {golden.version} of {ruleset.key}, now at {ruleset.version}: "
            "record it again"
        )
    advice = "raise the ruleset's version if that is meant, and record the game again"
    last = _replay(ruleset, golden.options, golden.moves, path)
    outcome = ruleset.outcome(last)
    if outcome != golden.outcome:
        raise AssertionError(f"{path.name} ended with {golden.outcome} and now with {outcome}: {advice}")
    try:
        stored = msgspec.convert(golden.position, ruleset.Position)
    except msgspec.ValidationError as error:
        raise AssertionError(
            f"{path.name}: a stored position can no longer be read ({error}): give new fields defaults"
        ) from error
    if stored != last:
        raise AssertionError(f"{path.name} ended in {stored} and now in {last}: {advice}")


def _replay(ruleset: Ruleset[Any, Any], options: dict[str, Any], moves: list[str], path: Path) -> Position:
    position: Position = ruleset.start(read_options(ruleset, options))
    for ply, move in enumerate(moves):
        if (refusal := ruleset.refusal(position, move)) is not None:
            raise AssertionError(
                f"{path.name}: move {ply + 1}, {move}, is refused: {refusal.detail} If the rules changed on purpose, "
                "raise the ruleset's version and record the game again"
            )
        position = ruleset.play(position, move)
    return position
