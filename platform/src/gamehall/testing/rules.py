"""Checks of a ruleset by playing it at random, and the count of its games."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from gamehall.game import Options, Outcome, Position, Refusal, Ruleset, options_schema, read_options

from .scenes import check_changes, check_scenes
from .trial import Trial, as_json

__all__ = ["check_ruleset", "perft"]

_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NONSENSE = ("", " ", "no such move", "-1", "a0", "zzz999", "h\N{FULLWIDTH DIGIT EIGHT}", "\0", "x" * 1000)


def check_ruleset(ruleset: Ruleset[Any, Any], *, games: int = 12, seed: int = 0, longest: int = 2000) -> None:
    """Plays whole games at random with the default options and every preset, and checks each position on the way.

    `games` are shared out among the sets of options, at least one each; the same `seed` plays the same games; a
    game of more than `longest` moves counts as endless. Raises AssertionError with what to mend. It cannot know
    whether the rules are the ones that were meant: count games with `perft` and keep golden games for that.
    """
    check_declaration(ruleset)
    sets = [ruleset.Options(), *(read_options(ruleset, chosen) for chosen in ruleset.presets.values())]
    for number in range(max(games, len(sets))):
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - a game to try, not a secret
        trial = Trial(ruleset, sets[number % len(sets)], chance)
        try:
            _play_out(trial, longest)
        except Exception as error:
            error.add_note(trial.way)
            raise


def check_declaration(ruleset: Ruleset[Any, Any]) -> None:
    """Checks what a ruleset says of itself: names, version, seats, types, options and presets."""
    kind = type(ruleset).__name__

    def demand(kept: object, complaint: str) -> None:
        if not kept:
            raise AssertionError(f"{kind}: {complaint}")

    key = getattr(ruleset, "key", None)
    demand(isinstance(key, str) and _CODE.fullmatch(key), f"`key` is {key!r}; write words-with-hyphens")
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


def _play_out(trial: Trial, longest: int) -> None:
    ruleset = trial.ruleset
    position = ruleset.start(trial.options)
    trial.demand(ruleset.start(trial.options) == position, "start() gave two positions for the same options")
    _check_options(trial)
    while moves := _check_position(trial, position):
        if len(trial.moves) >= longest:
            trial.fail(f"no end after {longest} moves; a game has to end, or pass a larger `longest`")
        move = trial.chance.choice(moves)
        after = _check_play(trial, position, move)
        trial.moves.append(move)
        check_changes(trial, position, move, after)
        position = after
    again = ruleset.start(trial.options)
    for move in trial.moves:
        again = ruleset.play(again, move)
    trial.demand(again == position, "the same moves gave another position; play() may depend on nothing else")


def _check_options(trial: Trial) -> None:
    plain = msgspec.json.decode(msgspec.json.encode(trial.options))
    trial.demand(read_options(trial.ruleset, plain) == trial.options, "Options changed on the way through JSON")


def _check_position(trial: Trial, position: Position) -> list[str]:
    """Checks everything that holds of a single position; returns its legal moves."""
    ruleset = trial.ruleset
    stored = _check_stored(trial, position)
    moves = list(ruleset.moves(position))
    _check_end(trial, position, moves)
    doubled = {move for move in moves if moves.count(move) > 1} if len(set(moves)) < len(moves) else set()
    trial.demand(not doubled, f"moves() lists {sorted(doubled)} more than once")
    trial.demand(all(isinstance(move, str) and move for move in moves), "moves() has to list non-empty strings")
    _check_refusals(trial, position, moves)
    check_scenes(trial, position, moves)
    trial.demand(as_json(position) == stored, "the position was changed by asking about it; positions are frozen")
    return moves


def _check_stored(trial: Trial, position: Position) -> bytes:
    kind = trial.ruleset.Position
    trial.demand(type(position) is kind, f"the position is a {type(position).__name__}, not {kind.__name__}")
    try:
        stored = as_json(position)
        back = msgspec.json.decode(stored, type=kind)
    except (TypeError, msgspec.ValidationError) as error:
        trial.fail(f"the position cannot be stored as JSON and read again: {error}")
    trial.demand(back == position, "the position changed on the way through JSON; use plain, typed fields")
    return stored


def _check_end(trial: Trial, position: Position, moves: list[str]) -> None:
    seat, outcome = trial.ruleset.to_act(position), trial.ruleset.outcome(position)
    seats = range(len(trial.ruleset.seats))
    if outcome is None:
        trial.demand(moves, "outcome() is None but moves() is empty: the game is stuck; end it or allow a pass")
        trial.demand(seat is not None, "outcome() is None but nobody is to act; to_act() has to name a seat")
        trial.demand(seat in seats, f"to_act() is {seat!r}; there is no such seat")
        return
    trial.demand(not moves, "the game is over but moves() is not empty")
    trial.demand(seat is None, "the game is over but to_act() names a seat")
    trial.demand(isinstance(outcome, Outcome), "outcome() has to be an Outcome or None")
    trial.demand(outcome.winner is None or outcome.winner in seats, f"the winner {outcome.winner!r} is no seat")
    trial.demand(_CODE.fullmatch(outcome.reason), f"the outcome's reason {outcome.reason!r} has to be a code")


def _check_refusals(trial: Trial, position: Position, moves: list[str]) -> None:
    legal = set(moves)
    for move in trial.sample(moves, 16):
        answer = trial.ask(trial.ruleset.refusal, position, move)
        trial.demand(answer is None, f"moves() lists {move!r} but refusal() says {answer}")
    mangled = [changed for move in trial.sample(moves, 2) for changed in (move.upper(), move + " ", move * 2)]
    for move in (*_NONSENSE, *mangled, *trial.moves[-16:]):
        if move in legal:
            continue
        answer = trial.ask(trial.ruleset.refusal, position, move)
        if answer is None:
            trial.fail(f"refusal() allows {move!r}, which moves() does not list")
        trial.demand(
            isinstance(answer, Refusal) and _CODE.fullmatch(answer.code) and answer.detail.strip(),
            f"refusal({move!r}) is {answer!r}; a Refusal has a code such as illegal-move and a sentence",
        )


def _check_play(trial: Trial, position: Position, move: str) -> Position:
    stored = as_json(position)
    after: Position = trial.ask(trial.ruleset.play, position, move)
    trial.demand(as_json(position) == stored, f"play({move!r}) changed the position it was given")
    trial.demand(trial.ruleset.play(position, move) == after, f"play({move!r}) gave two results for the same position")
    return after
