"""Every text of whatever is in the workspace is there in every language."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from typing import Any

import pytest

from gamehall.game import Ruleset, read_options
from gamehall.languages import ENGLISH, languages, speaking
from gamehall.naming import declared_texts, options_form, say, title_of
from rig.tree import PLUGINS, ROOT

RULESETS: dict[str, Ruleset[Any, Any]] = {
    ruleset.key: ruleset
    for plugin in entry_points(group="gamehall")
    if plugin.name in PLUGINS
    for ruleset in getattr(plugin.load(), "gamehall_rulesets", list)()
}
OTHERS = [code for code in languages() if code != ENGLISH]


def test_the_catalogues_are_whole_and_in_step_with_the_sources() -> None:
    program = [sys.executable, str(ROOT / "scripts/texts.py"), "--check"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("key", RULESETS)
def test_a_game_speaks_every_language(key: str, code: str) -> None:
    """Nothing of what it says stays English: each sentence of its first positions, its summary, its options."""
    ruleset = RULESETS[key]
    for chosen in ruleset.presets.values() or [{}]:
        position = ruleset.start(read_options(ruleset, chosen))
        for _ply in range(6):
            seat = ruleset.to_act(position)
            plain, refused = ruleset.scene(position, seat), ruleset.refusal(position, "nonsense")
            assert refused is not None
            with speaking(code):
                said, refusal = ruleset.scene(position, seat), ruleset.refusal(position, "nonsense")
                assert refusal is not None
                assert title_of(ruleset)
            pairs = [(plain.status, said.status), (plain.prompt, said.prompt), (refused.detail, refusal.detail)]
            inputs = zip(plain.inputs, said.inputs, strict=True)
            pairs += [(old.label, new.label) for old, new in inputs if not old.cells]
            assert [old for old, new in pairs if old == new] == []
            assert refusal.code == refused.code
            position = ruleset.play(position, next(iter(ruleset.moves(position))))
    sentences = [text for text in declared_texts(ruleset) if " " in text and text.endswith(".")]
    with speaking(code):
        assert [text for text in sentences if say(ruleset, text) == text] == []
        fields = options_form(ruleset)["properties"].values()
    assert {part.get("description") for part in fields}.isdisjoint(sentences)
