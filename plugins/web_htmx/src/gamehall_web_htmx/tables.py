"""Sessions of people who signed in with a browser, their passkeys, what they have chosen, and what they are told."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from gamehall.declare import Retention
from gamehall.tables import ID, UtcTime
from gamehall.tables import user as host_user

__all__ = [
    "ENDED_SESSIONS",
    "IDLE",
    "OLD_NOTICES",
    "answered",
    "metadata",
    "notice",
    "passkey",
    "prefs",
    "session",
]

IDLE = timedelta(days=7)
"""After how long without a visit a session ends."""

metadata = sa.MetaData()

session = sa.Table(
    "web_htmx_session",
    metadata,
    sa.Column("id", ID, primary_key=True),
    # The cookie's value is not stored, so that nobody who reads the database can sign in with what they find.
    sa.Column("cookie_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("user_id", ID, sa.ForeignKey(host_user.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("auth_epoch", sa.Integer, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("last_seen_at", UtcTime, nullable=False),
    # When the person there last proved who they are, by signing in or once more since.
    sa.Column("confirmed_at", UtcTime),
    # What they were when it began: whoever becomes an admin, or is none any more, signs in anew.
    sa.Column("is_admin", sa.Boolean, nullable=False, default=False),
    sa.Column("user_agent", sa.String(200), nullable=False),
    sa.Index("ix_web_htmx_session_user", "user_id"),
    sa.Index("ix_web_htmx_session_seen", "last_seen_at"),
)

passkey = sa.Table(
    "web_htmx_passkey",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("user_id", ID, sa.ForeignKey(host_user.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("credential", sa.LargeBinary(1023), nullable=False, unique=True),  # its id in browsers
    sa.Column("public_key", sa.LargeBinary(2000), nullable=False),
    sa.Column("sign_count", sa.BigInteger, nullable=False),  # how often it was used, where its device counts that
    sa.Column("name", sa.String(50), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("last_used_at", UtcTime),
    sa.Index("ix_web_htmx_passkey_user", "user_id"),
)

# Challenges that a passkey has answered, until they would not be taken any more anyway: each is taken once.
answered = sa.Table(
    "web_htmx_answered",
    metadata,
    sa.Column("challenge", sa.LargeBinary(32), primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Index("ix_web_htmx_answered_at", "at"),
)

prefs = sa.Table(
    "web_htmx_prefs",
    metadata,
    sa.Column("user_id", ID, sa.ForeignKey(host_user.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("chosen", sa.Text, nullable=False),  # JSON of what differs from how it comes
)

# One for each user and event, so that it is put down once by however many workers.
notice = sa.Table(
    "web_htmx_notice",
    metadata,
    sa.Column("user_id", ID, sa.ForeignKey(host_user.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("tx", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("event_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("plugin", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("link", sa.String(200), nullable=False),
    sa.Column("is_read", sa.Boolean, nullable=False),
    sa.Index("ix_web_htmx_notice_at", "at"),
)

# A session that has ended for another reason is not seen any more, so some days later it is among these.
ENDED_SESSIONS = Retention("sessions", session.c.last_seen_at, 1, lasts=IDLE)
OLD_NOTICES = Retention("notices", notice.c.at, 90)
