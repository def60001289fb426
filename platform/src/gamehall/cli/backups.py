"""gamehall db backup, gamehall db restore"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click
import msgspec

from gamehall import migrate
from gamehall.backups import Header, dated, keep_newest, key_mark, read_header, verify, write_backup
from gamehall.cli.files import check_free
from gamehall.cli.running import installed_plugins
from gamehall.commands import answer, as_operator, progress, settings_of, usable_database
from gamehall.problems import Problem
from gamehall.restoring import check_restorable, restore_backup
from gamehall.settings import Settings, key_file, known_key, secret_key, take_key

__all__ = ["backup", "restore"]

_NAME = "hall"


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--with-key", is_flag=True, help="Include the secret key: the file alone is then enough for everything.")
@click.option("--keep", type=click.IntRange(1), help="FILE is a folder, in which so many backups are kept.")
@click.pass_context
def backup(ctx: click.Context, file: Path, with_key: bool, keep: int | None) -> None:
    """Write everything that is stored to one file, while games go on. Only its owner can read the file.

    It holds one moment of the hall, and can be restored into SQLite and into PostgreSQL. Without the secret key, which
    is for keeping apart, what is sealed under it cannot be read after a restore. A file that exists is replaced only
    with --yes. With --keep each backup has a name of its own, by its time; once a new one is whole, those that are too
    many are removed, the oldest first.

    \b
    gamehall db backup hall.backup
    gamehall db backup --keep 14 backups
    gamehall --yes db backup hall.backup --with-key
    """
    settings = settings_of(ctx)
    folder = file
    if keep is not None:
        file = dated(folder, _NAME)
    elif file.is_dir():
        raise click.UsageError(f"{file} is a folder: name a file, or say with --keep how many backups stay in it")
    check_free(ctx, file)
    with usable_database(), progress(ctx, "Copying") as begin:
        try:
            header = write_backup(
                settings.database_url,
                file,
                secret_key(settings),
                with_key=with_key,
                begin=lambda header: begin(header.rows),
            )
            removed = keep_newest(folder, _NAME, keep) if keep is not None else []
        except OSError as error:
            raise click.FileError(str(file), error.strerror) from error
    text = f"Wrote {_told(header)} to {file}."
    if not with_key:
        text += " The secret key is not in it: keep that too, apart from it."
    wrote = {"file": str(file), "bytes": file.stat().st_size, "removed": [str(each) for each in removed]}
    answer(ctx, wrote | _shown(header), text)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what it is and whether it can be restored here; change nothing.")
@click.option("--keep-key", is_flag=True, help="Go on with this hall's secret key, though the backup has another.")
@click.option("--without", multiple=True, metavar="NAME", help="Leave out what this plugin has in it.")
@click.pass_context
def restore(ctx: click.Context, file: Path, dry_run: bool, keep_key: bool, without: tuple[str, ...]) -> None:
    """Put a backup into an empty database, of either kind, and bring it up to date. It happens whole or not at all.

    It is refused while a hall is at work there, and where there are users or games. Events are not in a backup:
    programs and pages that were open look at everything anew.

    \b
    gamehall db restore hall.backup --dry-run
    gamehall db restore hall.backup
    """
    settings, plugins = settings_of(ctx), installed_plugins(ctx)
    try:
        header = read_header(file)
        verify(file)
    except OSError as error:
        raise click.FileError(str(file), error.strerror) from error
    key, about_key = _key_to_take(settings, header, keep_key=keep_key)
    data = {"file": str(file), "restored": not dry_run, **_shown(header)}
    url = settings.database_url
    with usable_database(), as_operator():
        if dry_run:
            with migrate.migration_connection(url) as connection:
                check_restorable(connection, header, plugins, without=without)
            answer(ctx, data, "\n".join([f"{file} has {_told(header)}. It can be restored here.", *about_key]))
            return
        with progress(ctx, "Restoring") as begin:
            told, last = begin(header.rows), partial(take_key, settings, key) if key is not None else None
            restore_backup(url, file, header, plugins, without=without, told=told, last=last)
        migrate.upgrade_all(url, plugins)
    lines = [f"Restored {_told(header)}.", *about_key, "Prove its games now: gamehall games verify"]
    answer(ctx, data, "\n".join(lines))


def _key_to_take(settings: Settings, header: Header, *, keep_key: bool) -> tuple[bytes | None, list[str]]:
    """The key of the backup, where it is to become this hall's, and what is to be said about keys.

    Raises Problem `not-possible` where both have one.
    """
    known = known_key(settings)
    if known is not None and key_mark(known) == header.key:
        return None, []
    if header.secret_key is not None and not keep_key:
        if known is None:
            return header.secret_key.encode(), ["Its secret key is this hall's now."]
        where = key_file(settings) if not settings.secret_key else "the setting secret_key"
        message = (
            f"The backup has its secret key, and this hall has another one ({where}). Take that away, so that the "
            "backup's is used, or say --keep-key."
        )
        raise Problem("not-possible", message)
    lost = (
        "This hall has another secret key than the backup's: links in mails that were sent work no more, and codes of "
        f"two-step sign-in cannot be checked ({header.count('second_factor')} users have it). Put the old key into "
        f"{key_file(settings)}, or let these users in by: gamehall users reset-factors NAME"
    )
    return None, [lost]


def _shown(header: Header) -> dict[str, object]:
    """What a backup is, without what only its owner may have."""
    shown: dict[str, object] = msgspec.to_builtins(msgspec.structs.replace(header, secret_key=None))
    return shown | {"secret_key": header.secret_key is not None}


def _told(header: Header) -> str:
    owners = ", ".join(f"{name} {wrote.version or '?'} at {wrote.revision}" for name, wrote in header.owners.items())
    numbers = f"{header.count('user')} users, {header.count('game')} games and {header.count('game_move')} moves"
    return f"{numbers} ({header.rows} rows), copied at {header.made_at:%Y-%m-%d %H:%M:%S} UTC from {owners}"
