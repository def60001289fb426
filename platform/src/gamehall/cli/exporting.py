"""gamehall games export"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from gamehall.accounts import user_by_name
from gamehall.cli.files import check_free
from gamehall.cli.running import installed_plugins
from gamehall.cli.words import complete_formats, complete_rulesets, recent_games
from gamehall.commands import answer, completed_by, on_database, progress, settings_of, usernames
from gamehall.database import Database
from gamehall.declare import Exporter, GameRecord
from gamehall.features import Switches, read_switches
from gamehall.gamelog import list_games, load_state
from gamehall.plugins import Plugins
from gamehall.records.archives import Archive, Contents
from gamehall.records.diagrams import cut
from gamehall.records.formats import by_format, exporter_of, write_record
from gamehall.records.stored import load_record
from gamehall.tables import game, game_seat

__all__ = ["export"]

_BATCH = 100


@click.command()
@click.argument("game_id", metavar="[GAME]", required=False, shell_complete=completed_by(recent_games))
@click.option(
    "--format",
    "name",
    default="json",
    show_default=True,
    shell_complete=complete_formats,
    help="json, sgf, text, or one of a plugin.",
)
@click.option("--ply", type=click.IntRange(0), help="The game as it was after so many moves.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write; else it is printed.")
@click.option("--all", "everything", is_flag=True, help="Every game, as a zip.")
@click.option("--player", shell_complete=completed_by(usernames), help="Every game of this user, as a zip.")
@click.option("--status", type=click.Choice(["active", "finished", "suspended", "aborted"]), help="Of these only some.")
@click.option("--ruleset", metavar="KEY", shell_complete=complete_rulesets, help="Of these only games of this ruleset.")
@click.pass_context
def export(
    ctx: click.Context,
    game_id: str | None,
    name: str,
    ply: int | None,
    out: Path | None,
    everything: bool,
    player: str | None,
    status: str | None,
    ruleset: str | None,
) -> None:
    """Write a game's record to a file, or those of many games to a zip. A file that exists is replaced only with --yes.

    \b
    gamehall games export GAME --format text
    gamehall games export GAME --out game.json
    gamehall games export --all --out games.zip
    gamehall games export --player ada --status finished --format sgf --out ada.zip
    """
    many = everything or player is not None
    if many == (game_id is not None):
        raise click.UsageError("name a game, or choose games by --all or --player")
    if many and (out is None or ply is not None):
        raise click.UsageError("many games go into the file that --out names, each with all of its moves")
    if not many and (status or ruleset):
        raise click.UsageError("--status and --ruleset choose among the games of --all or --player")
    if out is not None:
        check_free(ctx, out)
    if out is not None and game_id is None:
        _export_many(ctx, name, out, {"player": player, "status": [status] if status else [], "ruleset": ruleset})
    elif game_id is not None:
        _export_one(ctx, game_id, name, ply, out)


def _export_one(ctx: click.Context, game_id: str, name: str, ply: int | None, out: Path | None) -> None:
    plugins = installed_plugins(ctx)

    def read(connection: sa.Connection) -> tuple[GameRecord, Switches]:
        return _record(connection, game_id, plugins), read_switches(connection)

    record, switches = on_database(settings_of(ctx), lambda database: database.read(read))
    content = write_record(_exporter(plugins, switches, name), cut(record, ply))
    if out is not None:
        try:
            out.write_bytes(content)
        except OSError as error:
            raise click.FileError(str(out), error.strerror) from error
        answer(ctx, {"format": name, "file": str(out)}, f"Wrote {out}.")
    elif ctx.find_root().params["as_json"]:
        answer(ctx, {"format": name, "content": _text(content)})
    else:
        click.echo(content, nl=False)


def _export_many(ctx: click.Context, name: str, out: Path, chosen: dict[str, Any]) -> None:
    plugins = installed_plugins(ctx)

    async def work(database: Database) -> Contents:
        exporter = _exporter(plugins, await database.read(read_switches), name)
        if chosen["player"] is not None:
            chosen["player"] = (await database.read(user_by_name, chosen["player"])).id
        told = begin(await database.read(_count, **chosen))
        try:
            with out.open("wb") as file, Archive(file, exporter) as archive:
                before = None
                while found := await database.read(list_games, **chosen, limit=_BATCH, before=before):
                    for each in found:
                        record = await database.read(_record, each.id, plugins)
                        archive.add(record, [seat.username for seat in each.seats])
                        told(1)
                    before = found[-1].id
        except OSError as error:
            raise click.FileError(str(out), error.strerror) from error
        return archive.contents

    with progress(ctx, "Writing") as begin:
        held = on_database(settings_of(ctx), work)
    told = f"Wrote {len(held.games)} games to {out}."
    if held.left_out:
        told += f" {len(held.left_out)} cannot be told in this format; contents.json in it says why."
    answer(ctx, {"format": name, "file": str(out), "games": len(held.games), "left_out": held.left_out}, told)


def _count(connection: sa.Connection, *, player: str | None, status: list[str], ruleset: str | None) -> int:
    query = sa.select(sa.func.count()).select_from(game)
    if player is not None:
        query = query.where(game.c.id.in_(sa.select(game_seat.c.game_id).where(game_seat.c.user_id == player)))
    if status:
        query = query.where(game.c.status.in_(status))
    return connection.scalar(query.where(game.c.ruleset == ruleset) if ruleset is not None else query) or 0


def _record(connection: sa.Connection, game_id: str, plugins: Plugins) -> GameRecord:
    state = load_state(connection, game_id)
    _, ruleset = plugins.rulesets.get(state.game.ruleset, (None, None))
    return load_record(connection, state, ruleset)


def _exporter(plugins: Plugins, switches: Switches, name: str) -> Exporter:
    declared = plugins.declared("gamehall_exporters")
    return exporter_of(by_format(exporter for plugin, exporter in declared if plugin.name in switches), name)


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise click.UsageError("this format is no text: give a file with --out") from error
