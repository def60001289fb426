"""gamehall plugins"""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from gamehall.cli.accepting import check_acceptance
from gamehall.cli.checking import check_in_process, report_text
from gamehall.cli.describing import info, no_plugin, read_switched, state_of
from gamehall.cli.inspecting import inspect_plugins
from gamehall.cli.installing import install, uninstall
from gamehall.cli.newgame import name_game, write_game
from gamehall.cli.purging import purge
from gamehall.cli.words import complete_plugins
from gamehall.commands import answer, settings_of, table
from gamehall.contributions import counted
from gamehall.problems import Problem

__all__ = ["plugins"]


@click.group()
def plugins() -> None:
    """See what is installed, what it contributes, and why something does not work."""


for _command in (info, install, uninstall, purge):
    plugins.add_command(_command)


@plugins.command("list")
@click.pass_context
def show(ctx: click.Context) -> None:
    """Show every installed plugin with its state, what it contributes and, where it failed, the reason.

    \b
    gamehall plugins list
    gamehall --json plugins list
    """
    settings = settings_of(ctx)
    reports = inspect_plugins(settings, started=True)
    switched = read_switched(settings, reports)
    states = [state_of(report, switched) for report in reports]
    rows = [
        (r.name, r.distribution, r.version, state, r.reason or counted(r.contributes) or "-")
        for r, state in zip(reports, states, strict=True)
    ]
    data = [msgspec.to_builtins(r) | {"state": state} for r, state in zip(reports, states, strict=True)]
    answer(ctx, data, table(rows, ("NAME", "DISTRIBUTION", "VERSION", "STATE", "CONTRIBUTES, OR WHY NOT")))


@plugins.command()
@click.argument("name", required=False, shell_complete=complete_plugins)
@click.option("--games", type=click.IntRange(1), default=6, show_default=True, help="Random games of each ruleset.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed plays other games.")
@click.option("--seconds", type=click.IntRange(1), default=120, show_default=True, help="The most for each ruleset.")
@click.option("--host-version", metavar="VERSION", help="Only ask whether they accept this version of the hall.")
@click.pass_context
def check(ctx: click.Context, name: str | None, games: int, seed: int, seconds: int, host_version: str | None) -> None:
    """Check plugins, or one of them: that each comes as far as it must, and that its rulesets keep their promises.

    Each ruleset is played at random, in a process of its own, and every promise that the hall relies on is checked on
    the way. Beside the promises stand two measurements: perft, how many games of 1, 2, … moves there are, for a test
    to pin; and what a move costs. It ends with 5 when something has to be mended.

    With --host-version, before an upgrade, only what packages say is looked at: NAME can be a wheel as well, which
    need not be installed. What no package can say, that its code works with that version, is not known by this.

    \b
    gamehall plugins check
    gamehall --json plugins check NAME --games 3 --seed 7
    gamehall plugins check --host-version VERSION
    """
    if host_version is not None or (name or "").endswith(".whl"):
        check_acceptance(ctx, name, host_version)
        return
    checked = [each for each in inspect_plugins(settings_of(ctx), started=True) if name in (None, each.name)]
    if name is not None and not checked:
        raise no_plugin(name)
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
