"""When the person at a browser last proved who they are, and whether they were an admin when the session began."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("web_htmx_session", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("web_htmx_session", sa.Column("is_admin", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("web_htmx_session", "is_admin")
    op.drop_column("web_htmx_session", "confirmed_at")
