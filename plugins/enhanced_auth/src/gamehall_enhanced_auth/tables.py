"""One row for each token ever given out; only its hash is kept.

A family is what began with one password: a device's token and its successors, of which at most one is neither revoked
nor superseded. The primary key lets a token have one successor only, whatever happens at the same time.

A device's token is exchanged again and again; a script's is one that lasts until its end, and is alone in its family.
"""

from __future__ import annotations

import sqlalchemy as sa

from gamehall.declare import Retention
from gamehall.tables import ID, UtcTime, user

__all__ = ["DEVICE", "OLD_TOKENS", "SCRIPT", "metadata", "token"]

DEVICE, SCRIPT = "device", "script"

metadata = sa.MetaData()

token = sa.Table(
    "enhanced_auth_token",
    metadata,
    sa.Column("family_id", ID, primary_key=True),
    sa.Column("generation", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("user_id", ID, sa.ForeignKey(user.c.id, ondelete="CASCADE"), nullable=False),
    # The user's at the time of signing in: when it rises, every token made before ends.
    sa.Column("auth_epoch", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("scopes", sa.String(40), nullable=False),  # words with spaces between them
    sa.Column("device_name", sa.String(100), nullable=False),
    sa.Column("device_info", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),  # of the family: when the device signed in
    sa.Column("last_used_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("family_expires_at", UtcTime, nullable=False),
    # Of a token that follows another: then whoever has it needs the one before no longer.
    sa.Column("first_used_at", UtcTime),
    sa.Column("superseded_at", UtcTime),
    sa.Column("rotation_nonce", sa.LargeBinary(16)),
    sa.Column("revoked_at", UtcTime),
    sa.Index("ix_enhanced_auth_token_hash", "token_hash", unique=True),
    sa.Index("ix_enhanced_auth_token_user", "user_id", "expires_at"),
    sa.Index("ix_enhanced_auth_token_expiry", "expires_at"),
)

# So long an expired token can still be told from one that never was.
OLD_TOKENS = Retention("tokens", token.c.expires_at, 30)
