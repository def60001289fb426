"""Files that commands write: never over what is there, unless the caller says so."""

from __future__ import annotations

import os
from pathlib import Path

import click

from gamehall.problems import Problem

__all__ = ["check_free", "write_private"]


def check_free(ctx: click.Context, file: Path) -> None:
    """Raises Problem `already-exists` for a file that is there, unless the caller has said --yes."""
    if file.exists() and not ctx.find_root().params["yes"]:
        raise _taken(file)


def write_private(file: Path, content: bytes, *, replace: bool) -> None:
    """Writes a file that nobody else may read. Raises Problem `already-exists` unless one may be replaced."""
    try:
        if replace:
            file.unlink(missing_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as output:
            output.write(content)
    except FileExistsError as error:
        raise _taken(file) from error
    except OSError as error:
        raise click.FileError(str(file), error.strerror) from error


def _taken(file: Path) -> Problem:
    return Problem("already-exists", f"{file} is there already; choose another name, or say gamehall --yes.")
