"""gamehall games"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
import msgspec
import sqlalchemy as sa

from gamehall.accounts import user_by_name
from gamehall.api.views import game_summary
from gamehall.cli.exporting import export
from gamehall.cli.importing import import_games
from gamehall.cli.running import installed_plugins
from gamehall.cli.watching import abort, watch
from gamehall.cli.words import complete_rulesets, recent_games
from gamehall.clocks import describe
from gamehall.commands import answer, completed_by, on_database, progress, settings_of, table, usernames
from gamehall.database import Database
from gamehall.gamelog import Game, GameState, Rulesets, list_games, load_game, load_log, load_state
from gamehall.halltime import stored_time
from gamehall.problems import Problem
from gamehall.replays import game_ids, replay
from gamehall.tables import game

__all__ = ["games"]

_STATUS = click.Choice(["active", "finished", "suspended", "aborted"])
_HEADS = ("GAME", "RULESET", "STATUS", "PLY", "PLAYERS", "STARTED")
_DIVERGENCE_HEADS = ("GAME", "RULESET", "STORED", "INSTALLED", "PLY", "MOVE", "DIFFERENCE", "DETAIL")


@click.group()
def games() -> None:
    """See games, take them home, and replay them by the rules that are installed."""


games.add_command(export)
games.add_command(import_games)
games.add_command(watch)
games.add_command(abort)


@games.command("list")
@click.option("--player", shell_complete=completed_by(usernames), help="Only games of this user.")
@click.option("--status", type=_STATUS, help="Only games in this status.")
@click.option("--ruleset", metavar="KEY", shell_complete=complete_rulesets, help="Only games of this ruleset.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="At most so many.")
@click.pass_context
def show_all(ctx: click.Context, player: str | None, status: str | None, ruleset: str | None, limit: int) -> None:
    """Show games, newest first.

    \b
    gamehall games list
    gamehall games list --status active --limit 10
    """

    def read(connection: sa.Connection) -> tuple[list[Game], int]:
        player_id = user_by_name(connection, player).id if player is not None else None
        chosen = [status] if status else []
        found = list_games(connection, player=player_id, status=chosen, ruleset=ruleset, limit=limit)
        return found, stored_time(connection)

    found, hall_time = on_database(settings_of(ctx), lambda database: database.read(read))
    rows = [
        (each.id, each.ruleset, each.status, each.ply, ", ".join(s.username for s in each.seats), each.created_at)
        for each in found
    ]
    answer(ctx, [game_summary(each, hall_time) for each in found], table(rows, _HEADS))


@games.command()
@click.argument("game_id", metavar="GAME", shell_complete=completed_by(recent_games))
@click.pass_context
def show(ctx: click.Context, game_id: str) -> None:
    """Show one game with its moves.

    \b
    gamehall games show GAME
    """

    def read(connection: sa.Connection) -> tuple[GameState, int]:
        return load_state(connection, game_id), stored_time(connection)

    state, hall_time = on_database(settings_of(ctx), lambda database: database.read(read))
    found, moves = state.game, [move for _, move in state.moves]
    lines = [
        f"{found.id}: {found.ruleset}, version {found.ruleset_version}, {found.status} after {found.ply} moves",
        *(f"{found.sides[seat.seat]}: {seat.display_name} ({seat.username})" for seat in found.seats),
        f"clock: {describe(found.terms)}",
        *(f"{name}: {value}" for name, value in found.options.items()),
        *([f"moves: {' '.join(moves)}"] if moves else []),
        *([f"result: {_result(found)}"] if found.result else []),
        *([found.note] if found.note else []),
    ]
    answer(ctx, msgspec.to_builtins(game_summary(found, hall_time)) | {"moves": moves}, "\n".join(lines))


def _result(found: Game) -> str:
    return f"{'nobody' if found.winner is None else found.seats[found.winner].username} won ({found.reason})"


class _Verified(msgspec.Struct):
    """What came of replaying games: how many went as before, and a row of plain data for each other."""

    same: int = 0
    divergences: list[dict[str, Any]] = []
    not_installed: list[dict[str, Any]] = []


@games.command()
@click.argument("names", metavar="[GAME]...", nargs=-1, shell_complete=completed_by(recent_games))
@click.option("--ruleset", metavar="KEY", shell_complete=complete_rulesets, help="Only games of this ruleset.")
@click.option("--status", type=_STATUS, help="Only games in this status.")
@click.pass_context
def verify(ctx: click.Context, names: tuple[str, ...], ruleset: str | None, status: str | None) -> None:
    """Replay stored games by the installed rules, and name each that goes another way now. Nothing is changed.

    Without names it replays every game. It ends with 5 when some game goes another way. A game whose ruleset is not
    installed is named too, but it can still be shown from what was stored.

    \b
    gamehall games verify
    gamehall --json games verify --status active
    """
    conditions: list[sa.ColumnElement[bool]] = [game.c.id.in_(names)] if names else []
    conditions += [game.c.ruleset == ruleset] if ruleset else []
    conditions += [game.c.status == status] if status else []
    rulesets = {key: each for key, (_, each) in installed_plugins(ctx).rulesets.items()}
    with progress(ctx, "Replaying") as begin:
        found = on_database(settings_of(ctx), lambda database: _verify(database, rulesets, names, conditions, begin))
    text = _report(found)
    if not found.divergences:
        answer(ctx, found, text)
        return
    if not ctx.find_root().params["as_json"]:
        click.echo(text)
    raise Problem("conflict", "Some games go another way by the installed rules.", **msgspec.structs.asdict(found))


async def _verify(
    database: Database,
    rulesets: Rulesets,
    names: Sequence[str],
    conditions: Sequence[sa.ColumnElement[bool]],
    begin: Callable[[int], Callable[[int], None]],
) -> _Verified:
    for name in names:
        await database.read(load_game, name)  # raises Problem for one that is not there, before a long look at others
    found, told = _Verified(), begin(await database.read(_count, conditions))
    async for ids in game_ids(database.read, *conditions):
        for game_id in ids:
            stored = await database.read(load_log, game_id)
            about = _about(stored.game)
            if (ruleset := rulesets.get(stored.game.ruleset)) is None:
                found.not_installed.append(about)
            elif (divergence := replay(ruleset, stored)) is None:
                found.same += 1
            else:
                installed = {"installed_version": ruleset.version}
                found.divergences.append(about | installed | msgspec.to_builtins(divergence))
            told(1)
    return found


def _count(connection: sa.Connection, conditions: Sequence[sa.ColumnElement[bool]]) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(game).where(*conditions)) or 0


def _about(found: Game) -> dict[str, Any]:
    return {
        "game_id": found.id,
        "ruleset": found.ruleset,
        "status": found.status,
        "stored_version": found.ruleset_version,
    }


def _report(found: _Verified) -> str:
    rows = [_row(each) for each in (*found.divergences, *found.not_installed)]
    lines = [table(rows, _DIVERGENCE_HEADS)] if rows else []
    counts = [f"{found.same} games go as before"]
    counts += [f"{len(found.divergences)} go another way"] if found.divergences else []
    counts += [f"{len(found.not_installed)} have a ruleset that is not installed"] if found.not_installed else []
    return "\n".join([*lines, f"{', '.join(counts)}."])


def _row(each: Mapping[str, Any]) -> tuple[object, ...]:
    if "what" not in each:
        return (each["game_id"], each["ruleset"], each["stored_version"], *"---", "its ruleset is not installed", "-")
    values = ("game_id", "ruleset", "stored_version", "installed_version", "ply", "move", "sentence", "detail")
    return tuple(each[name] if each[name] != "" else "-" for name in values)
