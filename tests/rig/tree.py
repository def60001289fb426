"""The workspace as it lies on disk."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# The folder of each plugin, by its one name.
PLUGINS = {path.parent.name: path.parent for path in sorted(ROOT.glob("plugins/*/pyproject.toml"))}

# The folder of each distribution, by its name.
MEMBERS = {
    "gamehall": ROOT / "platform",
    **{f"gamehall-{name.replace('_', '-')}": folder for name, folder in PLUGINS.items()},
}


@cache
def listed_files() -> list[Path]:
    """What git keeps or would keep, so that a test does not first speak up after the commit."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [ROOT / name for name in sorted(set(names)) if name and (ROOT / name).is_file()]


def files_below(folder: Path, suffix: str = "") -> list[Path]:
    return [path for path in listed_files() if path.is_relative_to(folder) and path.name.endswith(suffix)]


def package_of(name: str) -> Path:
    """The folder of the one package that this distribution holds."""
    return MEMBERS[name] / "src" / name.replace("-", "_")


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))
