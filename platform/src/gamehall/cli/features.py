"""gamehall features"""

from __future__ import annotations

import getpass
import time

import click

from gamehall.cli.running import answer, known_switches, settings_of, table, transact
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
    switches = transact(settings_of(ctx), read_switches)
    states = {key: key in switches for key in known_switches()}
    rows = [(key, "on" if on else "off") for key, on in states.items()]
    answer(ctx, [{"key": key, "on": on} for key, on in states.items()], table(rows, ("KEY", "STATE")))


@features.command()
@click.argument("keys", nargs=-1, required=True)
@click.option("--no-wait", is_flag=True, help="Do not wait until every worker has taken it up.")
@click.pass_context
def on(ctx: click.Context, keys: tuple[str, ...], no_wait: bool) -> None:
    """Switch features on.

    \b
    gamehall features on signup
    """
    _switch(ctx, keys, turn_on=True, wait=not no_wait)


@features.command()
@click.argument("keys", nargs=-1, required=True)
@click.option("--now", is_flag=True, help="Suspend running games of the rulesets instead of letting them finish.")
@click.option("--no-wait", is_flag=True, help="Do not wait until every worker has taken it up.")
@click.pass_context
def off(ctx: click.Context, keys: tuple[str, ...], now: bool, no_wait: bool) -> None:
    """Switch features off. Nothing is lost: running games finish, and data stays.

    \b
    gamehall features off signup
    """
    _switch(ctx, keys, turn_on=False, wait=not no_wait)
    if now:
        _suspend(ctx, keys)


def _switch(ctx: click.Context, keys: tuple[str, ...], *, turn_on: bool, wait: bool) -> None:
    settings = settings_of(ctx)
    who = f"{getpass.getuser()} by command"
    epoch = transact(settings, switch, keys, on=turn_on, by=who, known=known_switches())
    deadline = time.monotonic() + _PATIENCE
    late = transact(settings, late_workers, epoch) if wait else []
    while late and time.monotonic() < deadline:
        time.sleep(_STEP)
        late = transact(settings, late_workers, epoch)
    if late:
        raise Problem("busy", f"It is switched, but these workers have not taken it up yet: {', '.join(late)}")
    state = "on" if turn_on else "off"
    answer(ctx, {"keys": list(keys), "on": turn_on, "epoch": epoch}, "\n".join(f"{key} is {state}" for key in keys))


def _suspend(ctx: click.Context, keys: tuple[str, ...]) -> None:
    from gamehall.games import suspend_games

    rulesets = [key.removeprefix("ruleset:") for key in keys if key.startswith("ruleset:")]
    count = transact(settings_of(ctx), suspend_games, rulesets, "The operator has switched this game off for now.")
    click.echo(f"Suspended {count} running games.", err=True)
