"""`gamehall plugins install` and `uninstall`: what comes, what must not change, and what is refused with its reason."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

from rig.command import CONFLICT, DONE, FAILED, REFUSED, USAGE
from rig.command import Run as Bare
from rig.environments import Environment, MakeEnvironment
from rig.plugins import CALM
from rig.server import without_settings
from rig.strangers import plugin_wheel

EMPTY = "from gamehall import hookimpl\n"
TABLES = {
    "migrations/0001_notes.py": """
        import sqlalchemy as sa
        from alembic import op

        revision = "0001"
        down_revision = None

        def upgrade():
            op.create_table("keeps_note", sa.Column("id", sa.Integer, primary_key=True))
        """
}
KEEPS = """
    from pathlib import Path

    import sqlalchemy as sa
    from gamehall import hookimpl
    from gamehall.declare import Tables

    metadata = sa.MetaData()
    sa.Table("keeps_note", metadata, sa.Column("id", sa.Integer, primary_key=True))

    @hookimpl
    def gamehall_tables():
        return [Tables(metadata, Path(__file__).parent / "migrations")]
"""


class Run(Protocol):
    def __call__(self, *arguments: str | Path) -> tuple[int, dict[str, Any]]:
        """Runs `gamehall --json …`: the exit code, and the envelope."""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with whatever somebody can install."""
    folder = tmp_path_factory.mktemp("index")
    for version in ("1.0", "2.0"):
        plugin_wheel(folder, "calm", CALM, version=version)
    plugin_wheel(folder, "keeps", KEEPS, files=TABLES)
    plugin_wheel(folder, "needy", EMPTY, requires=("gamehall", "gamehall-calm"))
    plugin_wheel(folder, "later", EMPTY, requires=("gamehall", "gamehall-calm>=2"))
    plugin_wheel(folder, "old_web", EMPTY, requires=("gamehall", "litestar<2"))
    plugin_wheel(folder, "from_the_future", EMPTY, requires=("gamehall>=99",))
    plugin_wheel(folder, "broken", "import os\nos._exit(7)\n")
    plugin_wheel(folder, "nobody", EMPTY, distribution="no-plugin", group="something.else")
    return folder


@pytest.fixture(scope="module", params=["pip", "uv"])
def environment(request: pytest.FixtureRequest, make_environment: MakeEnvironment) -> Environment:
    """Of a user who has made it with Python's own tool, and of one who has with uv: that has no pip in it."""
    return make_environment("gamehall", "pip") if request.param == "pip" else make_environment("gamehall")


@pytest.fixture(scope="module")
def variables(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """As on a machine whose only index is that folder."""
    programs = tmp_path_factory.mktemp("programs")
    (programs / "uv").symlink_to(str(shutil.which("uv", path=f"{Path(sys.executable).parent}")))
    settings = without_settings(tmp_path_factory.mktemp("data"))
    for tool in ("PIP", "UV"):
        settings |= {f"{tool}_NO_INDEX": "1", f"{tool}_FIND_LINKS": str(index)}
    return settings | {"PATH": f"{programs}:{settings['PATH']}", "UV_OFFLINE": "1", "UV_NO_CONFIG": "1"}


@pytest.fixture
def run(environment: Environment, variables: Mapping[str, str]) -> Run:
    def call(*arguments: str | Path) -> tuple[int, dict[str, Any]]:
        done = environment.run("gamehall", "--json", *map(str, arguments), variables=variables, check=False)
        envelope: dict[str, Any] = json.loads(done.stdout)
        assert envelope["ok"] == (done.returncode == DONE), done
        return done.returncode, envelope

    return call


def installed(environment: Environment) -> dict[str, str]:
    """The plugins that are in the environment, with their versions."""
    (packages,) = environment.folder.glob("lib/*/site-packages")
    folders = packages.glob("gamehall_*.dist-info")
    return dict(each.name.removeprefix("gamehall_").removesuffix(".dist-info").split("-") for each in folders)


def test_plugins_come_and_nothing_else_changes(run: Run, environment: Environment, index: Path, tmp_path: Path) -> None:
    code, said = run("plugins", "install", "gamehall-calm==1.0", "--dry-run")
    assert (code, "calm" in str(said["data"]["would"])) == (DONE, True)
    assert installed(environment) == {}
    code, said = run("plugins", "install", "gamehall-calm==1.0")
    assert code == DONE
    assert said["data"] == {"changed": {"gamehall-calm": {"from": None, "to": "1.0"}}, "plugins": ["calm"]}
    for refused, reason in [
        ("gamehall-old-web", "litestar"),  # what the hall needs
        ("gamehall-from-the-future", "gamehall"),  # the hall
        (str(index / "gamehall_later-1.0-py3-none-any.whl"), "calm"),  # another plugin
    ]:
        code, said = run("plugins", "install", refused)
        assert (code, said["error"]["code"]) == (CONFLICT, "conflict"), refused
        assert reason in said["error"]["message"].partition("nothing was changed")[2], said
        assert installed(environment) == {"calm": "1.0"}
    assert run("plugins", "install", "gamehall-calm")[0] == DONE
    assert installed(environment) == {"calm": "1.0"}, "newer ones come only when asked for"
    assert run("plugins", "install", "--upgrade", "gamehall-calm")[0] == DONE
    assert installed(environment) == {"calm": "2.0"}
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("gamehall-calm\ngamehall-needy\n")
    assert run("plugins", "install", "-r", wanted)[1]["data"]["plugins"] == ["needy"]
    assert installed(environment) == {"calm": "2.0", "needy": "1.0"}


def test_plugins_go_unless_another_needs_them(run: Run, environment: Environment) -> None:
    assert run("plugins", "install", "gamehall-needy", "gamehall-broken")[0] == DONE
    code, said = run("plugins", "uninstall", "calm")
    assert (code, "gamehall-needy" in said["error"]["message"]) == (CONFLICT, True)
    code, said = run("plugins", "uninstall", "needy")
    assert (code, said["error"]["code"]) == (REFUSED, "forbidden"), "nobody can be asked"
    for name in ("needy", "gamehall-broken", "calm"):
        assert run("--yes", "plugins", "uninstall", name)[0] == DONE, name
    assert installed(environment) == {}


def test_what_a_plugin_has_stored_stays_and_is_told_of(run: Run) -> None:
    assert run("plugins", "install", "gamehall-keeps")[0] == DONE
    assert run("db", "upgrade")[0] == DONE
    about = run("plugins", "info", "keeps")[1]["data"]
    assert [(each["name"], each["rows"]) for each in about["tables"]] == [("keeps_note", 0)]
    assert (about["stage"], about["package"]["hall"]) == ("migrated", "")
    assert run("--yes", "plugins", "uninstall", "keeps")[1]["data"]["tables"] == ["keeps_note"]
    assert run("--yes", "plugins", "purge", "keeps")[1]["data"]["tables"] == {"keeps_note": 0}


def test_what_is_no_plugin_is_said(run: Run, environment: Environment, variables: Mapping[str, str]) -> None:
    done = environment.run("gamehall", "plugins", "install", "no-plugin", variables=variables)
    assert "There is no plugin in what was named" in done.stderr


def test_a_wheel_is_asked_whether_it_accepts_a_hall(bare: Bare, index: Path) -> None:
    wheel = str(index / "gamehall_from_the_future-1.0-py3-none-any.whl")
    refused = bare("--json", "plugins", "check", wheel)
    assert (refused.code, refused.envelope["error"]["code"]) == (CONFLICT, "conflict")
    assert refused.envelope["data"]["plugins"][0]["reason"].startswith("it needs gamehall>=99, this is ")
    assert bare("plugins", "check", wheel, "--host-version", "99.1").code == DONE
    assert bare("plugins", "check", wheel, "--host-version", "soon").code == USAGE
    assert bare("plugins", "check", "absent.whl").code == FAILED
    Path("no.whl").write_bytes(b"no archive")
    assert bare("plugins", "check", "no.whl").code == FAILED
    (name, version, accepts, reason), *_ = bare("plugins", "check", "--host-version", "99").rows[1:]
    assert (name, version, accepts) == ("computer", "0.1.0", "no")
    assert "this is 99" in reason
