"""One random game under test."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

import msgspec

from gamehall.game import Options, Position, Ruleset, Scene
from gamehall.looks import Drawn

__all__ = ["CODE", "Tell", "Trial", "as_json"]

CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""What programs rely on: the key of a ruleset, the code of a refusal, the reason of an outcome."""

T = TypeVar("T")
Tell = Callable[[str, Exception | None], None]
"""Takes the name of a promise that was looked at, and how it was broken if it was; may raise that to end the checks."""


def as_json(position: Position) -> bytes:
    """The position as it is stored. Raises TypeError where something in it cannot be."""
    return msgspec.json.encode(position)


@dataclass
class Trial:
    """A game being played by the checks.

    `moves` are those made so far; `pieces` say by kind and side how those on the board so far were called and drawn;
    `scenes` are those of the position that was looked at last, by viewer.
    """

    ruleset: Ruleset[Any, Any]
    options: Options
    chance: random.Random
    tell: Tell
    moves: list[str] = field(default_factory=list)
    pieces: dict[tuple[str, str], tuple[str, Drawn]] = field(default_factory=dict)
    scenes: tuple[Position, dict[int | None, Scene]] | None = None

    @property
    def way(self) -> str:
        """How the present position came about, for whoever reads the failure."""
        options = msgspec.json.encode(self.options).decode()
        return f"in a random game with options {options} after {' '.join(self.moves) or 'no moves'}"

    @contextmanager
    def promise(self, name: str) -> Iterator[None]:
        """What the block checks is this promise; whether it was kept is told, with the way there as a note if not."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - what a ruleset raises breaks the promise as much
            error.add_note(self.way)
            self.tell(name, error)
        else:
            self.tell(name, None)

    def fail(self, complaint: str) -> NoReturn:
        """Raises AssertionError with the complaint."""
        raise AssertionError(f"{self.ruleset.key}: {complaint}")

    def demand(self, kept: object, complaint: str) -> None:
        """Fails with this complaint unless `kept` is true."""
        if not kept:
            self.fail(complaint)

    def ask(self, method: Callable[..., T], position: Position, *asked: Any) -> T:
        """What one of the ruleset's methods answers; that it raises is a failure too."""
        try:
            return method(position, *asked)
        except Exception as error:
            question = f"{method.__name__}({', '.join(['position', *map(repr, asked)])})"
            complaint = f"{question} raised {type(error).__name__}: {error}; it has to answer, not raise"
            raise AssertionError(f"{self.ruleset.key}: {complaint}") from error

    def sample(self, things: list[T], most: int) -> list[T]:
        """At most so many of the things, chosen at random."""
        return things if len(things) <= most else self.chance.sample(things, most)
