"""A game with an option of every kind."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from gamehall.game import Options, Ruleset


class Deep(msgspec.Struct, frozen=True):
    width: int = 3


class Every(Options, frozen=True):
    """An option of every kind."""

    size: Annotated[int, msgspec.Meta(ge=5, le=25, title="Size", description="Lines.")] = 15
    above: Annotated[int, msgspec.Meta(gt=0)] = 1
    even: Annotated[int, msgspec.Meta(multiple_of=2)] = 2
    share: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.5
    exact: bool = False
    perhaps: bool | None = None
    opening: Literal["none", "long_pro"] = "none"
    level: Literal[1, 2, 3] = 2
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=4)] = "ab"
    code: Annotated[str, msgspec.Meta(pattern="^[a-z]+[0-9]$")] = "a1"
    limit: int | None = None
    deep: Deep = Deep()
    cells: list[str] = []
    either: int | str = 3


class EveryGame(Ruleset[Any, Every]):
    key, title, Options = "every", "Every", Every
    start = to_act = moves = play = outcome = scene = None  # type: ignore[assignment]


EveryGame.__abstractmethods__ = frozenset()
