"""What kind of text waits, and how often its delivery failed: urgent ones pass, others are tried again."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("kind", sa.String(length=32), nullable=True))
    op.add_column("outbox", sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
    op.create_index("ix_outbox_state_outbox_kind", "outbox", ["state", "kind"])
