"""The hall's tables. Plugins may refer to `user.id` and `game.id`; everything else here is the hall's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from ulid import ULID

from gamehall.clockfields import LIVE_KINDS, ClockFilter

__all__ = ["ID", "PASSING", "Retention", "UtcTime", "clock_is", "metadata", "new_id", "now"]

metadata = sa.MetaData()

ID = sa.String(26)
_Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers rows by itself only in an INTEGER key
# Words with dots, byte by byte whatever the language of the database: what is below one is then a range of its index.
_Dotted = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")


class UtcTime(sa.TypeDecorator[datetime]):
    """A column of moments, which are in UTC however they come. Raises TypeError for one without a time zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise TypeError("a moment needs its time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        # SQLite keeps no time zone; what PostgreSQL answers has one.
        return value and (value if value.tzinfo else value.replace(tzinfo=UTC))


def clock_is(stored: sa.ColumnElement[str], wanted: ClockFilter) -> sa.ColumnElement[bool]:
    """Whether terms that are stored as JSON are of a kind, or of a speed."""
    kinds = LIVE_KINDS if wanted == "live" else (wanted,)
    return sa.or_(*(stored.startswith(f'{{"kind":"{kind}"', autoescape=True) for kind in kinds))


@dataclass(frozen=True, slots=True)
class Retention:
    """Rows that are of no use after a while, and are removed `days` later, unless the operator sets other days by this
    `name`.

    `since` is a column of moments, or of ids, which tell when they were made; a row is of no use once it `lasts` no
    longer than that. It needs an index, or `along` names a column that has one and rises with it. `only` says which
    rows it is about; the others stay.
    """

    name: str
    since: sa.Column[Any]
    days: int
    lasts: timedelta = timedelta()
    along: sa.Column[Any] | None = None
    only: sa.ColumnElement[bool] | None = None


def new_id() -> str:
    """A fresh opaque id; ids sort by the time they were made."""
    return str(ULID()).lower()


def now() -> datetime:
    return datetime.now(UTC)


user = sa.Table(
    "user",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("username", sa.String(32), nullable=False),
    sa.Column("username_key", sa.String(32), nullable=False, unique=True),
    sa.Column("email", sa.String(254), nullable=False),
    sa.Column("email_key", sa.String(254), nullable=False, unique=True),
    sa.Column("display_name", sa.String(50), nullable=False),
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("is_admin", sa.Boolean, nullable=False, default=False),
    sa.Column("is_active", sa.Boolean, nullable=False, default=True),
    # Raised whenever every sign-in of the user must end: each credential remembers the epoch it was made in.
    sa.Column("auth_epoch", sa.Integer, nullable=False, default=0),
    # Somebody who came by an invitation's link and has no account yet.
    sa.Column("is_guest", sa.Boolean, nullable=False, default=False),
    # The plugin and the opponent of it that plays this account; None for a person.
    sa.Column("played_by", sa.String(80)),
    # Whether a mail may tell them that a game waits for their move.
    sa.Column("mail_notices", sa.Boolean, nullable=False, default=True),
    # The code of the language in which mails speak to them, empty while it is not known.
    sa.Column("language", sa.String(12), nullable=False, default=""),
    # What is left of an account whose games others have played in; it stands for nobody any more.
    sa.Column("is_deleted", sa.Boolean, nullable=False, default=False),
    # What the username has in common with names that look like it; None for one that need not be told from others.
    sa.Column("look", sa.String(64)),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Index("ix_user_played_by", "played_by", unique=True),
    sa.Index("ix_user_look", "look"),
)

challenge = sa.Table(
    "challenge",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("ruleset", sa.String(64), nullable=False),
    sa.Column("options", sa.Text, nullable=False),
    sa.Column("challenger_id", ID, sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
    sa.Column("opponent_id", ID, sa.ForeignKey("user.id", ondelete="CASCADE")),
    sa.Column("seat", sa.SmallInteger),
    sa.Column("clock", sa.Text, nullable=False),
    sa.Column("is_open", sa.Boolean, nullable=False),
    sa.Column("by_link", sa.Boolean, nullable=False),
    sa.Column("pair", sa.Boolean, nullable=False, default=False),
    sa.Column("status", sa.String(12), nullable=False),
    sa.Column("game_id", ID),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", sa.BigInteger),  # by the hall's time
    sa.Index("ix_challenge_expiry", "status", "expires_at"),
    sa.Index("ix_challenge_challenger", "challenger_id", "status", "id"),
    sa.Index("ix_challenge_opponent", "opponent_id", "status", "id"),
    sa.Index("ix_challenge_open", "status", "is_open", "id"),
)

game = sa.Table(
    "game",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("ruleset", sa.String(64), nullable=False),
    sa.Column("ruleset_version", sa.Integer, nullable=False),
    sa.Column("options", sa.Text, nullable=False),
    sa.Column("status", sa.String(12), nullable=False),
    sa.Column("ply", sa.Integer, nullable=False),
    sa.Column("to_act", sa.SmallInteger),
    sa.Column("clock", sa.Text, nullable=False),  # its terms
    sa.Column("times", sa.Text, nullable=False),  # both sides of it
    sa.Column("flag_at", sa.BigInteger),  # by the hall's time; only while the game is active and a clock runs
    sa.Column("offers", sa.Text, nullable=False, default="[]"),
    sa.Column("revision", sa.Integer, nullable=False, default=0),  # raised by every change
    sa.Column("rematch_id", ID),
    sa.Column("turn_at", sa.BigInteger),  # since when it is this seat's turn, by the hall's time
    sa.Column("noticed", sa.Boolean, nullable=False, default=False),  # whether a mail told them so
    sa.Column("winner", sa.SmallInteger),
    sa.Column("reason", sa.String(40)),
    sa.Column("note", sa.String(300), nullable=False, default=""),
    sa.Column("sides", sa.String(200), nullable=False),  # the side of each seat now, as JSON
    # A scene before the first move and one at the end: with the changes of each move they show the whole game
    # even when its ruleset is gone.
    sa.Column("start_position", sa.Text, nullable=False),
    sa.Column("start_scene", sa.Text, nullable=False),
    sa.Column("final_scene", sa.Text),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("finished_at", UtcTime),
    sa.Index("ix_game_flag", "flag_at"),
    sa.Index("ix_game_turn", "status", "noticed", "turn_at"),
    sa.Index("ix_game_status", "status", "id"),
    sa.Index("ix_game_ruleset", "ruleset", "status", "id"),
)

game_seat = sa.Table(
    "game_seat",
    metadata,
    sa.Column("game_id", ID, sa.ForeignKey("game.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seat", sa.SmallInteger, primary_key=True),
    sa.Column("user_id", ID, sa.ForeignKey("user.id"), nullable=False),
    sa.Index("ix_game_seat_user", "user_id", "game_id"),
)

game_move = sa.Table(
    "game_move",
    metadata,
    sa.Column("game_id", ID, sa.ForeignKey("game.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("ply", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seat", sa.SmallInteger, nullable=False),
    sa.Column("move", sa.String(100), nullable=False),
    sa.Column("position", sa.Text, nullable=False),
    sa.Column("shown", sa.Text, nullable=False),
    sa.Column("to_act", sa.SmallInteger),
    sa.Column("spent", sa.Text, nullable=False),  # its receipt
    sa.Column("times", sa.Text, nullable=False),  # both sides of the clock after it
    sa.Column("cursor", sa.String(40), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)

event = sa.Table(
    "event",
    metadata,
    sa.Column("id", _Serial, primary_key=True, autoincrement=True),
    # The writing transaction on PostgreSQL, 0 on SQLite: see feed.py for why ids alone do not order commits.
    sa.Column("tx", sa.BigInteger, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("channels", sa.Text, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Index("ix_event_order", "tx", "id"),
    sqlite_autoincrement=True,
)

feature = sa.Table(
    "feature",
    metadata,
    sa.Column("key", sa.String(100), primary_key=True),
    sa.Column("is_on", sa.Boolean, nullable=False),
    sa.Column("changed_at", UtcTime, nullable=False),
    sa.Column("changed_by", sa.String(100), nullable=False),
)

feature_epoch = sa.Table(
    "feature_epoch",
    metadata,
    sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("epoch", sa.Integer, nullable=False),
)

worker = sa.Table(
    "worker",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("seen_at", UtcTime, nullable=False),
)

# What each worker says of itself, by its name: reports.Report.
worker_report = sa.Table(
    "worker_report",
    metadata,
    sa.Column("worker", sa.String(200), primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("report", sa.Text, nullable=False),
)

hall_time = sa.Table(
    "hall_time",
    metadata,
    sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("elapsed", sa.BigInteger, nullable=False),
)

# When players were last there, by the hall's time. Whoever follows a stream is known to be there or gone; of others
# one only knows when they last asked for something.
presence = sa.Table(
    "presence",
    metadata,
    sa.Column("user_id", ID, sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    sa.Column("by_stream", sa.Boolean, nullable=False),
)

# How many follow a game in each worker that is not a player of it.
spectators = sa.Table(
    "spectators",
    metadata,
    sa.Column("game_id", ID, sa.ForeignKey("game.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("worker_id", ID, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    sa.Index("ix_spectators_seen", "seen_at"),
)

mail = sa.Table(
    "mail",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("user_id", ID, sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
    sa.Column("to", sa.String(254), nullable=False, default=""),  # where else than to the user's own address
    sa.Column("essential", sa.Boolean, nullable=False, default=False),  # about the account: goes out in any case
    sa.Column("subject", sa.String(200), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("status", sa.String(12), nullable=False),
    sa.Column("attempts", sa.SmallInteger, nullable=False, default=0),
    sa.Column("error", sa.String(300), nullable=False, default=""),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("due_at", sa.BigInteger, nullable=False),  # by the hall's time: when there is something to do about it
    sa.Index("ix_mail_due", "status", "due_at"),
)

# What was done that concerns who can do what. Users are named by their ids, without keys, so that a line outlives them.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("kind", _Dotted, nullable=False),
    sa.Column("actor_id", ID),
    sa.Column("by", sa.String(100), nullable=False),  # who did it that is no user
    sa.Column("user_id", ID),  # whom it concerns
    sa.Column("subject", sa.String(200), nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("agent", sa.String(200), nullable=False),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Index("ix_audit_kind", "kind", "id"),
    sa.Index("ix_audit_actor", "actor_id", "id"),
    sa.Index("ix_audit_user", "user_id", "id"),
)

rate = sa.Table(
    "rate",
    metadata,
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("full_at", sa.BigInteger, nullable=False),  # by the hall's time
    sa.Index("ix_rate_full", "full_at"),
)

lease = sa.Table(
    "lease",
    metadata,
    sa.Column("work", sa.String(100), primary_key=True),
    sa.Column("holder", sa.String(100), nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),  # by the hall's time
)

# What a mail's link gives the right to, once. The code itself is in the mail only.
one_time_link = sa.Table(
    "one_time_link",
    metadata,
    sa.Column("code_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("user_id", ID, sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
    sa.Column("auth_epoch", sa.Integer, nullable=False),
    sa.Column("email", sa.String(254), nullable=False),  # the address that it went to
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Index("ix_one_time_link_user", "user_id", "purpose"),
    sa.Index("ix_one_time_link_expiry", "expires_at"),
)

second_factor = sa.Table(
    "second_factor",
    metadata,
    sa.Column("user_id", ID, sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("sealed_secret", sa.LargeBinary(200), nullable=False),  # worth nothing without the hall's key
    sa.Column("last_step", sa.BigInteger, nullable=False),  # the time step of the last code taken: each works once
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("confirmed_at", UtcTime),  # until its first code was given, nobody is asked for one
)

recovery_code = sa.Table(
    "recovery_code",
    metadata,
    sa.Column("user_id", ID, sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("code_hash", sa.LargeBinary(32), primary_key=True),
)

# Which version brought an owner's tables, the hall's or a plugin's, to where they are. Older code reads it as well, to
# say what to install: its columns stay as they are.
upgrade = sa.Table(
    "upgrade",
    metadata,
    sa.Column("owner", sa.String(64), primary_key=True),
    sa.Column("revision", sa.String(40), nullable=False),
    sa.Column("version", sa.String(40), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)

PASSING = frozenset({event.name, lease.name, rate.name, spectators.name, worker.name, worker_report.name})
"""What concerns the processes that run now and means nothing without them; no backup has it."""
