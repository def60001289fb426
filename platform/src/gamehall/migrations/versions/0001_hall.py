"""The hall's first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("tx", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_order", "event", ["tx", "id"], unique=False)
    op.create_table(
        "feature",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "feature_epoch",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "game",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("ruleset", sa.String(length=64), nullable=False),
        sa.Column("ruleset_version", sa.Integer(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("ply", sa.Integer(), nullable=False),
        sa.Column("to_act", sa.SmallInteger(), nullable=True),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("winner", sa.SmallInteger(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("sides", sa.String(length=200), nullable=False),
        sa.Column("start_position", sa.Text(), nullable=False),
        sa.Column("start_scene", sa.Text(), nullable=False),
        sa.Column("final_scene", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_game_ruleset", "game", ["ruleset", "status", "id"], unique=False)
    op.create_index("ix_game_status", "game", ["status", "id"], unique=False)
    op.create_table(
        "user",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("username_key", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("display_name", sa.String(length=50), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("auth_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email_key"),
        sa.UniqueConstraint("username_key"),
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "challenge",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("ruleset", sa.String(length=64), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("challenger_id", sa.String(length=26), nullable=False),
        sa.Column("opponent_id", sa.String(length=26), nullable=True),
        sa.Column("seat", sa.SmallInteger(), nullable=True),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("by_link", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("game_id", sa.String(length=26), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["challenger_id"], ["user.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["opponent_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_challenge_challenger", "challenge", ["challenger_id", "status", "id"], unique=False)
    op.create_index("ix_challenge_open", "challenge", ["status", "is_open", "id"], unique=False)
    op.create_index("ix_challenge_opponent", "challenge", ["opponent_id", "status", "id"], unique=False)
    op.create_table(
        "game_move",
        sa.Column("game_id", sa.String(length=26), nullable=False),
        sa.Column("ply", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seat", sa.SmallInteger(), nullable=False),
        sa.Column("move", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("to_act", sa.SmallInteger(), nullable=True),
        sa.Column("cursor", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["game_id"], ["game.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("game_id", "ply"),
    )
    op.create_table(
        "game_seat",
        sa.Column("game_id", sa.String(length=26), nullable=False),
        sa.Column("seat", sa.SmallInteger(), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["game_id"], ["game.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
        ),
        sa.PrimaryKeyConstraint("game_id", "seat"),
    )
    op.create_index("ix_game_seat_user", "game_seat", ["user_id", "game_id"], unique=False)
    op.execute(sa.text("INSERT INTO feature_epoch (id, epoch) VALUES (1, 1)"))


def downgrade() -> None:
    op.drop_index("ix_game_seat_user", table_name="game_seat")
    op.drop_table("game_seat")
    op.drop_table("game_move")
    op.drop_index("ix_challenge_opponent", table_name="challenge")
    op.drop_index("ix_challenge_open", table_name="challenge")
    op.drop_index("ix_challenge_challenger", table_name="challenge")
    op.drop_table("challenge")
    op.drop_table("worker")
    op.drop_table("user")
    op.drop_index("ix_game_status", table_name="game")
    op.drop_index("ix_game_ruleset", table_name="game")
    op.drop_table("game")
    op.drop_table("feature_epoch")
    op.drop_table("feature")
    op.drop_index("ix_event_order", table_name="event")
    op.drop_table("event")
