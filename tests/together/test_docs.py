"""What the documents tell people to type does what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from rig.desktop import Desktop
from rig.environments import MakeEnvironment
from rig.hall import Hall
from rig.people import Caller, client, play_moves, start_game
from rig.server import Serve, Server, without_settings
from rig.tree import ROOT
from scenarios.walks import SCENARIOS

# A block is a whole file, or quotes a part from one, or is to be run as it is.
_BLOCK = re.compile(
    r"^```(?P<language>\w+)(?: (?P<use>file|from)=(?P<file>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
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
    documents = ("README.md", "docs/operate.md", "docs/desktop.md")
    named = {line.split()[1] for doc in documents for line in lines(doc) if line.startswith("make ")}
    assert {"serve", "test", "check", "bench"} <= named
    for target in named:
        subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


def test_the_readme_plays_a_game(server: Server, tmp_path: Path) -> None:
    ((_, script),) = blocks("README.md", "python")
    assert _ADDRESS in script
    file = tmp_path / "game.py"
    file.write_text(script.replace(_ADDRESS, server.url))
    assert "black" in shell(f"{sys.executable} {file}", tmp_path, dict(os.environ)).lower()


@pytest.mark.parametrize("document", ["docs/operate.md", "docs/api.md", "docs/debug.md"])
def test_commands_of_operators(serve: Serve, document: str) -> None:
    server = serve()
    programs = str(Path(sys.executable).parent)
    for line in lines(document):
        if line.startswith("make "):
            continue
        command = line.replace(".venv/bin", programs).replace(_ADDRESS, server.url)
        assert shell(command, server.data, without_settings(server.data)).strip()


@pytest.mark.anyio
async def test_questions_to_the_database(any_hall: Hall) -> None:
    """What the documents ask it can be asked; what is for PostgreSQL's views, there."""
    dialect = any_hall.host.database.dialect
    languages = ["sql", "postgresql"] if dialect == "postgresql" else ["sql"]
    questions = [text for language in languages for _, text in blocks("docs/debug.md", language)]
    assert len(questions) >= 2
    for question in questions:
        await any_hall.host.read(lambda connection, text: connection.execute(sa.text(text)).all(), question)


def test_commands_of_those_who_play_in_a_window(server: Server, display: str, tmp_path: Path) -> None:
    programs = str(Path(sys.executable).parent)
    variables = without_settings(tmp_path / "data") | {"XDG_DATA_HOME": str(tmp_path / "share")}
    opened = 0
    for line in lines("docs/desktop.md"):
        command = line.replace(".venv/bin", programs).split()
        if "--" in line:
            assert shell(" ".join(command), tmp_path, variables).strip()
        elif command[0] != "make":
            desktop = Desktop(tmp_path, display, server, command)
            desktop.find("sign_in")
            assert desktop.stop() == 0
            opened += 1
    assert opened == 1


def test_what_the_guide_asked_for_is_where_the_document_says() -> None:
    """Each of its points names modules, tests or scenarios: they are there."""
    _, table = (ROOT / "docs/desktop.md").read_text().split("## The original guide, point by point")
    points = [line.split("|")[3] for line in table.splitlines() if re.match(r"\| \d", line)]
    assert len(points) == 23
    package = ROOT / "plugins/desktop/src/gamehall_desktop"
    for file in re.findall(r"`([\w/]+\.py)`", " ".join(points)):
        assert (package / file).is_file() or (ROOT / "plugins/desktop/tests" / file).is_file(), file
    named = {
        name for point in points if "scenario" in point for name in re.findall(r"`(\w+)`", point.split("scenario")[1])
    }
    assert named <= {each.name for each in SCENARIOS}


def test_the_way_to_a_game(make_environment: MakeEnvironment, serve: Serve, tmp_path: Path) -> None:
    """The guide is followed from its first line to its last, and at its "restart the hall" the new game is played."""
    environment = make_environment("gamehall[all]", "hatchling", "editables", "pytest", "pip")
    variables = without_settings(tmp_path / "data") | {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}
    said: list[tuple[str, str]] = []
    for block in _BLOCK.finditer((ROOT / "docs/write-a-game.md").read_text()):
        match block["language"], block["use"]:
            case "sh", _:
                for line in block["text"].splitlines():
                    command = line.replace(".venv/bin", str(environment.folder / "bin"))
                    said.append((line.removeprefix(".venv/bin/"), shell(command, tmp_path, variables)))
                if len(said) == 3:
                    plays_the_new_game(serve(environment=environment))
            case _, "from":
                assert block["text"] in (tmp_path / block["file"]).read_text(), "the guide quotes what is not there"
            case _, "file":
                (tmp_path / block["file"]).parent.mkdir(exist_ok=True)
                (tmp_path / block["file"]).write_text(block["text"])
            case _:
                exec(compile(block["text"], "write-a-game.md", "exec"), {"__name__": "snippet"})
    checks = [output for line, output in said if line.startswith("gamehall plugins check ")]
    assert [output.splitlines()[0] for output in checks] == ["my-game of my_game", "six-row of six_row"]
    assert all("1 rulesets keep their promises." in output for output in checks)
    tests = [output for line, output in said if line == "python -m pytest my-game"]
    assert ["4 passed" in tests[0], "5 passed" in tests[1], len(tests)] == [True, True, 2]
    assert said[-1] == ("gamehall games verify --ruleset my-game", "1 games go as before.\n")


def plays_the_new_game(server: Server) -> None:
    """A whole game by the API, and its page."""
    players = Caller(server.url, "ada"), Caller(server.url, "bob")
    game = start_game(players, "my-game", board_size=4)
    assert players[0].ask("POST", f"/games/{game}/moves", 200, {"move": "b2"})["to_act"] == 1
    refused = players[1].ask("POST", f"/games/{game}/moves", 422, {"move": "c3"})
    assert (refused["code"], refused["cells"]) == ("touches", ["b2"])
    played = play_moves(game, players, "d4 a4 d1")
    assert played["result"] == {"winner": 1, "reason": "no-room"}
    with client(server.url) as once:
        page = once.get(f"/games/{game}")
    assert page.status_code == 200
    assert "My game" in page.text
    assert "There is no room for black: white has won." in page.text


def test_examples_are_what_the_documents_say() -> None:
    """The variant of the document is the one in examples/, which is checked and played like any other game."""
    written = {file: text for language in ("python", "toml") for file, text in blocks("docs/write-a-game.md", language)}
    for name in ("gamehall_six_row.py", "pyproject.toml"):
        assert written[f"six-row/{name}"] == (ROOT / "examples/six_row" / name).read_text()
