"""Answers to published forms, and numbers given with what came of them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "screening_answer",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("screener", sa.String(length=32), nullable=False),
        sa.Column("round", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("codes", sa.String(length=200), server_default="", nullable=False),
        sa.Column("absent", sa.String(length=24), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("origin", sa.String(length=24), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("effect_key", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_screening_answer_patient_id_patient")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_screening_answer_message_id_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_answer")),
        sa.UniqueConstraint("effect_key", name=op.f("uq_screening_answer_effect_key")),
    )
    with op.batch_alter_table("screening_answer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_screening_answer_patient_id_screening_answer_created_at"),
            ["patient_id", "created_at"],
            unique=False,
        )
    op.create_table(
        "referral",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("resource", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("need", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.String(length=32), nullable=True),
        sa.Column("answered_at", sa.String(length=32), nullable=True),
        sa.Column("answer_message_id", sa.String(length=36), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("effect_key", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_referral_patient_id_patient")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_referral_message_id_message")),
        sa.ForeignKeyConstraint(
            ["answer_message_id"], ["message.id"], name=op.f("fk_referral_answer_message_id_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("effect_key", name=op.f("uq_referral_effect_key")),
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_referral_patient_id_referral_status"), ["patient_id", "status"], unique=False
        )
