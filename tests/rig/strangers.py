"""Distributions that somebody else wrote: real wheels, made from source text in a temporary folder."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import dedent
from typing import Any
from zipfile import ZipFile

from gamehall.game import Ruleset
from rig.environments import build_wheel
from rig.tree import ROOT


def plugin_wheel(
    folder: Path,
    name: str,
    source: str,
    *,
    files: Mapping[str, str] | None = None,
    requires: Sequence[str] = ("gamehall",),
    distribution: str | None = None,
    entry_point: str | None = None,
    version: str = "1.0",
    group: str = "gamehall",
) -> Path:
    """The wheel of a plugin whose package is this source, and more `files` by their path in the package.

    The rest follows from the one name, unless the test says otherwise: `distribution` is its name, `entry_point` the
    name of the plugin that it claims to be, `group` whose plugin it is.
    """
    package = f"gamehall_{name}"
    title = distribution or package.replace("_", "-")
    about = f"{title.replace('-', '_')}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    contents = {
        **{f"{package}/{path}": dedent(text) for path, text in {"__init__.py": source, **(files or {})}.items()},
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {title}\nVersion: {version}\n{needs}",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/entry_points.txt": f"[{group}]\n{entry_point or name} = {package}\n",
    }
    record = f"{about}/RECORD"
    contents[record] = "".join(f"{path},{_digest(text)},{len(text.encode())}\n" for path, text in contents.items())
    contents[record] += f"{record},,\n"
    wheel = folder / f"{title.replace('-', '_')}-{version}-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        for path, text in contents.items():
            archive.writestr(path, text)
    return wheel


def built_game(folder: Path, name: str, source: str) -> Path:
    """The wheel of a one-file game, made as its author would: a module beside a pyproject.toml, and a build."""
    project = folder / name
    project.mkdir(parents=True)
    (project / f"gamehall_{name}.py").write_text(source)
    (project / "pyproject.toml").write_text(
        dedent(
            f"""\
            [project]
            name = "gamehall-{name.replace("_", "-")}"
            version = "1.0"
            dependencies = ["gamehall", "gamehall-gomoku-rules"]

            [project.entry-points.gamehall]
            {name} = "gamehall_{name}"

            [build-system]
            requires = ["hatchling"]
            build-backend = "hatchling.build"

            [tool.hatch.build.targets.wheel]
            only-include = ["gamehall_{name}.py"]
            """
        )
    )
    return build_wheel(project, folder)


def example_file(name: str) -> Path:
    """The one file that an example's game is; one with drawings is a package."""
    folder, package = ROOT / "examples" / name, f"gamehall_{name}"
    return next(folder.glob(f"{package}.py"), folder / package / "__init__.py")


def example_ruleset(name: str) -> Ruleset[Any, Any]:
    """The game of one of the examples, taken from its file."""
    file = example_file(name)
    spec = importlib.util.spec_from_file_location(f"gamehall_{name}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: list[Ruleset[Any, Any]] = module.gamehall_rulesets()
    (ruleset,) = found
    return ruleset


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256={base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
