"""gamehall games import"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import click
import msgspec
import sqlalchemy as sa

from gamehall import audit
from gamehall.accounts import user_by_name
from gamehall.adopting import Adopted, Brought, adopt
from gamehall.cli.running import installed_plugins
from gamehall.commands import answer, on_database, progress, settings_of
from gamehall.database import Database
from gamehall.gamelog import Rulesets
from gamehall.problems import UNREADABLE, Problem
from gamehall.records.archives import CONTENTS, Contents

__all__ = ["brought_by", "import_games"]

# What reading a zip raises that is none, is damaged, encrypted, or packed in a way that is not known here.
_BROKEN = (BadZipFile, KeyError, EOFError, RuntimeError, ValueError, zlib.error)
_LARGEST = 16 * 1024 * 1024  # bytes of one record, which has some hundred for a move


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--match", is_flag=True, help="Players are the users of the same user names here, where there are such.")
@click.option("--map", "pairs", multiple=True, metavar="NAME=USER", help="This player is that user here.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@click.pass_context
def import_games(
    ctx: click.Context, files: tuple[Path, ...], match: bool, pairs: tuple[str, ...], dry_run: bool
) -> None:
    """Bring games of another hall here: records in JSON, and archives of `games export --all`.

    Each is proven first, by its hashes and by the installed rules, and must have ended. It keeps its id, so a file can
    be taken again. Players stay names, unless they are users here by --match or --map. It ends with 5 when some
    cannot be imported; the others are.

    \b
    gamehall games import games.zip --dry-run
    gamehall games import games.zip --match
    gamehall games import game.json --map "Ada L.=ada"
    """
    if wrong := [pair for pair in pairs if not all(pair.partition("=")[::2])]:
        raise click.UsageError(f"--map takes NAME=USER, not {wrong[0]!r}")
    mapped = {name: here for name, _, here in (pair.partition("=") for pair in pairs)}
    rulesets = {key: each for key, (_, each) in installed_plugins(ctx).rulesets.items()}
    brought = [each for file in files for each in brought_by(file)]

    async def work(database: Database) -> list[Adopted]:
        names = {name for each in brought for name in each.players} if match else set()
        known = await database.read(_here, names) | mapped
        with progress(ctx, "Importing") as begin:
            told, found = begin(len(brought)), []
            for each in brought:
                found.append(await database.write(_adopt, each, rulesets, known, dry_run=dry_run))
                told(1)
        return found

    found = on_database(settings_of(ctx), work)
    counts = Counter(each.outcome for each in found)
    verb = "would be imported" if dry_run else "imported"
    lines = [f"{counts['imported']} {verb}, {counts['there']} there already, {counts['wrong']} wrong."]
    lines += [f"{each.file}: {each.why}" for each in found if each.outcome == "wrong"]
    if counts["wrong"]:
        raise Problem("conflict", "\n  ".join(lines), imported=not dry_run, games=msgspec.to_builtins(found))
    answer(ctx, {"imported": not dry_run, "games": found}, "\n".join(lines))


def brought_by(file: Path) -> Iterator[Brought]:
    """The records of a file, one or an archive of many. Raises Problem `malformed`, `too-large`."""
    try:
        if file.suffix.lower() != ".zip":
            yield Brought(str(file), file.read_bytes())
            return
        with ZipFile(file) as archive:
            contents = msgspec.json.decode(archive.read(CONTENTS), type=Contents)
            for each in contents.games:
                if archive.getinfo(each.file).file_size > _LARGEST:
                    raise Problem("too-large", f"{each.file} in {file} is too large for a game.")
                yield Brought(f"{file}/{each.file}", archive.read(each.file), each.players)
    except (*_BROKEN, *UNREADABLE) as error:
        raise Problem("malformed", f"{file} is no archive of `gamehall games export`: {error}.") from error
    except OSError as error:
        raise click.FileError(str(file), error.strerror) from error


def _here(connection: sa.Connection, names: set[str]) -> dict[str, str]:
    """Which of these are user names here."""
    found = {}
    for name in names:
        try:
            found[name] = user_by_name(connection, name, disabled=True).username
        except Problem:
            continue
    return found


def _adopt(
    connection: sa.Connection, brought: Brought, rulesets: Rulesets, known: dict[str, str], *, dry_run: bool
) -> Adopted:
    with connection.begin_nested() as savepoint:
        adopted = adopt(connection, brought, rulesets, known)
        if dry_run:
            savepoint.rollback()
        elif adopted.outcome == "imported":
            audit.note(connection, "game.imported", subject=adopted.game_id)
    return adopted
