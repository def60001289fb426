"""The client as a program of its own, and how it gets into menus."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from importlib.metadata import version
from pathlib import Path

import pytest

from rig import missing
from rig.desktop import Desktop
from rig.server import Server, without_settings
from rig.tree import ROOT

RECIPE = ROOT / "plugins/desktop/packaging/gamehall-desktop.spec"
VERSION = f"version {version('gamehall-desktop')}"


def run(*command: str | Path, folder: Path, **variables: str) -> str:
    environment = without_settings(folder / "data") | variables
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.wheels
@pytest.mark.timeout(1200)  # PyInstaller reads every module there is
def test_the_program_by_itself(server: Server, display: str, tmp_path: Path) -> None:
    if shutil.which("objdump") is None:
        missing("objdump, of binutils, is not on PATH: PyInstaller needs it")
    options: list[str | Path] = [
        "--noconfirm",
        "--log-level",
        "ERROR",
        "--distpath",
        tmp_path / "dist",
        "--workpath",
        tmp_path / "work",
    ]
    cache = str(tmp_path / "cache")
    run(sys.executable, "-m", "PyInstaller", *options, RECIPE, folder=tmp_path, PYINSTALLER_CONFIG_DIR=cache)
    program = tmp_path / "dist/gamehall-desktop/gamehall-desktop"
    assert VERSION in run(program, "--version", folder=tmp_path)
    assert "--base-url" in run(program, "--help", folder=tmp_path)
    # It brings each plugin that has a game or a panel, with its texts, and nothing of the server.
    held = {path.relative_to(program.parent / "_internal").parts[0] for path in program.parent.glob("_internal/*")}
    assert {"gamehall", "gamehall_desktop", "gamehall_gomoku_rules", "gamehall_gomoku_rules-0.1.0.dist-info"} <= held
    assert not {"litestar", "uvicorn", "PIL", "numpy"} & held
    desktop = Desktop(tmp_path, display, server, [program])
    try:
        desktop.find("sign_in")
        desktop.press("Escape")
        desktop.click("new_here")
        desktop.find("ruleset")  # a game whose rules came with the program
        assert desktop.stop() == 0
        assert "stays off" not in desktop.log()
        assert "Traceback" not in desktop.log()
    finally:
        desktop.kill()


def test_an_entry_in_the_menu(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("gamehall-desktop")
    said = run(program, "--add-to-menu", folder=tmp_path, XDG_DATA_HOME=str(tmp_path))
    file = tmp_path / "applications/gamehall-desktop.desktop"
    assert str(file) in said
    entry = RawConfigParser()
    entry.read(file)
    (started,) = shlex.split(entry["Desktop Entry"]["Exec"])
    assert Path(started) == program
    icon = tmp_path / f"icons/hicolor/256x256/apps/{entry['Desktop Entry']['Icon']}.png"
    assert icon.read_bytes().startswith(b"\x89PNG")


def test_it_is_a_module_as_well(tmp_path: Path) -> None:
    assert VERSION in run(sys.executable, "-m", "gamehall_desktop", "--version", folder=tmp_path)
