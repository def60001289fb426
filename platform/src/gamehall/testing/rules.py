"""Checks of a ruleset by playing it at random, and the count of its games."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import msgspec

from gamehall.game import Options, Position, Ruleset, options_schema, read_options

from .positions import check_moves, check_position
from .scenes import check_changes
from .trial import CODE, Tell, Trial, as_json

__all__ = ["PROMISES", "check_ruleset", "option_sets", "perft", "play_games"]

PROMISES = (
    "declaration",
    "random games",
    "refusals",
    "forbidden cells",
    "purity",
    "replay",
    "JSON round trip",
    "scenes",
    "distinct pieces",
    "languages",
    "changed cells",
)
"""What is promised, in the order in which it is told; each failure belongs to one of them."""


def check_ruleset(ruleset: Ruleset[Any, Any], *, games: int = 12, seed: int = 0, longest: int = 2000) -> None:
    """Plays whole games at random with the default options and every preset, and checks each position on the way.

    `games` are shared out among the sets of options, at least one each; the same `seed` plays the same games; a
    game of more than `longest` moves counts as endless. Raises AssertionError with what to mend. It cannot know
    whether the rules are the ones that were meant: count games with `perft` and keep golden games for that.
    """

    def stop(_promise: str, error: Exception | None) -> None:
        if error is not None:
            raise error

    play_games(ruleset, games=games, seed=seed, longest=longest, tell=stop)


def play_games(ruleset: Ruleset[Any, Any], *, games: int, seed: int, longest: int, tell: Tell) -> list[int]:
    """Checks every one of the `PROMISES`; tells what became of each, and goes on where one can.

    Returns the lengths of the games that came to their end. Nothing is played with a wrong declaration, and no more
    after a game that does not come to its end.
    """
    try:
        check_declaration(ruleset)
    except Exception as error:  # noqa: BLE001 - whatever its attributes do when they are looked at
        tell("declaration", error)
        return []
    tell("declaration", None)
    sets = option_sets(ruleset)
    lengths = []
    for number in range(max(games, len(sets))):
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - a game to try, not a secret
        trial = Trial(ruleset, sets[number % len(sets)], chance, tell)
        if not _play_out(trial, longest):
            break
        lengths.append(len(trial.moves))
    return lengths


def option_sets(ruleset: Ruleset[Any, Any]) -> list[Options]:
    """What games are tried with: the default options, and those of each preset."""
    return [ruleset.Options(), *(read_options(ruleset, chosen) for chosen in ruleset.presets.values())]


def check_declaration(ruleset: Ruleset[Any, Any]) -> None:
    """Checks what a ruleset says of itself: names, version, seats, types, options and presets."""
    kind = type(ruleset).__name__

    def demand(kept: object, complaint: str) -> None:
        if not kept:
            raise AssertionError(f"{kind}: {complaint}")

    key = getattr(ruleset, "key", None)
    demand(isinstance(key, str) and CODE.fullmatch(key), f"`key` is {key!r}; write words-with-hyphens")
    title = getattr(ruleset, "title", None)
    demand(isinstance(title, str) and title.strip(), "`title` is missing")
    demand(isinstance(ruleset.version, int) and ruleset.version >= 1, "`version` has to be 1 or more")
    seats = ruleset.seats
    demand(seats and len(set(seats)) == len(seats), f"`seats` are {seats!r}; give each seat a side of its own")
    for name, base in (("Position", Position), ("Options", Options)):
        struct = getattr(ruleset, name, None)
        demand(isinstance(struct, type) and issubclass(struct, base), f"`{name}` has to subclass {base.__name__}")
        demand(struct is not None and struct.__struct_config__.frozen, f"`{name}` has to be frozen")
    try:
        ruleset.Options()
        options_schema(ruleset)
    except TypeError as error:
        raise AssertionError(f"{kind}: every option needs a default and a JSON type: {error}") from error
    for name, chosen in ruleset.presets.items():
        try:
            read_options(ruleset, chosen)
        except msgspec.ValidationError as error:
            raise AssertionError(f"{kind}: preset {name!r} is refused by Options: {error}") from error


def perft(ruleset: Ruleset[Any, Any], depth: int, options: Mapping[str, Any] | None = None) -> int:
    """How many sequences of exactly `depth` legal moves there are; a game that is over sooner counts no more.

    `options` is plain data as in a preset. Raises msgspec.ValidationError for options that the ruleset refuses.
    """
    counted: dict[tuple[bytes, int], int] = {}

    def count(position: Position, left: int) -> int:
        if left == 0:
            return 1
        seen = (as_json(position), left)
        if seen not in counted:
            moves = ruleset.moves(position)
            counted[seen] = (
                sum(1 for _ in moves)
                if left == 1
                else sum(count(ruleset.play(position, move), left - 1) for move in moves)
            )
        return counted[seen]

    return count(ruleset.start(read_options(ruleset, options or {})), depth)


def _play_out(trial: Trial, longest: int) -> bool:
    """Whether the game came to its end."""
    first = _start(trial)
    position = first
    while position is not None:
        moves = check_moves(trial, position)
        if moves is None:
            return False
        check_position(trial, position, moves)
        if not moves:
            break
        position = _move(trial, position, moves, longest)
    if first is None or position is None:
        return False
    with trial.promise("replay"):
        again = first
        for move in trial.moves:
            again = trial.ruleset.play(again, move)
        trial.demand(again == position, "the same moves gave another position; play() may depend on nothing else")
    return True


def _start(trial: Trial) -> Position | None:
    ruleset = trial.ruleset
    with trial.promise("JSON round trip"):
        plain = msgspec.json.decode(msgspec.json.encode(trial.options))
        trial.demand(read_options(ruleset, plain) == trial.options, "Options changed on the way through JSON")
    with trial.promise("random games"):
        position: Position = ruleset.start(trial.options)
        trial.demand(ruleset.start(trial.options) == position, "start() gave two positions for the same options")
        return position
    return None


def _move(trial: Trial, position: Position, moves: list[str], longest: int) -> Position | None:
    """The position after one of the moves, None where none comes about."""
    move = trial.chance.choice(moves)
    after: Position | None = None
    with trial.promise("random games"):
        if len(trial.moves) >= longest:
            trial.fail(f"no end after {longest} moves; a game has to end, or pass a larger `longest`")
        stored = as_json(position)
        after = trial.ask(trial.ruleset.play, position, move)
    if after is None:
        return None
    with trial.promise("purity"):
        trial.demand(as_json(position) == stored, f"play({move!r}) changed the position it was given")
        again = trial.ruleset.play(position, move)
        trial.demand(again == after, f"play({move!r}) gave two results for the same position")
    trial.moves.append(move)
    with trial.promise("changed cells"):
        check_changes(trial, position, move, after)
    return after
