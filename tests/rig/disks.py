"""A disk so small that it can be full."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rig import missing

__all__ = ["fill", "small_disk"]

_PIECE = 65_536


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of its own, in memory, at this new folder until the block ends."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "gamehall-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        missing("a small disk: this machine lets us mount none")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


@contextmanager
def fill(disk: Path) -> Iterator[None]:
    """Leaves no byte of it free while the block lasts."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        size = _PIECE
        while size:
            try:
                file.write(b"\0" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                size //= 2
    try:
        yield
    finally:
        filler.unlink()
