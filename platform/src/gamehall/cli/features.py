"""gamehall features"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from gamehall.cli.running import known_switches
from gamehall.cli.words import complete_switches
from gamehall.commands import answer, on_database, settings_of, table, transact
from gamehall.database import Database
from gamehall.features import (
    FeatureState,
    Switchable,
    Switched,
    is_harmless,
    list_features,
    not_taken_up,
    switch,
)
from gamehall.problems import Problem
from gamehall.tasks import again_and_again, beside
from gamehall.workers import BEAT_SECONDS, look_around

__all__ = ["features"]

_PATIENCE = 15.0


@click.group()
def features() -> None:
    """Switch plugins, rulesets and other features on and off, while people play."""


@features.command("list")
@click.pass_context
def show(ctx: click.Context) -> None:
    """Show every switch: how it stands, what it is for, and who threw it last and when.

    \b
    gamehall features list
    gamehall --json features list
    """
    settings = settings_of(ctx)
    states = transact(settings, list_features, known_switches(settings, started=True))
    rows = [(each.key, _state(each), each.kind, _moment(each), each.changed_by or "-") for each in states]
    answer(ctx, [each._asdict() for each in states], table(rows, ("KEY", "STATE", "KIND", "CHANGED", "BY")))


def _state(each: FeatureState) -> str:
    state = "on" if each.on else "off"
    if not each.installed:
        return f"{state}, not installed"
    return f"{state}, failed" if each.reason else state


def _moment(each: FeatureState) -> str:
    return f"{each.changed_at:%Y-%m-%d %H:%M:%S}" if each.changed_at else "-"


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

    The last way to sign in stays on.

    \b
    gamehall features off signup
    """
    _switch(ctx, keys, turn_on=False, wait=not no_wait, suspend=now)


def _switch(ctx: click.Context, keys: tuple[str, ...], *, turn_on: bool, wait: bool, suspend: bool = False) -> None:
    settings = settings_of(ctx)
    # Who lets people in is known only of plugins that are started, which takes a while.
    known = known_switches(settings, started=not turn_on and not all(map(is_harmless, keys)))

    async def work(database: Database) -> tuple[Switched, list[str]]:
        made = await database.write(switch, keys, on=turn_on, known=known, suspend=suspend)
        if not wait:
            return made, []
        looking = again_and_again(lambda: database.write(look_around), BEAT_SECONDS, "looking for workers")
        async with beside(looking, "looking for workers"):
            return made, await not_taken_up(database, made.epoch, _PATIENCE)

    made, late = on_database(settings, work)
    done: dict[str, Any] = {"keys": list(keys), "on": turn_on, "epoch": made.epoch, "games": made.games, "late": late}
    if late:
        raise Problem("busy", f"It is switched, but these workers have not taken it up yet: {', '.join(late)}", **done)
    lines = [f"{key} is {'on' if turn_on else 'off'}{_still(key, known, turn_on=turn_on)}" for key in keys]
    lines += [f"{made.games} games {'go on' if turn_on else 'are suspended'}"] if made.games else []
    answer(ctx, done, "\n".join(lines))


def _still(key: str, known: Mapping[str, Switchable], *, turn_on: bool) -> str:
    """Why what was switched on does nothing all the same."""
    if not turn_on:
        return ""
    if (found := known.get(key)) is None:
        return ", but it is not installed"
    return f", but it does not work: {found.plugin.reason}" if found.plugin and found.plugin.reason else ""
