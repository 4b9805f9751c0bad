"""Results kept back from their patient, and texts that wait for their time."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_result",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("observation_id", sa.String(length=36), nullable=False),
        sa.Column("policy", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("release_at", sa.String(length=32), nullable=True),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("decided_at", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_kept_result_patient_id_patient")
        ),
        sa.ForeignKeyConstraint(
            ["observation_id"], ["observation.id"], name=op.f("fk_kept_result_observation_id_observation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_result")),
        sa.UniqueConstraint("observation_id", name=op.f("uq_kept_result_observation_id")),
    )
    with op.batch_alter_table("kept_result", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_kept_result_patient_id_kept_result_status"), ["patient_id", "status"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_kept_result_status_kept_result_release_at"), ["status", "release_at"], unique=False
        )
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("not_before", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("done_at", sa.String(length=32), nullable=True),
        sa.Column("effect_key", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_notice_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("effect_key", name=op.f("uq_notice_effect_key")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_notice_patient_id_notice_status"), ["patient_id", "status"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_notice_status_notice_not_before"), ["status", "not_before"], unique=False
        )
