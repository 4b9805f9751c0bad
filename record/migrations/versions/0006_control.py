"""Lines corrected with their history, lines kept from someone, and people who write for a patient."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("replaces", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("withheld_from", sa.String(length=64), nullable=True))
    op.create_table(
        "related_person",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("patient_is", sa.String(length=64), nullable=False),
        sa.Column("effect_key", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_related_person_patient_id_patient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_related_person")),
        sa.UniqueConstraint("effect_key", name=op.f("uq_related_person_effect_key")),
    )
    op.create_index("ix_related_person_patient_id", "related_person", ["patient_id"])
