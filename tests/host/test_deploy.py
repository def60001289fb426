"""What operators are given to run a hall by – units, images, containers – as the programs take it that it is for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rig.proxies import SAMPLES, at_home, program
from rig.tree import ROOT

UNITS = sorted(path.name for path in (SAMPLES / "systemd").iterdir())


def run(*command: str | Path, folder: Path, **variables: str) -> str:
    environment = at_home(folder) | variables
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, for a program that is there."""
    for name in UNITS:
        text = (SAMPLES / "systemd" / name).read_text()
        (tmp_path / name).write_text(text.replace("/opt/gamehall/bin/gamehall", str(_gamehall())))
    return tmp_path


def _gamehall() -> Path:
    return Path(sys.executable).with_name("gamehall")


@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_nothing_wrong_with_a_unit(units: Path, name: str) -> None:
    assert run(program("systemd-analyze"), "verify", "--man=no", f"./{name}", folder=units) == ""


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_services_can_do_little_else(units: Path, name: str) -> None:
    threshold = ["--offline=true", "--threshold=25"]  # of 100, which is everything
    run(program("systemd-analyze"), "security", *threshold, f"./{name}", folder=units)


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_what_the_units_call_is_there(units: Path, name: str) -> None:
    called = re.findall(rf"{re.escape(str(_gamehall()))} --config \S+ ([^\n]*)", (units / name).read_text())
    assert called
    for arguments in called:
        words = [word for word in arguments.split() if word.isalpha()]
        assert "Usage: gamehall" in run(_gamehall(), *words, "--help", folder=units)


def test_the_service_manager_is_told_when_the_hall_answers_only() -> None:
    unit = (SAMPLES / "systemd/gamehall.service").read_text()
    assert "Type=notify" in unit  # tests/host/test_relief.py hears what the hall says then
    assert "ExecReload=/bin/kill -HUP $MAINPID" in unit


def test_the_containers_are_as_compose_wants_them(tmp_path: Path) -> None:
    folder = tmp_path / "deploy/compose"
    shutil.copytree(SAMPLES / "compose", folder)
    for secret in ("gamehall.toml", "postgres_password"):
        (folder / "secrets" / secret).write_text("")
    compose = [program("docker-compose"), "-f", "compose.yaml"]
    assert set(run(*compose, "config", "--services", folder=folder, GAMEHALL_NAME="hall.example").split()) >= {
        "caddy",
        "hall",
        "postgres",
    }
    shown = run(*compose, "config", folder=folder, GAMEHALL_NAME="hall.example")
    assert "GAMEHALL_PUBLIC_URL: https://hall.example" in shown


def test_the_proxy_of_the_containers_is_valid(tmp_path: Path) -> None:
    file = tmp_path / "Caddyfile"
    file.write_bytes((SAMPLES / "compose/Caddyfile").read_bytes())
    command = [program("caddy"), "validate", "--adapter", "caddyfile", "--config", str(file)]
    run(*command, folder=tmp_path, GAMEHALL_NAME="hall.example")


def test_the_image_is_made_of_what_is_there() -> None:
    lines = (SAMPLES / "Dockerfile").read_text().splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    assert copied
    for source in (source for sources in copied for source in sources):
        assert (ROOT / source).exists(), source
    last = "\n".join(lines).rpartition("\nFROM ")[2]
    assert "\nUSER gamehall\n" in last
    (command,) = [line for line in lines if line.startswith("CMD ")]
    assert json.loads(command.removeprefix("CMD ")) == ["gamehall", "serve"]
    assert "--require-hashes --requirement requirements/run.txt" in "\n".join(lines)
