"""Whether the person or the network ended the texts, and when the person last wanted them again."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact_point", sa.Column("opted_out_by", sa.String(length=16), nullable=True))
    op.add_column("contact_point", sa.Column("opted_in_at", sa.String(length=32), nullable=True))
