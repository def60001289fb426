"""What the hall runs on: Python and packages, the data folder, room on the disk."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from gamehall.findings import Finding, bad, note, ok
from gamehall.languages import catalogue
from gamehall.settings import Settings

__all__ = ["filesystem_of", "folder", "room", "software", "unmet"]

_ = catalogue(__name__)

_HOST = "gamehall"
_LITTLE, _VERY_LITTLE = 1 << 30, 100 << 20  # bytes that are free on the disk
# Locks of files do not hold there between machines, and SQLite's shared memory is none.
_NETWORKS = frozenset(
    {
        *("9p", "afs", "beegfs", "ceph", "cifs", "fuse.glusterfs", "fuse.sshfs", "glusterfs", "lustre", "ncpfs"),
        *("nfs", "nfs4", "smb2", "smb3", "smbfs"),
    }
)
_MOUNTS = Path("/proc/self/mounts")


def software(plugins: Iterable[str]) -> Iterator[Finding]:
    """Whether Python and the installed packages are those that the hall and these distributions of plugins ask for."""
    wrong = [each for name in (_HOST, *plugins) for each in unmet(name)]
    for name, requirement, installed in wrong:
        sentence = _(
            "{name} needs {requirement}; installed is {version}.",
            name=name,
            requirement=requirement,
            version=installed or "-",
        )
        yield bad("software", sentence, f"pip install '{requirement}'")
    if not wrong:
        sentence = _(
            "Python {version} and every package are of versions that the hall and its plugins accept.",
            version=platform.python_version(),
        )
        yield ok("software", sentence)


def unmet(distribution: str) -> list[tuple[str, str, str]]:
    """What a distribution needs that is not there, or of another version: its name, what it asks for, what there is."""
    try:
        found = metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        return []
    wrong = []
    python = str(found.metadata.json.get("requires_python", ""))
    if python and not SpecifierSet(python).contains(platform.python_version(), prereleases=True):
        wrong.append((found.name, f"python{python}", platform.python_version()))
    for requirement in map(Requirement, found.requires or ()):
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            installed = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            installed = ""
        if not installed or not requirement.specifier.contains(installed, prereleases=True):
            wrong.append((found.name, f"{requirement.name}{requirement.specifier}", installed))
    return wrong


def folder(settings: Settings) -> Iterator[Finding]:
    """The data folder and the disk that it is on."""
    data = settings.data
    there = next(each for each in (data, *data.parents) if each.exists())
    if not (there.is_dir() and os.access(there, os.W_OK)):
        sentence = _("{folder} cannot be written.", folder=there)
        yield bad("data.folder", sentence, f"chown $USER {there} / GAMEHALL_DATA_DIR=…")
    elif there is data:
        yield ok("data.folder", _("{folder} can be written.", folder=data))
    else:
        yield note(
            "data.folder", _("{folder} is not there yet; the first start makes it.", folder=data), "gamehall serve"
        )
    usage = shutil.disk_usage(there)
    yield room(there, usage.free, usage.total)


def room(where: Path, free: int, total: int) -> Finding:
    """Whether so many free bytes of so many are enough."""
    sentence = _(
        "{free:.1f} GiB of {total:.0f} are free at {folder}.", free=free / 2**30, total=total / 2**30, folder=where
    )
    remedy = f"du -h {where}; gamehall db status"
    if free < _VERY_LITTLE:
        return bad("data.room", sentence, remedy)
    return note("data.room", sentence, remedy) if free < _LITTLE else ok("data.room", sentence)


def filesystem_of(path: Path, mounts: str) -> str:
    """The kind of network filesystem that a path is on, by what the system says is mounted; empty for any other."""
    kinds = {}
    for line in mounts.splitlines():
        _device, where, kind, *_more = line.split(" ")
        kinds[Path(where.replace("\\040", " "))] = kind
    kind = next((kinds[each] for each in (path, *path.parents) if each in kinds), "")
    return kind if kind in _NETWORKS else ""


def network_of(path: Path) -> str:
    """The same for this machine, where it can be told."""
    return filesystem_of(path, _MOUNTS.read_text()) if _MOUNTS.exists() else ""
