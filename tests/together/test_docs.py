"""What the documents tell people to type does what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.environments import MakeEnvironment
from rig.server import Serve, without_settings
from rig.tree import ROOT

_BLOCK = re.compile(r"^```(?P<language>\w+)(?: file=(?P<file>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_ADDRESS = "http://127.0.0.1:8000"


def blocks(document: str, language: str) -> Iterator[tuple[str | None, str]]:
    """(file, text) of each block of a language, in their order."""
    for match in _BLOCK.finditer((ROOT / document).read_text()):
        if match["language"] == language:
            yield match["file"], match["text"]


def lines(document: str) -> list[str]:
    """Every command line of a document."""
    return [line for _, text in blocks(document, "sh") for line in text.splitlines() if line]


def shell(line: str, folder: Path, variables: dict[str, str]) -> str:
    done = subprocess.run(["bash", "-ec", line], cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_targets_of_make_exist() -> None:
    named = {
        line.split()[1] for doc in ("README.md", "docs/operate.md") for line in lines(doc) if line.startswith("make ")
    }
    assert {"serve", "test", "check", "bench"} <= named
    for target in named:
        subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


def test_the_readme_plays_a_game(serve: Serve, tmp_path: Path) -> None:
    ((_, script),) = blocks("README.md", "python")
    assert _ADDRESS in script
    server = serve()
    file = tmp_path / "game.py"
    file.write_text(script.replace(_ADDRESS, server.url))
    assert "black" in shell(f"{sys.executable} {file}", tmp_path, dict(os.environ)).lower()


@pytest.mark.parametrize("document", ["docs/operate.md", "docs/api.md"])
def test_commands_of_operators(serve: Serve, document: str) -> None:
    server = serve()
    programs = str(Path(sys.executable).parent)
    for line in lines(document):
        if line.startswith("make "):
            continue
        command = line.replace(".venv/bin", programs).replace(_ADDRESS, server.url)
        assert shell(command, server.data, without_settings(server.data)).strip()


def test_the_way_to_a_game(make_environment: MakeEnvironment, tmp_path: Path) -> None:
    environment = make_environment("gamehall[all]", "hatchling", "pytest", "pip")
    for language in ("python", "toml"):
        for file, text in blocks("docs/write-a-game.md", language):
            if file is None:
                exec(compile(text, "write-a-game.md", "exec"), {"__name__": "snippet"})
            else:
                (tmp_path / file).parent.mkdir(exist_ok=True)
                (tmp_path / file).write_text(text)
    variables = without_settings(tmp_path / "data") | {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}
    said = [
        shell(line.replace(".venv/bin", str(environment.folder / "bin")), tmp_path, variables)
        for line in lines("docs/write-a-game.md")
    ]
    assert "ruleset:six-row" in said[1]
    assert "3 passed" in said[2]


def test_examples_are_what_the_documents_say() -> None:
    """The variant of the document is the one in examples/, which is checked and played like any other game."""
    written = {file: text for language in ("python", "toml") for file, text in blocks("docs/write-a-game.md", language)}
    for name in ("gamehall_six_row.py", "pyproject.toml"):
        assert written[f"six-row/{name}"] == (ROOT / "examples/six_row" / name).read_text()
