"""What `check_ruleset` checks, told promise by promise, with the numbers that an author wants to see."""

from __future__ import annotations

import random
from statistics import median
from time import perf_counter_ns
from typing import Any

import msgspec

from gamehall.game import Ruleset

from .rules import PROMISES, option_sets, perft, play_games

__all__ = ["Finding", "MoveTimes", "Report", "report_on"]

_LONGEST_GAME = 2000  # moves, as in check_ruleset
_LONGEST_TIMED = 500  # moves of a game that is timed
_MOST_COUNTED = 5000  # positions that perft may go through for one number
_DEEPEST = 8  # moves that perft counts at most


class Finding(msgspec.Struct, frozen=True):
    """One promise. `detail` says what was seen or, where it is broken, what to mend; `way` how the game came there."""

    promise: str
    ok: bool
    detail: str = ""
    way: str = ""


class MoveTimes(msgspec.Struct, frozen=True):
    """Microseconds for one move, from the question whether it is legal to the scene after it."""

    median: int
    slowest: int


class Report(msgspec.Struct, frozen=True):
    """What was found of each promise that could be looked at, and two measurements.

    `perft` counts the games of 1, 2, … moves with the default options. It is empty and `times` is None where the rules
    are too broken to be played; `version` is 0 where it is unknown.
    """

    ruleset: str
    version: int
    findings: list[Finding]
    perft: list[int] = []
    times: MoveTimes | None = None

    @property
    def ok(self) -> bool:
        return all(finding.ok for finding in self.findings)


def report_on(ruleset: Ruleset[Any, Any], *, games: int = 12, seed: int = 0) -> Report:
    """Checks every promise that `check_ruleset` checks, and goes on after one that is broken."""
    key = str(getattr(ruleset, "key", type(ruleset).__name__))
    found: dict[str, Finding] = {}

    def remember(promise: str, error: Exception | None) -> None:
        if error is None:
            found.setdefault(promise, Finding(promise, True))
            return
        if promise in found and not found[promise].ok:
            return
        said = str(error) if isinstance(error, AssertionError) else f"{type(error).__name__}: {error}"
        way = " ".join(getattr(error, "__notes__", ()))
        found[promise] = Finding(promise, False, said.removeprefix(f"{key}: "), way)

    lengths = play_games(ruleset, games=games, seed=seed, longest=_LONGEST_GAME, tell=remember)
    if not found["declaration"].ok:
        return Report(key, 0, [found["declaration"]])
    found["declaration"] = Finding("declaration", True, _declared(ruleset))
    counts: list[int] = []
    times = None
    if found["random games"].ok:
        found["random games"] = Finding("random games", True, _played(lengths))
        try:
            counts, times = _count(ruleset), _time(ruleset, seed)
        except Exception as error:  # noqa: BLE001 - perft comes to positions that chance has not come to
            error.add_note("while games were counted with perft")
            remember("random games", error)
    return Report(key, ruleset.version, [found[name] for name in PROMISES if name in found], counts, times)


def _declared(ruleset: Ruleset[Any, Any]) -> str:
    options, presets = ruleset.Options.__struct_fields__, ruleset.presets
    return f"options: {', '.join(options) or 'none'}; presets: {', '.join(presets) or 'none'}"


def _played(lengths: list[int]) -> str:
    return f"{len(lengths)} games from {min(lengths)} to {max(lengths)} moves, {sum(lengths)} moves in all"


def _count(ruleset: Ruleset[Any, Any]) -> list[int]:
    counts = [perft(ruleset, 1)]
    while 0 < counts[-1] <= _MOST_COUNTED and len(counts) < _DEEPEST:
        counts.append(perft(ruleset, len(counts) + 1))
    return counts


def _time(ruleset: Ruleset[Any, Any], seed: int) -> MoveTimes | None:
    """Measures one random game with each set of options."""
    spent = []
    chance = random.Random(seed)  # noqa: S311 - a game to try, not a secret
    for options in option_sets(ruleset):
        position = ruleset.start(options)
        for _ in range(_LONGEST_TIMED):
            if not (moves := list(ruleset.moves(position))):
                break
            move = chance.choice(moves)
            began = perf_counter_ns()
            ruleset.refusal(position, move)
            position = ruleset.play(position, move)
            ruleset.scene(position, ruleset.to_act(position))
            spent.append(perf_counter_ns() - began)
    return MoveTimes(round(median(spent) / 1000), round(max(spent) / 1000)) if spent else None
