"""gamehall games watch, gamehall games abort"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import click
import msgspec
import sqlalchemy as sa

from gamehall.api.views import game_summary
from gamehall.cli.running import installed_plugins
from gamehall.cli.words import recent_games
from gamehall.commands import answer, completed_by, confirm, on_database, settings_of, transact
from gamehall.database import Database
from gamehall.endings import abort_by_operator
from gamehall.game import Scene
from gamehall.gamelog import Game, GameState, load_game, load_state
from gamehall.halltime import stored_time
from gamehall.records.text import board_lines
from gamehall.showing import scene_at

__all__ = ["abort", "watch"]

_LOOK_SECONDS = 0.5
_GOES_ON = ("active", "suspended")


@click.command()
@click.argument("game_id", metavar="GAME", shell_complete=completed_by(recent_games))
@click.pass_context
def watch(ctx: click.Context, game_id: str) -> None:
    """Follow a game: its board now, then each move with the board after it, until the game ends or Ctrl-C.

    With --json each change is an object of its own, on a line of its own; the last one is the end.

    \b
    gamehall games watch GAME
    gamehall --json games watch GAME
    """
    rulesets = {key: each for key, (_, each) in installed_plugins(ctx).rulesets.items()}
    as_json = ctx.find_root().params["as_json"]

    async def follow(database: Database) -> None:
        told: GameState | None = None
        while told is None or told.game.status in _GOES_ON:
            if told is not None:
                await asyncio.sleep(_LOOK_SECONDS)
                if (await database.read(load_game, game_id)).revision == told.game.revision:
                    continue
            state, hall_time = await database.read(_look, game_id)
            if as_json:
                moves = [move for _, move in state.moves]
                answer(ctx, msgspec.to_builtins(game_summary(state.game, hall_time)) | {"moves": moves})
            else:
                click.echo("\n".join([*_news(told, state), *_board(state.game, scene_at(state, rulesets, None))]))
            told = state

    with contextlib.suppress(KeyboardInterrupt):
        on_database(settings_of(ctx), follow)


def _look(connection: sa.Connection, game_id: str) -> tuple[GameState, int]:
    return load_state(connection, game_id), stored_time(connection)


def _news(before: GameState | None, after: GameState) -> Iterator[str]:
    """What has happened since the last look, or who plays when it is the first."""
    found = after.game
    if before is None:
        yield f"{found.ruleset}: {' and '.join(_player(found, seat.seat) for seat in found.seats)}"
    kept = 0 if before is None else _common(before.moves, after.moves)
    if before is not None and kept < len(before.moves):
        yield f"taken back to move {kept}"
    for ply, (seat, move) in enumerate(after.moves[kept:], start=kept + 1):
        yield f"{ply}. {move} {_player(found, seat)}"


def _player(found: Game, seat: int) -> str:
    return f"{found.seats[seat].display_name} ({found.sides[seat]})"


def _common(one: tuple[Any, ...], other: tuple[Any, ...]) -> int:
    """How many items both begin with."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _board(found: Game, scene: Scene) -> list[str]:
    """The board and how it stands, with an empty line behind it."""
    lines = [*(board_lines(scene) if scene.width else []), scene.status]
    if found.result is None:
        return [*lines, ""]
    ending = "Nobody has won" if found.winner is None else f"{_player(found, found.winner)} has won"
    return [*lines, f"{ending} ({found.reason}).", ""]


@click.command()
@click.argument("game_id", metavar="GAME", shell_complete=completed_by(recent_games))
@click.pass_context
def abort(ctx: click.Context, game_id: str) -> None:
    """End a game that is running or suspended, without a winner. It asks first, unless --yes is given.

    \b
    gamehall games abort GAME
    gamehall --yes games abort GAME
    """
    settings = settings_of(ctx)
    found = on_database(settings, lambda database: database.read(load_game, game_id))
    players = " and ".join(seat.username for seat in found.seats)
    confirm(ctx, f"End the game of {players} after {found.ply} moves, without a winner?")

    def end(connection: sa.Connection) -> tuple[Game, int]:
        hall_time = stored_time(connection)
        return abort_by_operator(connection, game_id, hall_time), hall_time

    ended, hall_time = transact(settings, end)
    answer(ctx, game_summary(ended, hall_time), f"The game of {players} has ended without a winner.")
