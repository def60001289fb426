"""Files of the user's own: written whole or not at all, and readable by nobody else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_private(path: Path, content: bytes) -> None:
    """Replaces a file by one with mode 0600, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def set_aside(path: Path) -> Path:
    """Renames a file that cannot be read, so that it is not lost: its new name, `.bad` and a number that is free."""
    number = 0
    while True:
        kept = path.with_name(f"{path.name}.bad" + (f".{number}" if number else ""))
        try:
            os.link(path, kept)  # fails where something has that name, also when it came there just now
        except FileExistsError:
            number += 1
            continue
        except OSError:  # a file system without links
            if kept.exists():
                number += 1
                continue
            path.rename(kept)
            return kept
        path.unlink()
        return kept
