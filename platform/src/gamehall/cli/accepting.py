"""`gamehall plugins check --host-version`: whether plugins accept a version of the hall, by their packages alone."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile
from zipfile import Path as ZipPath

import click
from packaging.version import InvalidVersion, Version

import gamehall
from gamehall.cli.describing import no_plugin
from gamehall.commands import answer, table
from gamehall.plugins import Plugin, find_plugins, name_fault, plugins_in, version_fault
from gamehall.problems import Problem

__all__ = ["check_acceptance"]


def check_acceptance(ctx: click.Context, name: str | None, version: str | None) -> None:
    """Tells of each plugin, of one, or of those in a wheel, whether this version of the hall would do for it."""
    version = version or gamehall.__version__
    try:
        Version(version)
    except InvalidVersion as error:
        raise click.UsageError(f"--host-version takes a version such as 2.0, not {version!r}") from error
    if name is not None and name.endswith(".whl"):
        asked = _in_wheel(Path(name))
    else:
        asked = [each for each in find_plugins() if name in (None, each.name)]
    if not asked:
        raise no_plugin(name or "")
    reasons = [(each, name_fault(each) or version_fault(each, version)) for each in asked]
    rows = [(each.name, each.version, "no" if reason else "yes", reason or "-") for each, reason in reasons]
    data: dict[str, Any] = {
        "host_version": version,
        "plugins": [
            {"name": each.name, "distribution": each.distribution, "version": each.version, "reason": reason}
            for each, reason in reasons
        ],
    }
    text = table(rows, ("NAME", "VERSION", "ACCEPTS", "REASON"))
    if not any(reason for _, reason in reasons):
        answer(ctx, data, text)
        return
    if not ctx.find_root().params["as_json"]:
        click.echo(text)
    refusing = ", ".join(each.name for each, reason in reasons if reason)
    raise Problem("conflict", f"With gamehall {version} these would stay off: {refusing}.", **data)


def _in_wheel(wheel: Path) -> list[Plugin]:
    """The plugins of a wheel. Raises Problem `malformed` for what is none, and `not-found` for a wheel without any."""
    try:
        with ZipFile(wheel) as archive:
            tops = {name.partition("/")[0] for name in archive.namelist()}
            about = next(top for top in sorted(tops) if top.endswith(".dist-info"))
            found = plugins_in(metadata.PathDistribution(ZipPath(archive, f"{about}/")))
    except (BadZipFile, StopIteration, KeyError) as error:
        raise Problem("malformed", f"{wheel} is no wheel.") from error
    except OSError as error:
        raise click.FileError(str(wheel), error.strerror) from error
    if not found:
        raise Problem("not-found", f"There is no plugin in {wheel}.")
    return found
