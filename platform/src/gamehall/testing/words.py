"""Checks that a ruleset says the same in every language: a scene differs in its words alone."""

from __future__ import annotations

import msgspec

from gamehall.game import Position, Scene
from gamehall.languages import ENGLISH, languages, speaking

from .scenes import scenes_of
from .trial import Trial

__all__ = ["check_words"]


def check_words(trial: Trial, position: Position, _moves: list[str]) -> None:
    """Checks what the one who decides sees, or a spectator, in one of the languages, another one after each move."""
    others = [code for code in languages() if code != ENGLISH]
    code = others[len(trial.moves) % len(others)]
    viewer = trial.ruleset.to_act(position)
    plain = scenes_of(trial, position)[viewer]
    with speaking(code):
        said: Scene = trial.ask(trial.ruleset.scene, position, viewer)
    trial.demand(
        _without_words(said) == _without_words(plain),
        f"with the language {code} more than the words of scene(position, {viewer}) is different; "
        "translate `status`, `prompt` and labels, and no name of a side, a kind or a cell",
    )
    labels = [each.label for each in said.inputs if not each.cells]
    trial.demand(len(set(labels)) == len(labels), f"in the language {code} buttons have the same label: {labels}")


def _without_words(scene: Scene) -> Scene:
    inputs = tuple(msgspec.structs.replace(each, label="") for each in scene.inputs)
    return msgspec.structs.replace(scene, status="", prompt="", inputs=inputs)
