"""Tables brought up to date, with a copy of what was there before."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from gamehall import migrate
from gamehall.backups import Header, Told, dated, keep_newest, write_backup
from gamehall.database import snapshot
from gamehall.plugins import Plugins
from gamehall.problems import Problem
from gamehall.settings import Settings, secret_key
from gamehall.tables import user

__all__ = ["bring_up_to_date", "refuse_old_tables"]

log = logging.getLogger(__name__)

_NAME = "before"


def bring_up_to_date(
    settings: Settings, plugins: Plugins, *, copy: bool = True, begin: Callable[[Header], Told] | None = None
) -> tuple[list[str], Path | None]:
    """Brings the tables of the hall and of every working plugin up to date: whose have changed, and the copy from
    before, which is made where tables with something in them will change.

    A plugin that fails is taken out, and what it had stays as it was. Raises Problem `conflict` where the hall's own
    tables are newer than this version or cannot be changed, or the copy cannot be made; then nothing has changed.
    """
    url = settings.database_url
    would_change = _would_change(url, plugins)  # looked at in any case: a database that is away says so here
    copied = _copy(settings, begin) if would_change and copy and settings.upgrade_copies else None
    try:
        return migrate.upgrade_all(url, plugins), copied
    except Exception as error:
        kept = f" The copy from before is {copied}." if copied else ""
        message = (
            f"The hall's tables stay as they are: {error}. Every change of this upgrade to them was undone, so the "
            f"version that was installed before goes on with them.{kept}"
        )
        raise Problem("conflict", message) from error


def refuse_old_tables(settings: Settings, plugins: Plugins) -> None:
    """Raises Problem `conflict` where tables of the hall or of a working plugin are not those of their code.

    A start brings them up to date, and leaves out a plugin whose tables do not fit. Workers that take over from others
    while people play do neither: nobody shall find that a part of the hall has gone.
    """
    owners = [migrate.HALL, *(migrate.owner_of(plugins, plugin.name) for plugin in plugins.working)]
    with snapshot(settings.database_url) as connection:
        for owner in owners:
            if owner is not None and (reason := migrate.state(connection, owner)):
                raise Problem("conflict", f"{owner.name}: {reason}")


def _would_change(url: str, plugins: Plugins) -> bool:
    with snapshot(url) as connection:
        stored = migrate.stored_owners(connection)
        if not stored or connection.execute(sa.select(user.c.id).limit(1)).first() is None:
            return False
        owners = [migrate.HALL, *(migrate.owner_of(plugins, plugin.name) for plugin in plugins.working)]
        return any(_is_pending(connection, owner) for owner in owners if owner is not None)


def _is_pending(connection: sa.Connection, owner: migrate.Owner) -> bool:
    try:
        return migrate.is_pending(connection, owner)
    except Exception:  # noqa: BLE001 - its revision files are code of a plugin's; the upgrade says what is wrong
        return False


def _copy(settings: Settings, begin: Callable[[Header], Told] | None) -> Path:
    folder = settings.data / "backups"
    file = dated(folder, _NAME)
    try:
        write_backup(settings.database_url, file, secret_key(settings), begin=begin)
        keep_newest(folder, _NAME, settings.upgrade_copies)
    except OSError as error:
        message = (
            f"The hall was not copied to {file} before its tables change ({error.strerror or error}), so nothing was "
            "changed. Make room there, or have your own copy and say --no-backup."
        )
        raise Problem("conflict", message) from error
    log.info("the hall was copied to %s before its tables change", file)
    return file
