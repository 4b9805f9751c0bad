"""Indexes: the first waiting row of each conversation and each phone, and the kinds of what was told."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_inbox_state_inbox_next_attempt_at", table_name="inbox")
    op.drop_index("ix_inbox_conversation_id_inbox_state_inbox_seq", table_name="inbox")
    op.create_index(
        "ix_inbox_state_inbox_conversation_id_inbox_seq", "inbox", ["state", "conversation_id", "seq"]
    )
    op.drop_index("ix_outbox_state_outbox_next_attempt_at", table_name="outbox")
    op.create_index(
        "ix_outbox_state_outbox_contact_point_id_outbox_seq", "outbox", ["state", "contact_point_id", "seq"]
    )
    op.create_index("ix_statement_told", "statement", ["patient_id", "status", "category", "code"])
