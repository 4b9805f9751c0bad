"""Conversations: what came in, what was said, what goes out."""

from sqlalchemy import JSON, Column, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from record.tables.base import key, metadata, to

conversation = Table(
    "conversation",
    metadata,
    key(),
    to("patient", "patient_id"),
    Column("created_at", String(32), nullable=False),
    Column("last_message_at", String(32)),
    Column("last_seq", Integer, nullable=False, server_default="0"),
    Column("leased_by", String(64)),
    Column("leased_until", String(32)),
    Column("taken_over_by", String(36)),  # a user id: while set, the bot is silent
    Column("taken_over_at", String(32)),
    Column("apologised_at", String(32)),  # "I am having trouble" said; cleared by the next answer
    Index(None, "last_message_at"),
    Index(None, "patient_id"),
)

contact_point = Table(  # where a person is reached: one thread may have several
    "contact_point",
    metadata,
    key(),
    to("patient", "patient_id"),
    to("conversation", "conversation_id"),
    Column("system", String(8), nullable=False),  # sms | web
    Column("value", String(200), nullable=False),  # E.164 number, or SHA-256 of the widget's token
    Column("opted_out_at", String(32)),
    Column("opted_out_by", String(16)),  # patient | network
    Column("opted_in_at", String(32)),  # the last START
    Column("verified_at", String(32)),
    Column("created_at", String(32), nullable=False),
    UniqueConstraint("system", "value"),
    Index(None, "patient_id"),
    Index(None, "conversation_id"),
)

inbox = Table(  # what was accepted; the unique key is the claim
    "inbox",
    metadata,
    key(),
    Column("provider", String(16), nullable=False),  # twilio | widget
    Column("account", String(64), nullable=False),
    Column("provider_message_id", String(64), nullable=False),
    to("conversation", "conversation_id"),
    to("contact_point", "contact_point_id"),
    Column("seq", Integer, nullable=False),  # order within the conversation, the message row's seq
    Column("body", Text, nullable=False),
    Column("fields", JSON, nullable=False),  # everything the provider sent
    Column("screen", JSON),  # what the red-flag screen found
    Column("state", String(16), nullable=False),  # pending | done
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", String(32), nullable=False),
    Column("error", Text),
    Column("received_at", String(32), nullable=False),
    Column("done_at", String(32)),
    UniqueConstraint("provider", "account", "provider_message_id"),
    Index(None, "state", "conversation_id", "seq"),  # the first waiting of each conversation
)

message = Table(  # the conversation as people read it, both directions
    "message",
    metadata,
    key(),
    to("patient", "patient_id"),
    to("conversation", "conversation_id"),
    Column("seq", Integer, nullable=False),
    Column("direction", String(3), nullable=False),  # in | out
    Column("channel", String(8), nullable=False),  # sms | web
    Column("author", String(16), nullable=False),  # patient | caregiver | kith | clinician
    Column("author_name", Text),
    Column("text", Text, nullable=False),
    Column("about", JSON),  # LOINC codes an outgoing message explains
    Column("why", JSON),  # [{says, rule, source}] behind each sentence
    Column("card", JSON),  # what the web shows beside the words
    Column("at", String(32), nullable=False),
    Column("effect_key", String(200), unique=True),  # "<inbox id>:in", "<inbox id>:<ordinal>"
    UniqueConstraint("conversation_id", "seq"),
)

outbox = Table(  # what is to be delivered; the message row holds the words
    "outbox",
    metadata,
    key(),
    to("message", "message_id"),
    to("conversation", "conversation_id"),
    to("contact_point", "contact_point_id"),
    Column("seq", Integer, nullable=False),
    # queued | later | sending | sent | delivered | undelivered | failed | cancelled
    Column("state", String(16), nullable=False),
    Column("kind", String(32)),  # last part of the message's effect key: safety, new-result, a reply's number
    Column(
        "tries", Integer, nullable=False, server_default="0"
    ),  # deliveries that failed and were tried again
    Column("provider_message_id", String(64)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", String(32), nullable=False),
    Column("error_code", String(32)),
    Column("created_at", String(32), nullable=False),
    Column("sent_at", String(32)),
    Column("updated_at", String(32), nullable=False),
    UniqueConstraint("message_id", "contact_point_id"),
    Index(None, "state", "contact_point_id", "seq"),  # the first waiting of each phone
    Index(None, "state", "kind"),  # what is urgent
    Index(None, "conversation_id", "seq"),
    Index(None, "provider_message_id"),
)

attachment = Table(  # a photo or a PDF a person sent; the message it came with is stored before it is fetched
    "attachment",
    metadata,
    key(),
    to("patient", "patient_id"),
    to("message", "message_id"),
    Column("ordinal", Integer, nullable=False),  # its place among the message's attachments, from 0
    # wanted: to be fetched; kept: to be read; read; refused: of no use to anyone; lost: could not be had
    Column("state", String(16), nullable=False),
    Column("url", Text),  # where the provider keeps it; NULL: it came with the message
    Column("kind", String(16)),  # jpeg png … pdf, told from its bytes and never from what was said of it
    Column("size", Integer),
    Column("sha256", String(64)),
    Column("reading", JSON),  # what was read: text, doubtful places, pages, or the problem
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", String(32), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("content", LargeBinary),  # last, so that reading the rest of the row does not walk through it
    UniqueConstraint("message_id", "ordinal"),
    Index(None, "patient_id"),
    Index(None, "state", "next_attempt_at"),
)
