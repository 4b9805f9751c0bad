"""Who of the clinic was paged about a danger, when, and who answered."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "oncall_inbound",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("provider_message_id", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("said", sa.String(length=16), nullable=False),
        sa.Column("received_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oncall_inbound")),
        sa.UniqueConstraint(
            "provider",
            "account",
            "provider_message_id",
            name=op.f("uq_oncall_inbound_provider_account_provider_message_id"),
        ),
    )
    op.create_index(op.f("ix_oncall_inbound_received_at"), "oncall_inbound", ["received_at"], unique=False)
    op.create_table(
        "oncall_page",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("patient_id", sa.String(length=36), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=True),
        sa.Column("risk", sa.String(length=24), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("round", sa.Integer(), server_default="1", nullable=False),
        sa.Column("due_at", sa.String(length=32), nullable=False),
        sa.Column("exhausted_at", sa.String(length=32), nullable=True),
        sa.Column("told", sa.String(length=16), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.Column("acknowledged_role", sa.String(length=32), nullable=True),
        sa.Column("acknowledged_how", sa.String(length=16), nullable=True),
        sa.Column("acknowledged_at", sa.String(length=32), nullable=True),
        sa.Column("settled_at", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_oncall_page_message_id_message")
        ),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patient.id"], name=op.f("fk_oncall_page_patient_id_patient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oncall_page")),
    )
    op.create_index(
        op.f("ix_oncall_page_patient_id_oncall_page_created_at"),
        "oncall_page",
        ["patient_id", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_oncall_page_status_oncall_page_due_at"), "oncall_page", ["status", "due_at"], unique=False
    )
    op.create_table(
        "oncall_send",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("page_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("provider_message_id", sa.String(length=64), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_attempt_at", sa.String(length=32), nullable=False),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.Column("effect_key", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("sent_at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["page_id"], ["oncall_page.id"], name=op.f("fk_oncall_send_page_id_oncall_page")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oncall_send")),
        sa.UniqueConstraint("effect_key", name=op.f("uq_oncall_send_effect_key")),
    )
    op.create_index(
        op.f("ix_oncall_send_address_oncall_send_kind"), "oncall_send", ["address", "kind"], unique=False
    )
    op.create_index(
        op.f("ix_oncall_send_page_id_oncall_send_step"), "oncall_send", ["page_id", "step"], unique=False
    )
    op.create_index(
        op.f("ix_oncall_send_state_oncall_send_next_attempt_at"),
        "oncall_send",
        ["state", "next_attempt_at"],
        unique=False,
    )
    op.create_table(
        "oncall_task",
        sa.Column("task_id", sa.String(length=36), nullable=False),
        sa.Column("page_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["page_id"], ["oncall_page.id"], name=op.f("fk_oncall_task_page_id_oncall_page")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_oncall_task_task_id_task")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_oncall_task")),
    )
    op.create_index(op.f("ix_oncall_task_page_id"), "oncall_task", ["page_id"], unique=False)
