"""gamehall plugins"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

import click
import msgspec
from packaging.utils import canonicalize_name

from gamehall.cli.checking import check_in_process, report_text
from gamehall.cli.inspecting import PluginReport, inspect_plugins
from gamehall.cli.newgame import name_game, write_game
from gamehall.cli.purging import purge
from gamehall.commands import answer, settings_of, table, transact
from gamehall.features import read_switches
from gamehall.plugins import find_plugins
from gamehall.problems import Problem

__all__ = ["plugins"]


@click.group()
def plugins() -> None:
    """See what is installed, what it contributes, and why something does not work."""


plugins.add_command(purge)


def _off(ctx: click.Context) -> frozenset[str]:
    """What is switched off; nothing where there is no database yet."""
    try:
        return transact(settings_of(ctx), read_switches).off
    except Problem:
        return frozenset()


def _state(report: PluginReport, off: frozenset[str]) -> str:
    return ("off" if report.name in off else "on") if report.works else "failed"


@plugins.command("list")
@click.pass_context
def show(ctx: click.Context) -> None:
    """Show every installed plugin with its state and, where it failed, the reason.

    \b
    gamehall plugins list
    gamehall --json plugins list
    """
    reports, off = inspect_plugins(settings_of(ctx), started=True), _off(ctx)
    rows = [(r.name, r.distribution, r.version, _state(r, off), r.reason or "-") for r in reports]
    data = [msgspec.to_builtins(report) | {"state": _state(report, off)} for report in reports]
    answer(ctx, data, table(rows, ("NAME", "DISTRIBUTION", "VERSION", "STATE", "REASON")))


@plugins.command()
@click.argument("name")
@click.pass_context
def info(ctx: click.Context, name: str) -> None:
    """Show one plugin and what it contributes.

    \b
    gamehall plugins info NAME
    """
    reports = inspect_plugins(settings_of(ctx), started=True)
    report = next((each for each in reports if each.name == name), None)
    if report is None:
        raise Problem("not-found", f"There is no plugin {name!r} installed.")
    lines = [f"{report.name}: {report.distribution} {report.version}, {_state(report, _off(ctx))}"]
    lines += [f"stopped after {report.stage}: {report.reason}"] if report.reason else []
    lines += [f"{hook}: {count}" for hook, count in report.contributes.items()]
    lines += [f"ruleset:{key}" for key in report.rulesets]
    answer(ctx, msgspec.to_builtins(report), "\n".join(lines))


@plugins.command()
@click.argument("name", required=False)
@click.option("--games", type=click.IntRange(1), default=6, show_default=True, help="Random games of each ruleset.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed plays other games.")
@click.option("--seconds", type=click.IntRange(1), default=120, show_default=True, help="The most for each ruleset.")
@click.pass_context
def check(ctx: click.Context, name: str | None, games: int, seed: int, seconds: int) -> None:
    """Check plugins, or one of them: that each comes as far as it must, and that its rulesets keep their promises.

    Each ruleset is played at random, in a process of its own, and every promise that the hall relies on is checked on
    the way. Beside the promises stand two measurements: perft, how many games of 1, 2, … moves there are, for a test
    to pin; and what a move costs. It ends with 5 when something has to be mended.

    \b
    gamehall plugins check
    gamehall --json plugins check NAME --games 3 --seed 7
    """
    checked = [each for each in inspect_plugins(settings_of(ctx), started=True) if name in (None, each.name)]
    if name is not None and not checked:
        raise Problem("not-found", f"There is no plugin {name!r} installed.")
    failed = [f"{each.name}, after {each.stage}: {each.reason}" for each in checked if not each.works]
    failed += [f"{each.name}: {complaint}" for each in checked for complaint in each.unruled]
    rulesets = []
    for plugin, key in [(each.name, key) for each in checked for key in each.rulesets]:
        report = check_in_process(plugin, key, games=games, seed=seed, seconds=seconds)
        rulesets.append({"plugin": plugin, **msgspec.to_builtins(report)})
        failed += [] if report.ok else [f"{plugin}: the ruleset {key} breaks promises; its report says which"]
        if not ctx.find_root().params["as_json"]:
            click.echo(f"{report_text(plugin, report)}\n")
    if failed:
        found = {"plugins": msgspec.to_builtins(checked), "rulesets": rulesets}
        raise Problem("conflict", "\n".join(["some plugins do not work", *failed]), **found)
    works = f"{len(checked)} plugins work, {len(rulesets)} rulesets keep their promises."
    answer(ctx, {"plugins": checked, "rulesets": rulesets}, works)


@plugins.command()
@click.argument("name")
@click.option("--folder", type=click.Path(path_type=Path), help="Where to write it; ./NAME if it is not given.")
@click.option("--title", help="What players call the game; the name in words if it is not given.")
@click.pass_context
def new(ctx: click.Context, name: str, folder: Path | None, title: str | None) -> None:
    """Write a plugin with a small game in it, to start from: it can be installed and played as it is.

    The name becomes the key that is stored with every game, so it stays: words in lower case, joined by hyphens.
    Nothing is overwritten.

    \b
    gamehall plugins new my-game
    gamehall plugins new other-game --folder games/other --title "Another game"
    """
    game = name_game(name, title)
    for plugin in inspect_plugins(settings_of(ctx)):
        if game.plugin == plugin.name or game.key in plugin.rulesets:
            raise Problem("already-exists", f"The name {name} is taken by the installed plugin {plugin.name}.")
    target = folder or Path(name)
    files = [str(file) for file in write_game(game, target)]
    steps = f"gamehall plugins install --editable {target}\ngamehall plugins check {game.plugin}"
    answer(
        ctx,
        {"plugin": game.plugin, "ruleset": game.key, "files": files},
        "\n".join(["Wrote", *files, "", "Next, and then restart the hall:", steps]),
    )


@plugins.command()
@click.argument("requirements", nargs=-1, required=True)
@click.option("--editable", is_flag=True, help="Use folders where they are: a change needs only a restart.")
@click.pass_context
def install(ctx: click.Context, requirements: tuple[str, ...], editable: bool) -> None:
    """Install plugins into this environment: names, folders or wheels. Restart the hall to load them.

    What the hall itself needs keeps its version. A plugin is code that runs with all the rights of the hall.

    \b
    gamehall plugins install gamehall-NAME
    gamehall plugins install --editable ./my-game
    """
    pinned = "\n".join(f"{d.name}=={d.version}" for d in metadata.distributions() if not _is_plugin(d.name))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        constraints.write(pinned)
        constraints.flush()
        chosen = [each for name in requirements for each in (["--editable", name] if editable else [name])]
        _pip("install", "--constraint", constraints.name, *chosen)
    answer(ctx, list(requirements), "Installed. Restart the hall to load it.")


@plugins.command()
@click.argument("name")
@click.pass_context
def uninstall(ctx: click.Context, name: str) -> None:
    """Remove a plugin from this environment. Its tables and data stay.

    \b
    gamehall plugins uninstall NAME
    """
    found = next((plugin for plugin in find_plugins() if plugin.name == name), None)
    if found is None:
        raise Problem("not-found", f"There is no plugin {name!r} installed.")
    _pip("uninstall", "--yes", found.distribution)
    answer(ctx, name, "Removed. Restart the hall to run without it.")


def _is_plugin(distribution: str) -> bool:
    return canonicalize_name(distribution).startswith("gamehall-")


def _pip(*arguments: str) -> None:
    """Runs pip in this environment; what it says goes to standard error, its failure is ours."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, stdout=sys.stderr.fileno(), check=False)  # noqa: S603 - the operator chose it
    if done.returncode != 0:
        raise Problem("conflict", "pip could not do it; its reason stands above. Nothing else was changed.")
