"""gamehall doctor"""

from __future__ import annotations

import os

import click
import sqlalchemy as sa

from gamehall import migrate
from gamehall.cli.inspecting import inspect_plugins
from gamehall.commands import answer, settings_of
from gamehall.database import sync_url
from gamehall.delivery import transport_of
from gamehall.mail import given_up
from gamehall.problems import Problem
from gamehall.retention import OWN, held, overdue
from gamehall.settings import Settings, SettingsError

__all__ = ["doctor"]


@click.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Find out what is wrong and what to do about it.

    \b
    gamehall doctor
    """
    settings = settings_of(ctx)
    findings = {"data folder": _data_folder(settings), "database": _database(settings), "mail": _mail(settings)}
    findings |= {"what is kept for a while": _kept(settings)}
    findings |= {f"plugin {report.name}": report.reason for report in inspect_plugins(settings, started=True)}
    lines = [
        f"{'ok  ' if not wrong else 'BAD '} {what}{': ' if wrong else ''}{wrong}" for what, wrong in findings.items()
    ]
    if any(findings.values()):
        raise Problem("conflict", "\n".join(["something is wrong", *lines]))
    answer(ctx, {"findings": findings}, "\n".join(lines))


def _data_folder(settings: Settings) -> str:
    if not settings.data.exists():
        return ""  # it will be made
    if not os.access(settings.data, os.W_OK):
        return f"{settings.data} cannot be written; set GAMEHALL_DATA_DIR to a folder that can"
    return ""


def _database(settings: Settings) -> str:
    try:
        url = sync_url(settings.database_url)
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            return migrate.state(connection, migrate.HALL)
    except (ValueError, sa.exc.SQLAlchemyError) as error:
        return f"{error}; check GAMEHALL_DATABASE_URL and that the database is running"


def _kept(settings: Settings) -> str:
    try:
        engine = sa.create_engine(sync_url(settings.database_url), poolclass=sa.NullPool)
        with engine.connect() as connection:
            late = overdue(held(connection, settings, owner, each) for owner, each in OWN)
    except SettingsError as wrong:
        return str(wrong)
    except (ValueError, sa.exc.SQLAlchemyError):
        return ""  # that is the database's finding
    return f"{late}; a running hall removes them within the hour, so look into its log" if late else ""


def _mail(settings: Settings) -> str:
    try:
        if transport_of(settings) is None:
            return ""
    except ValueError as wrong:
        return str(wrong)
    try:
        engine = sa.create_engine(sync_url(settings.database_url), poolclass=sa.NullPool)
        with engine.connect() as connection:
            number, error = given_up(connection)
    except (ValueError, sa.exc.SQLAlchemyError):
        return ""  # that is the database's finding
    if not number:
        return ""
    mails = "1 mail was" if number == 1 else f"{number} mails were"
    return f"{mails} given up in the last 7 days ({error}); check GAMEHALL_MAIL and its server"
