"""Accounts as files: who has one, to be taken to another hall or brought from one. Passwords are in none."""

from __future__ import annotations

import csv
import io
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from gamehall.accounts import Registration, User, add_user, check_registration, update_user
from gamehall.database import reads
from gamehall.links import make_link
from gamehall.problems import UNREADABLE, Problem
from gamehall.tables import user

__all__ = ["Format", "Line", "Member", "add_members", "list_members", "read_roster", "write_roster"]

Format = Literal["jsonl", "csv"]
_LANGUAGE = re.compile(r"[A-Za-z-]{0,12}", re.ASCII)


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account as a file has it."""

    username: str
    email: str
    display_name: str = ""
    is_admin: bool = False
    is_active: bool = True
    mail_notices: bool = True
    language: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a line of a file: `added` with the code of the link by which its user chooses a password, `there`
    already, or `wrong`, and why."""

    line: int
    username: str
    outcome: Literal["added", "there", "wrong"]
    why: str = ""
    email: str = ""
    code: str = ""


def list_members(connection: sa.Connection) -> list[Member]:
    """Everybody who has an account, by name: no guests, nobody whom a plugin plays, nobody who was deleted."""
    columns = [user.c[name] for name in Member.__struct_fields__]
    people = sa.select(*columns).where(~user.c.is_guest, ~user.c.is_deleted, user.c.played_by.is_(None))
    return [Member(**row) for row in connection.execute(people.order_by(user.c.username_key)).mappings()]


def write_roster(members: Iterable[Member], form: Format) -> bytes:
    """The file: a line of JSON for each, or CSV with a line of names before."""
    rows = [msgspec.to_builtins(each) for each in members]
    if form == "jsonl":
        return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, Member.__struct_fields__)
    writer.writeheader()
    writer.writerows(
        {name: str(value).lower() if isinstance(value, bool) else value for name, value in row.items()} for row in rows
    )
    return text.getvalue().encode()


def read_roster(content: bytes, form: Format) -> list[tuple[int, Member | str]]:
    """Each line's number and the account that it tells of, or what is wrong with it.

    Raises Problem `malformed` for a file that has no lines of this kind at all.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem("malformed", f"The file is not in UTF-8 ({error}).") from error
    if form == "jsonl":
        lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
        return [(number, _member(line)) for number, line in lines]
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="more")
    try:
        if not {"username", "email"} <= set(reader.fieldnames or ()):
            raise Problem("malformed", "The first line of a CSV file names its columns, username and email among them.")
        return [(reader.line_num, _from_cells(row)) for row in reader]
    except csv.Error as error:
        raise Problem("malformed", f"Line {reader.line_num + 1}: this is not valid CSV ({error}).") from error


def _member(line: str) -> Member | str:
    try:
        return msgspec.json.decode(line, type=Member)
    except UNREADABLE as error:
        return f"it cannot be read: {error}"


def _from_cells(row: dict[str, Any]) -> Member | str:
    given = {name: value.strip() if isinstance(value, str) else value for name, value in row.items() if value}
    try:
        return msgspec.convert(given, Member, strict=False)
    except msgspec.ValidationError as error:
        return f"it cannot be read: {error}"


def add_members(
    connection: sa.Connection, roster: Sequence[tuple[int, Member | str]], secret: bytes, lifetime: timedelta
) -> list[Line]:
    """Makes the accounts that are not there yet, each in a savepoint of its own; what became of each line.

    Nobody can sign in to one before they have chosen a password, by the link that lasts so long or by `/forgot`.
    """
    return [_add(connection, number, member, secret, lifetime) for number, member in roster]


def _add(connection: sa.Connection, number: int, member: Member | str, secret: bytes, lifetime: timedelta) -> Line:
    if isinstance(member, str):
        return Line(line=number, username="", outcome="wrong", why=member)
    if _is_there(connection, member):
        return Line(line=number, username=member.username, outcome="there")
    try:
        with connection.begin_nested():
            made = _make(connection, member)
            code = make_link(connection, "password", made, made.email, lifetime, secret) if made.is_active else ""
    except Problem as problem:
        why = "; ".join(f"{each.field}: {each.message}" for each in problem.errors) or problem.detail
        return Line(line=number, username=member.username, outcome="wrong", why=why)
    return Line(line=number, username=made.username, outcome="added", email=made.email, code=code)


def _is_there(connection: sa.Connection, member: Member) -> bool:
    username, email = member.username.strip().casefold(), member.email.strip().casefold()
    same = sa.select(user.c.id).where(reads(user.c.username_key, username), reads(user.c.email_key, email))
    return connection.execute(same).first() is not None


def _make(connection: sa.Connection, member: Member) -> User:
    if not _LANGUAGE.fullmatch(member.language):
        raise Problem("invalid", f"language: {member.language!r} is no code of a language")
    unknown = secrets.token_urlsafe(24)  # only to be checked with the rest: none is stored
    given = Registration(
        username=member.username, email=member.email, display_name=member.display_name, password=unknown
    )
    made = add_user(connection, check_registration(given, by_operator=True), "", is_admin=member.is_admin)
    chosen = {"is_active": member.is_active, "mail_notices": member.mail_notices, "language": member.language}
    return update_user(connection, made.id, chosen)
