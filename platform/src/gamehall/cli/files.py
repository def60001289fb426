"""Files that commands write for their caller alone."""

from __future__ import annotations

import os
from pathlib import Path

import click

from gamehall.problems import Problem

__all__ = ["write_private"]


def write_private(file: Path, content: bytes, *, replace: bool) -> None:
    """Writes a file that nobody else may read. Raises Problem `already-exists` unless one may be replaced."""
    try:
        if replace:
            file.unlink(missing_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as output:
            output.write(content)
    except FileExistsError as error:
        raise Problem(
            "already-exists", f"{file} is there already; choose another name, or say gamehall --yes."
        ) from error
    except OSError as error:
        raise click.FileError(str(file), error.strerror) from error
