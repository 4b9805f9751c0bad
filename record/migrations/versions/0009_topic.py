"""The topic of a statement, with an index: the newest few of each, however long the story."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("statement", sa.Column("topic", sa.String(96), nullable=False, server_default=""))
    op.execute("UPDATE statement SET topic = category || '/' || coalesce(code, '')")
    op.create_index("ix_statement_topic", "statement", ["patient_id", "status", "topic", "created_at"])
