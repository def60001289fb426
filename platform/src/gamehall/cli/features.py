"""gamehall features"""

from __future__ import annotations

import getpass
import time

import click

from gamehall.cli.running import known_switches
from gamehall.cli.words import complete_switches
from gamehall.commands import answer, settings_of, table, transact
from gamehall.features import late_workers, read_switches, switch
from gamehall.problems import Problem

__all__ = ["features"]

_PATIENCE = 15.0
_STEP = 0.05


@click.group()
def features() -> None:
    """Switch plugins, rulesets and other features on and off, while people play."""


@features.command("list")
@click.pass_context
def show(ctx: click.Context) -> None:
    """Show every switch.

    \b
    gamehall features list
    """
    settings = settings_of(ctx)
    switches = transact(settings, read_switches)
    states = {key: key in switches for key in known_switches(settings)}
    rows = [(key, "on" if on else "off") for key, on in states.items()]
    answer(ctx, [{"key": key, "on": on} for key, on in states.items()], table(rows, ("KEY", "STATE")))


@features.command()
@click.argument("keys", nargs=-1, required=True, shell_complete=complete_switches)
@click.option("--no-wait", is_flag=True, help="Do not wait until every worker has taken it up.")
@click.pass_context
def on(ctx: click.Context, keys: tuple[str, ...], no_wait: bool) -> None:
    """Switch features on. Games that switching off has suspended go on.

    \b
    gamehall features on signup
    """
    _switch(ctx, keys, turn_on=True, wait=not no_wait)


@features.command()
@click.argument("keys", nargs=-1, required=True, shell_complete=complete_switches)
@click.option("--now", is_flag=True, help="Suspend running games of the rulesets instead of letting them finish.")
@click.option("--no-wait", is_flag=True, help="Do not wait until every worker has taken it up.")
@click.pass_context
def off(ctx: click.Context, keys: tuple[str, ...], now: bool, no_wait: bool) -> None:
    """Switch features off. Nothing is lost: running games finish, and data stays.

    \b
    gamehall features off signup
    """
    _switch(ctx, keys, turn_on=False, wait=not no_wait, suspend=now)


def _switch(ctx: click.Context, keys: tuple[str, ...], *, turn_on: bool, wait: bool, suspend: bool = False) -> None:
    settings = settings_of(ctx)
    known = known_switches(settings)
    who = f"{getpass.getuser()} by command"
    epoch, games = transact(settings, switch, keys, on=turn_on, by=who, known=known, suspend=suspend)
    deadline = time.monotonic() + _PATIENCE
    late = transact(settings, late_workers, epoch) if wait else []
    while late and time.monotonic() < deadline:
        time.sleep(_STEP)
        late = transact(settings, late_workers, epoch)
    if late:
        raise Problem("busy", f"It is switched, but these workers have not taken it up yet: {', '.join(late)}")
    lines = [f"{key} is {'on' if turn_on else 'off'}" for key in keys]
    lines += [f"{games} games {'go on' if turn_on else 'are suspended'}"] if games else []
    answer(ctx, {"keys": list(keys), "on": turn_on, "epoch": epoch, "games": games}, "\n".join(lines))
