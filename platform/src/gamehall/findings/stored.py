"""What the database tells of the hall: its tables, its workers and their clocks, and what should have been done."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from gamehall import __version__, migrate
from gamehall.database import sync_url
from gamehall.features import read_switches
from gamehall.findings import Finding, bad, note, ok
from gamehall.findings.postgres import cluster
from gamehall.halltime import stored_time
from gamehall.languages import catalogue
from gamehall.mail import given_up, oldest_waiting
from gamehall.reports import Report, clock_skew, reports_of
from gamehall.retention import Held, held, overdue
from gamehall.settings import Settings, SettingsError
from gamehall.tables import Retention, game, game_seat, metadata, user
from gamehall.workers import late_workers, live_workers

__all__ = ["looking", "opponents", "stored", "time_goes_on"]

_ = catalogue(__name__)

_SECONDS = 4
_LATE_FLAG_MS = 60_000
_LATE_MAIL_MS = 3_600_000
_SKEW, _GREAT_SKEW = 2.0, 10.0  # seconds
_UNWRITTEN = 4.0  # a worker writes the hall's time down more often than that

Kept = Sequence[tuple[str, Retention]]


@contextmanager
def looking(settings: Settings) -> Iterator[sa.Connection]:
    """A connection to look by, which waits for nothing long. Raises LookupError where there is no database yet."""
    url = sync_url(settings.database_url)
    arguments: dict[str, object] = {"timeout": _SECONDS}
    if url.get_backend_name() == "postgresql":
        arguments = {"connect_timeout": _SECONDS, "options": f"-c statement_timeout={_SECONDS}s"}
    elif not Path(url.database or "").exists():
        raise LookupError
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args=arguments, hide_parameters=True)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def stored(settings: Settings, kept: Kept, installed: Collection[str]) -> Iterator[Finding]:
    """What the database tells, where these plugins are installed."""
    try:
        with looking(settings) as connection:
            yield ok(
                "database", _("It answers at {address}.", address=sa.make_url(settings.database_url).render_as_string())
            )
            yield from _looked_through(connection, settings, kept, installed)
    except LookupError:
        yield note("database", _("There is no hall yet; the first start makes it."), "gamehall serve")
    except SettingsError:
        return  # that is the setting's finding
    except sa.exc.DBAPIError as error:
        sentence = _("It does not answer: {error}", error=str(error.orig).strip())
        yield bad(
            "database",
            sentence,
            _("Start the database, or mend GAMEHALL_DATABASE_URL: {command}", command="gamehall config show --origin"),
        )


def _looked_through(
    connection: sa.Connection, settings: Settings, kept: Kept, installed: Collection[str]
) -> Iterator[Finding]:
    if reason := migrate.state(connection, migrate.HALL):
        yield bad("database.tables", _("The hall's tables: {reason}.", reason=reason), "gamehall db upgrade")
        return
    looks: list[Callable[[], Iterator[Finding]]] = [
        lambda: _tables(connection, installed),
        lambda: _workers(connection, settings),
        lambda: _clocks(connection),
        lambda: _kept(connection, settings, kept),
        lambda: _mail(connection, settings),
    ]
    if connection.dialect.name == "postgresql":
        looks.append(lambda: cluster(connection, max(settings.workers, len(live_workers(connection)))))
    for each in looks:
        yield from each()


def _tables(connection: sa.Connection, installed: Collection[str]) -> Iterator[Finding]:
    inspector = sa.inspect(connection)
    missing = [
        str(index.name)
        for table in metadata.sorted_tables
        for index in table.indexes
        if index.name not in {each["name"] for each in inspector.get_indexes(table.name)}
    ]
    if missing:
        sentence = _(
            "Indexes are missing, so that queries look through whole tables: {names}.", names=", ".join(sorted(missing))
        )
        yield bad("database.indexes", sentence, "gamehall db backup FILE; gamehall db restore FILE")
    else:
        yield ok(
            "database.tables",
            _("The hall's tables are those of version {version}, with every index.", version=__version__),
        )
    for owner, found in migrate.stored_owners(connection).items():
        if owner not in (migrate.HALL.name, *installed) and found.tables:
            sentence = _("{name} has tables here and is not installed.", name=owner)
            yield note(
                f"tables.{owner}",
                sentence,
                f"pip install gamehall-{owner.replace('_', '-')} / gamehall plugins purge {owner}",
            )


def _workers(connection: sa.Connection, settings: Settings) -> Iterator[Finding]:
    names = live_workers(connection)
    if not names:
        yield note(
            "workers",
            _("No worker is at work, so nothing is known of live events, running clocks and the plugins' checks."),
            "gamehall serve",
        )
        return
    yield ok("workers", _("At work: {names}.", names=", ".join(names)))
    if late := late_workers(connection):
        sentence = _("These have not taken up the latest switches: {names}.", names=", ".join(late))
        yield bad("workers.late", sentence, _("Look into their logs, and start them anew."))
    reports = reports_of(connection, names)
    versions = sorted({each.version for each in reports.values()} - {__version__})
    if versions:
        sentence = _(
            "There are workers of version {versions}; installed here is {here}.",
            versions=", ".join(versions),
            here=__version__,
        )
        yield note("workers.versions", sentence, _("Start those of another version anew."))
    for name, times in sorted(_failures(reports.values()).items()):
        sentence = _.ngettext(
            "Something of {name} has failed since the start.",
            "Something of {name} has failed {count} times since the start.",
            times,
            name=name,
        )
        yield note(f"failures.{name}", sentence, f"gamehall features off {name}")
    skews = {name.partition("/")[0]: each.skew for name, each in reports.items()} | {
        _("this machine"): clock_skew(connection)
    }
    for machine, skew in skews.items():
        if abs(skew) >= _SKEW:
            sentence = _(
                "The clock of {machine} differs from the database's by {seconds:+.0f} s.", machine=machine, seconds=skew
            )
            yield Finding(
                "workers.clock", "bad" if abs(skew) >= _GREAT_SKEW else "note", sentence, "timedatectl set-ntp true"
            )


def _failures(reports: Collection[Report]) -> dict[str, int]:
    """How often something of each plugin has failed, in all workers."""
    names = {name for each in reports for name in each.failures}
    return {name: sum(each.failures.get(name, 0) for each in reports) for name in names}


def _clocks(connection: sa.Connection) -> Iterator[Finding]:
    if not live_workers(connection):
        return
    since = stored_time(connection) - _LATE_FLAG_MS
    late = connection.scalar(sa.select(sa.func.count()).where(game.c.status == "active", game.c.flag_at < since))
    if late:
        sentence = _.ngettext(
            "A game's time has been up for more than a minute, and it goes on.",
            "The time of {count} games has been up for more than a minute, and they go on.",
            late,
        )
        yield bad(
            "clocks.flags", sentence, _("Look into the log for 'letting flags fall', and start the workers anew.")
        )
    else:
        yield ok("clocks.flags", _("Every game whose time was up has ended."))


def time_goes_on(settings: Settings) -> Iterator[Finding]:
    """Whether the hall's time goes on while workers live; it takes some seconds to see."""
    try:
        with looking(settings) as connection:
            if migrate.state(connection, migrate.HALL) or not live_workers(connection):
                return
            began, until = stored_time(connection), time.monotonic() + _UNWRITTEN
            while time.monotonic() < until:
                connection.rollback()
                if stored_time(connection) > began:
                    yield ok("clocks.time", _("The hall's time goes on."))
                    return
                time.sleep(0.2)
    except (LookupError, SettingsError, sa.exc.DBAPIError):
        return  # that is another finding
    sentence = _("The hall's time stands still while workers live: no clock runs.")
    yield bad("clocks.time", sentence, _('Look into the log for "the hall\'s time"; the database may take no writes.'))


def _kept(connection: sa.Connection, settings: Settings, kept: Kept) -> Iterator[Finding]:
    found: list[Held] = []
    try:
        for owner, each in kept:
            with connection.begin_nested():
                found.append(held(connection, settings, owner, each))
    except SettingsError:
        return  # that is the setting's finding
    if late := overdue(found):
        yield bad("kept", f"{late}.", _("A running hall removes them within the hour; look into its log."))
    else:
        yield ok("kept", _("What is kept for a while only was removed in time."))


def _mail(connection: sa.Connection, settings: Settings) -> Iterator[Finding]:
    if settings.mail == "off":
        yield ok("mail", _("No mails are written."))
        return
    number, error = given_up(connection)
    waiting = oldest_waiting(connection)
    late = stored_time(connection) - waiting if waiting is not None else 0
    if number:
        sentence = _.ngettext(
            "1 mail was given up in the last 7 days ({error}).",
            "{count} mails were given up in the last 7 days ({error}).",
            number,
            error=error,
        )
        yield bad("mail", sentence, _("Mend GAMEHALL_MAIL, or its server."))
    if late > _LATE_MAIL_MS:
        sentence = _("A mail should have been sent {hours} hours ago.", hours=late // 3_600_000)
        yield bad("mail.waiting", sentence, _("Look into the log for 'sending mails', and start the workers anew."))
    if not number and late <= _LATE_MAIL_MS:
        yield ok("mail", _("No mail was given up, and none waits for long."))


def opponents(settings: Settings, working: Collection[str]) -> Iterator[Finding]:
    """Whether those who are always there can play on, these being the plugins that work."""
    played = (
        sa.select(user.c.username, user.c.played_by, sa.func.count())
        .join(game_seat, game_seat.c.user_id == user.c.id)
        .join(game, game.c.id == game_seat.c.game_id)
        .where(user.c.played_by.is_not(None), game.c.status == "active")
        .group_by(user.c.username, user.c.played_by)
    )
    try:
        with looking(settings) as connection:
            if migrate.state(connection, migrate.HALL):
                return
            switches, found = read_switches(connection), connection.execute(played).all()
    except (LookupError, SettingsError, sa.exc.DBAPIError):
        return  # that is another finding
    for username, played_by, games in found:
        plugin = played_by.partition(":")[0]
        if plugin not in working or plugin not in switches:
            sentence = _.ngettext(
                "{name} does not work or is off, so a game with {username} waits.",
                "{name} does not work or is off, so {count} games with {username} wait.",
                games,
                name=plugin,
                username=username,
            )
            yield note(f"opponents.{username}", sentence, f"gamehall features on {plugin}")
