"""Time, offers, guests, presence and mail. Clocks of games from before, which had none, begin with the hall's time."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TIMES = '{"seats":[{},{}],"started":0}'
_ADDED: dict[str, list[sa.Column[Any]]] = {
    "user": [
        sa.Column("is_guest", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("mail_notices", sa.Boolean(), nullable=False, server_default=sa.true()),
    ],
    "challenge": [
        sa.Column("pair", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("expires_at", sa.BigInteger()),
    ],
    "game": [
        sa.Column("times", sa.Text(), nullable=False, server_default=_TIMES),
        sa.Column("flag_at", sa.BigInteger()),
        sa.Column("offers", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("revision", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rematch_id", sa.String(length=26)),
        sa.Column("turn_at", sa.BigInteger()),
        sa.Column("noticed", sa.Boolean(), nullable=False, server_default=sa.false()),
    ],
    "game_move": [
        sa.Column("spent", sa.Text(), nullable=False, server_default="{}"),
        sa.Column("times", sa.Text(), nullable=False, server_default=_TIMES),
    ],
}
_INDEXES = [
    ("ix_challenge_expiry", "challenge", ["status", "expires_at"]),
    ("ix_game_flag", "game", ["flag_at"]),
    ("ix_game_turn", "game", ["status", "noticed", "turn_at"]),
]


def upgrade() -> None:
    for table, columns in _ADDED.items():
        for column in columns:
            op.add_column(table, column)
    for name, table, names in _INDEXES:
        op.create_index(name, table, names)
    op.create_table(
        "hall_time",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("elapsed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute(sa.text("INSERT INTO hall_time (id, elapsed) VALUES (1, 0)"))
    op.create_table(
        "presence",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("by_stream", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "spectators",
        sa.Column("game_id", sa.String(length=26), nullable=False),
        sa.Column("worker_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["game_id"], ["game.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("game_id", "worker_id"),
    )
    op.create_index("ix_spectators_seen", "spectators", ["seen_at"])
    op.create_table(
        "mail",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_mail_due", "mail", ["status", "due_at"])


def downgrade() -> None:
    for name in ("mail", "spectators", "presence", "hall_time"):
        op.drop_table(name)
    for name, table, _ in _INDEXES:
        op.drop_index(name, table_name=table)
    for table, columns in reversed(list(_ADDED.items())):
        for column in reversed(columns):
            op.drop_column(table, column.name)
