"""Fresh environments that hold chosen distributions and what those declare, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Protocol

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from rig.tree import MEMBERS


@dataclass(frozen=True)
class Environment:
    """A virtual environment; nothing in it comes from an index."""

    folder: Path
    wheelhouse: Path

    @property
    def python(self) -> Path:
        return self.script("python")

    def script(self, name: str) -> Path:
        return self.folder / "bin" / name

    def run(
        self, *command: str | Path, variables: Mapping[str, str] | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Runs one of the environment's scripts, by name. A failure shows what it printed, unless `check` is off."""
        name, *arguments = command
        done = subprocess.run(
            [self.script(str(name)), *arguments],
            env=dict(variables) if variables is not None else None,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"{name} {arguments} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def install(self, *requirements: str | Path) -> None:
        """Wheels by path, or names from the wheelhouse; fails when something they need is not here already."""
        uv("pip", "install", "--no-index", "--find-links", self.wheelhouse, "--python", self.python, *requirements)

    def uninstall(self, *names: str) -> None:
        uv("pip", "uninstall", "--python", self.python, *names)


class MakeEnvironment(Protocol):
    def __call__(self, *requirements: str) -> Environment:
        """An environment with these members of the workspace (`gamehall[all]` is one way to say all of them)."""


@pytest.fixture(scope="session")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with a wheel of each member, built from this tree."""
    folder = tmp_path_factory.mktemp("wheelhouse")
    for member in MEMBERS.values():
        build_wheel(member, folder)
    return folder


@pytest.fixture(scope="session")
def make_environment(wheelhouse: Path, tmp_path_factory: pytest.TempPathFactory) -> MakeEnvironment:
    def make(*requirements: str) -> Environment:
        folder = tmp_path_factory.mktemp("environment")
        uv("venv", "--python", sys.executable, "--no-project", "--clear", folder)
        link_dependencies(requirements, folder)
        environment = Environment(folder, wheelhouse)
        environment.install(*requirements)
        return environment

    return make


def build_wheel(source: Path, folder: Path) -> Path:
    """The wheel of the distribution in `source`, a folder with a pyproject.toml for hatchling."""
    before = set(folder.glob("*.whl"))
    uv("build", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", folder, source)
    (wheel,) = set(folder.glob("*.whl")) - before
    return wheel


def link_dependencies(requirements: tuple[str, ...], folder: Path) -> None:
    """Links what the requirements declare, directly or not, from the environment of this test run.

    Links to whole packages: no index, no copy, and their bytecode is shared. What nobody declared is not there.
    """
    variables = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", "venv", variables))
    for dependency in closure(requirements):
        if canonicalize_name(dependency.name) in MEMBERS:
            continue
        tops = {file.parts[0] for file in dependency.files or [] if file.parts[0] not in {"..", "__pycache__"}}
        for top in tops:
            origin, target = Path(str(dependency.locate_file(top))), packages / top
            if top.endswith(".dist-info"):  # uv sees no metadata behind a link
                shutil.copytree(origin, target)
            elif not target.exists():
                target.symlink_to(origin)


def closure(requirements: tuple[str, ...]) -> Iterator[Distribution]:
    """Each distribution that the requirements lead to, once, as its metadata and this machine's markers have it."""
    waiting = [Requirement(text) for text in requirements]
    seen: set[tuple[str, str]] = set()
    found: set[str] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        known = distribution(name)
        if name not in found:
            found.add(name)
            yield known
        for extra in {"", *requirement.extras}:
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            declared = map(Requirement, known.requires or [])
            waiting.extend(one for one in declared if one.marker is None or one.marker.evaluate({"extra": extra}))


def uv(*arguments: str | Path) -> None:
    """Runs uv; what it says is shown only when it fails."""
    command = [Path(sys.executable).with_name("uv"), "--quiet", "--offline", "--no-config", *arguments]
    done = subprocess.run(
        command, env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise AssertionError(f"uv {' '.join(map(str, arguments))}:\n{done.stdout}{done.stderr}")
