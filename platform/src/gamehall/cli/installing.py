"""gamehall plugins install, gamehall plugins uninstall"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import click
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from gamehall.cli.describing import no_plugin, stored_tables
from gamehall.cli.words import complete_plugins
from gamehall.commands import answer, confirm, settings_of
from gamehall.packages import needed_by
from gamehall.plugins import Plugin, find_plugins
from gamehall.problems import Problem

__all__ = ["install", "uninstall"]

_TOLD = 12  # the last lines of what the installer said that an answer repeats


@click.command()
@click.argument("requirements", metavar="[REQ]...", nargs=-1)
@click.option(
    "-r", "--requirement", "files", multiple=True, type=click.Path(exists=True, dir_okay=False), help="A file of them."
)
@click.option("--editable", is_flag=True, help="Use folders where they are: a change needs only a restart.")
@click.option("--upgrade", is_flag=True, help="Take newer versions of what is named, where there are any.")
@click.option("--dry-run", is_flag=True, help="Say what would come and change; change nothing.")
@click.pass_context
def install(
    ctx: click.Context,
    requirements: tuple[str, ...],
    files: tuple[str, ...],
    editable: bool,
    upgrade: bool,
    dry_run: bool,
) -> None:
    """Install plugins into this environment: names, folders, wheels or files of them. Restart the hall to load them.

    Everything that is installed already keeps its version, the hall, what it needs and other plugins alike; only what
    is named can change. A plugin that needs it otherwise is refused, with the reason, and nothing is changed. A plugin
    is code that runs with all the rights of the hall.

    \b
    gamehall plugins install gamehall-NAME
    gamehall plugins install --upgrade gamehall-NAME --dry-run
    gamehall plugins install --editable ./my-game
    """
    if not requirements and not files:
        raise click.UsageError("name what to install, or a file by -r")
    before = _versions()
    listed = [line for file in files for line in Path(file).read_text().splitlines()]
    named = {name for each in (*requirements, *listed) if (name := _name_of(each.partition(" #")[0].strip()))}
    if taken := sorted(named & {"gamehall"}):
        raise Problem("forbidden", f"{taken[0]} is the hall itself: stop it and upgrade it as it was installed.")
    pinned = {name: version for name, version in before.items() if name not in named}
    chosen = [each for name in requirements for each in (["--editable", name] if editable else [name])]
    chosen += [each for file in files for each in ("--requirement", file)]
    options = [*(["--upgrade"] if upgrade else []), *(["--dry-run"] if dry_run else [])]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        constraints.write("\n".join(f"{name}=={version}" for name, version in pinned.items()))
        constraints.flush()
        said = _run_installer("install", "--constraint", constraints.name, *options, *chosen)
    if dry_run:
        told = [line for line in said if line.startswith(("Would install", " + ", " - "))]
        answer(ctx, {"dry_run": True, "would": told}, "\n".join(told) or "Nothing would change.")
        return
    after = _versions()
    changed = {name: (before.get(name), now) for name, now in after.items() if before.get(name) != now}
    lines = [f"{name} {now}{f', was {was}' if was else ''}" for name, (was, now) in changed.items()]
    came = [plugin for plugin in find_plugins() if canonicalize_name(plugin.distribution) in {*changed, *named}]
    lines += [f"{plugin.name} will stay off: {plugin.reason}" for plugin in came if plugin.failed]
    if not came:
        click.echo("There is no plugin in what was named: nothing has an entry point `gamehall`.", err=True)
    data = {
        "changed": {name: {"from": was, "to": now} for name, (was, now) in changed.items()},
        "plugins": [plugin.name for plugin in came],
    }
    answer(ctx, data, "\n".join([*(lines or ["Nothing has changed."]), "Restart the hall to load what is new."]))


@click.command()
@click.argument("name", shell_complete=complete_plugins)
@click.pass_context
def uninstall(ctx: click.Context, name: str) -> None:
    """Remove a plugin from this environment, broken ones too. It asks first, unless --yes is given.

    What it has stored stays: `gamehall plugins purge NAME` drops that afterwards. It is refused while another plugin
    that is installed needs this one.

    \b
    gamehall plugins uninstall NAME
    gamehall --yes plugins uninstall NAME
    """
    found = _chosen(name)
    if others := needed_by(found.distribution):
        needing = ", ".join(others)
        raise Problem("not-possible", f"{found.distribution} is needed by {needing}. Uninstall that first.")
    confirm(ctx, f"Remove {found.distribution} {found.version} from this environment? What it has stored stays.")
    _run_installer("uninstall", found.distribution)
    lines = [f"Removed {found.distribution}. Restart the hall to run without it."]
    if tables := [each.name for each in stored_tables(settings_of(ctx), found.name)]:
        lines.append(f"It leaves {', '.join(tables)}. To drop that too: gamehall plugins purge {found.name}")
    data = {"plugin": found.name, "distribution": found.distribution, "tables": tables}
    answer(ctx, data, "\n".join(lines))


def _chosen(name: str) -> Plugin:
    """The plugin of this name or in this distribution; of several that want one name, whoever has it by right."""
    wanted = canonicalize_name(name)
    found = [each for each in find_plugins() if name == each.name or wanted == canonicalize_name(each.distribution)]
    if not found:
        raise no_plugin(name)
    return found[0]


def _versions() -> dict[str, str]:
    """What is installed, by normal name; of two of a name whoever Python finds first."""
    found: dict[str, str] = {}
    for each in metadata.distributions():
        if each.name:
            found.setdefault(canonicalize_name(each.name), each.version)
    return found


def _name_of(requirement: str) -> str:
    """The distribution that a requirement, a wheel or a folder is about; empty where only the installer can tell."""
    path = Path(requirement)
    try:
        if path.suffix == ".whl":
            return parse_wheel_filename(path.name)[0]
        if (project := path / "pyproject.toml").is_file():
            import tomllib

            return canonicalize_name(tomllib.loads(project.read_text()).get("project", {}).get("name", ""))
        return canonicalize_name(Requirement(requirement).name)
    except (InvalidRequirement, InvalidWheelFilename, ValueError):
        return ""


def _run_installer(verb: str, *arguments: str) -> list[str]:
    """Runs whatever installs into this environment, and passes on what it says; the lines.

    Raises Problem `not-possible` where there is none or the environment cannot be changed, `conflict` with its reason.
    """
    packages = sysconfig.get_path("purelib")
    if not os.access(packages, os.W_OK):
        raise Problem("not-possible", f"This environment cannot be changed: {packages} is not to be written to by you.")
    command = [*_installer(verb), *arguments]
    said: list[str] = []
    with subprocess.Popen(  # noqa: S603 - the operator chose it
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True
    ) as running:
        for line in running.stdout or ():
            said.append(line.rstrip())
            click.echo(said[-1], err=True)
    if running.returncode != 0:
        reason = "\n  ".join(line for line in said[-_TOLD:] if line.strip())
        raise Problem("conflict", f"It was not done, and nothing was changed:\n  {reason}")
    return said


def _installer(verb: str) -> Iterable[str]:
    if find_spec("pip") is not None:
        asks = ["--yes"] if verb == "uninstall" else []
        return [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", verb, *asks]
    beside = Path(sys.executable).with_name("uv")
    if uv := str(beside) if beside.exists() else shutil.which("uv"):
        return [uv, "pip", verb, "--python", sys.executable]
    raise Problem(
        "not-possible",
        f"Nothing here can install: this environment has neither pip nor uv. Add pip: {sys.executable} -m ensurepip",
    )
