"""Who of the clinic was paged about a danger, when, by which way, and who answered."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from record.tables.base import key, metadata, to

oncall_page = Table(  # one call for help about one patient; open until someone says "I have it"
    "oncall_page",
    metadata,
    key(),
    to("patient", "patient_id"),
    Column("message_id", String(36), ForeignKey("message.id")),  # what the patient wrote, where they did
    Column("risk", String(24), nullable=False),  # a row of gateway/paging/policy.toml
    Column("code", String(8), nullable=False),  # what "ACK 4821" names
    Column("status", String(16), nullable=False),  # open | acknowledged | closed
    Column("step", Integer, nullable=False, server_default="0"),  # how often someone was to be paged
    Column("round", Integer, nullable=False, server_default="1"),  # how often the list was begun
    Column("due_at", String(32), nullable=False),  # when the next person is paged
    Column("exhausted_at", String(32)),  # the whole list was paged in vain, or nobody was on call
    Column("told", String(16)),  # what the patient last heard of it: paged nobody no-answer seen
    Column("acknowledged_by", Text),  # as the clinic calls them
    Column("acknowledged_role", String(32)),
    Column("acknowledged_how", String(16)),  # sms | page | taken-over | done
    Column("acknowledged_at", String(32)),
    Column("settled_at", String(32)),  # the others paged, and the patient, know who has it
    Column("created_at", String(32), nullable=False),
    Index(None, "status", "due_at"),
    Index(None, "patient_id", "created_at"),
)

oncall_task = Table(  # which tasks a page is about: each task is paged for once
    "oncall_task",
    metadata,
    Column("task_id", String(36), ForeignKey("task.id"), primary_key=True),
    to("oncall_page", "page_id"),
    Column("created_at", String(32), nullable=False),
    Index(None, "page_id"),
)

oncall_send = Table(  # one text or email to someone of the clinic; it names no patient
    "oncall_send",
    metadata,
    key(),
    to("oncall_page", "page_id", nullable=True),  # NULL: an answer to words that named no open page
    Column("kind", String(16), nullable=False),  # page | answer | stand-down | reminder
    Column("step", Integer, nullable=False, server_default="0"),
    Column("person", String(64), nullable=False),  # key of the on-call list
    Column("name", Text, nullable=False),
    Column("channel", String(8), nullable=False),  # sms | email
    Column("address", String(200), nullable=False),
    Column("subject", Text),
    Column("text", Text, nullable=False),
    Column("state", String(16), nullable=False),  # queued sending sent delivered failed cancelled
    Column("provider_message_id", String(64)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", String(32), nullable=False),
    Column("error", String(64)),
    Column("effect_key", String(200), nullable=False, unique=True),
    Column("created_at", String(32), nullable=False),
    Column("sent_at", String(32)),
    Index(None, "state", "next_attempt_at"),
    Index(None, "page_id", "step"),
    Index(None, "address", "kind"),
)

oncall_inbound = Table(  # texts from on-call phones: claimed once, and never a patient's message
    "oncall_inbound",
    metadata,
    key(),
    Column("provider", String(16), nullable=False),
    Column("account", String(64), nullable=False),
    Column("provider_message_id", String(64), nullable=False),
    Column("person", String(64), nullable=False),
    Column("said", String(16), nullable=False),  # ack | other; their words are not kept
    Column("received_at", String(32), nullable=False),
    UniqueConstraint("provider", "account", "provider_message_id"),
    Index(None, "received_at"),
)
