"""An opponent that is always there: it plays every game that is installed, by nothing but the game's rules."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from gamehall import hookimpl
from gamehall.declare import Host, Opponent, Tables
from gamehall.gauges import Gauge
from gamehall.languages import N_

# The modules are imported in the hooks: commands such as `gamehall features` ask for the tables, and nobody plays.


@hookimpl
def gamehall_tables() -> Iterable[Tables]:
    from .turns import metadata

    return [Tables(metadata, Path(__file__).with_name("migrations"))]


@hookimpl
def gamehall_opponents(host: Host) -> Iterable[Opponent]:
    from .player import playing

    return [
        Opponent(
            key="computer",
            username="computer",
            display_name="Computer",
            summary=N_("It is always there, answers at once, and is not too hard to beat."),
            enter=partial(playing, host),
        )
    ]


@hookimpl
def gamehall_gauges() -> Iterable[Gauge]:
    from . import player

    return [
        Gauge("thinking", "Moves that the computer thinks about at this moment.", lambda: player.work["thinking"]),
        Gauge("moves", "Moves that the computer has made.", lambda: player.work["moves"], grows=True),
    ]
