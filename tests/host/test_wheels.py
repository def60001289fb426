"""Each distribution by itself: what its wheel holds, and that it works where nothing but its own needs is installed."""

from __future__ import annotations

import json
import re
from importlib import metadata
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zipfile import ZipFile

import httpx
import pytest

from rig.environments import MakeEnvironment
from rig.people import Caller, play_moves, start_game
from rig.server import Serve, without_settings
from rig.tree import MEMBERS, PLUGINS, ROOT, files_below

# For the fresh environment. Migrations run only inside Alembic, and the kit for authors needs what they bring.
IMPORT_EVERYTHING = """
import pkgutil, sys
from importlib import import_module

def modules(package):
    for found in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        if found.name.rpartition(".")[2] in {"__main__", "migrations", "testing", "otlp"}:  # the last is for an extra
            continue
        module = import_module(found.name)
        yield found.name
        if found.ispkg:
            yield from modules(module)

package = import_module(sys.argv[1])
print(package.__name__, *modules(package))
"""


@pytest.mark.parametrize("name", MEMBERS)
def test_a_wheel_holds_every_file_of_its_package(name: str, wheelhouse: Path) -> None:
    package = name.replace("-", "_")
    source = MEMBERS[name] / "src"
    files = {str(path.relative_to(source)) for path in files_below(source)}
    (wheel,) = wheelhouse.glob(f"{package}-[0-9]*.whl")
    with ZipFile(wheel) as archive:
        held = {entry for entry in archive.namelist() if ".dist-info/" not in entry}
    assert held == files
    assert f"{package}/__init__.py" in held


@pytest.mark.parametrize("name", MEMBERS)
def test_a_distribution_alone_imports_all_its_modules(name: str, make_environment: MakeEnvironment) -> None:
    environment = make_environment(name)
    package = name.replace("-", "_")
    done = environment.run("python", "-c", IMPORT_EVERYTHING, package)
    assert done.stdout.split()[0] == package


@pytest.mark.parametrize("name", PLUGINS)
def test_a_host_with_one_plugin_lists_it(name: str, make_environment: MakeEnvironment, tmp_path: Path) -> None:
    environment = make_environment(f"gamehall-{name.replace('_', '-')}")
    variables = without_settings(tmp_path / "data")
    version = environment.run("gamehall", "version", variables=variables).stdout
    assert metadata.version("gamehall") in version
    listed = json.loads(environment.run("gamehall", "--json", "plugins", "list", variables=variables).stdout)
    assert listed["ok"] is True
    assert f'"{name}"' in json.dumps(listed["data"])


def test_a_hall_with_an_admin_and_a_game_in_two_commands(
    make_environment: MakeEnvironment, serve: Serve, tmp_path: Path
) -> None:
    """As the manual says it: install, serve. What is printed then leads to an admin, and there are games."""
    commands = "    pip install 'gamehall[all]'\n    gamehall serve\n"
    assert commands in (ROOT / "docs/operate.md").read_text()
    server = serve(environment=make_environment("gamehall[all]"))
    link = re.search(rf"{re.escape(server.url)}/register\S+", server.log())
    assert link
    assert "Then begin a game there." in server.log()
    setup = parse_qs(urlsplit(link[0]).query)["setup"][0]
    with httpx.Client(base_url=server.url) as browser:
        assert browser.get(link[0]).status_code == 200
        account = {"username": "ada", "email": "ada@example.org", "password": "correct horse battery", "setup": setup}
        made = browser.post("/api/v1/auth/register", json=account)
        assert (made.status_code, made.json()["user"]["is_admin"]) == (201, True)
        offered = {each["key"] for each in browser.get("/api/v1/rulesets").json()["items"]}
    assert "gomoku" in offered
    players = Caller(server.url, "bob"), Caller(server.url, "cyd")
    game_id = start_game(players, "tic-tac-toe")
    assert play_moves(game_id, players, "b2 a3")["status"] == "active"
