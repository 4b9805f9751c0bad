"""A person's own words, and what was asked of them."""

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint

from record.tables.base import key, metadata, to, topic_of

statement = Table(  # the person's own words, and what was heard in them
    "statement",
    metadata,
    key(),
    to("patient", "patient_id"),
    to("message", "message_id"),
    # stressor feeling loss strength goal worry barrier medicine symptom story
    # wish: no words, but the message that asks to keep the line it `replaces` from someone
    Column("category", String(24), nullable=False),
    Column("code", String(64)),  # domain or feeling code
    Column("quote", Text, nullable=False),  # exact words
    Column("start", Integer),
    Column("end", Integer),
    Column("subject", String(64), nullable=False),  # patient | caregiver | other
    Column("temporality", String(8), nullable=False),  # now past feared
    Column("polarity", String(8), nullable=False),  # affirmed negated
    Column("origin", String(24), nullable=False),  # told told-by-caregiver inferred
    Column("item", String(64)),  # the story question it answers, if any
    Column("rule", Text),
    # active | superseded: another line stands in its place | retracted: taken back | wish
    Column("status", String(24), nullable=False),
    Column("replaces", String(36)),  # the line this one corrects, which stays as history
    Column("withheld_from", String(64)),  # kept from a clinician by name, from a role, or from everyone
    Column("effect_key", String(200), unique=True),
    Column("created_at", String(32), nullable=False),
    Index(None, "patient_id", "created_at"),
    Column("topic", String(96), nullable=False, default=topic_of, server_default=""),
    Index(
        "ix_statement_topic", "patient_id", "status", "topic", "created_at"
    ),  # the newest few of each topic
    Index("ix_statement_told", "patient_id", "status", "category", "code"),  # which kinds were told
)

story_item = Table(  # what was asked, answered, declined: never asked twice
    "story_item",
    metadata,
    key(),
    to("patient", "patient_id"),
    Column("item", String(64), nullable=False),
    Column("status", String(16), nullable=False),  # asked answered declined not-now
    Column("updated_at", String(32), nullable=False),
    UniqueConstraint("patient_id", "item"),
)

screening_answer = Table(  # one answer to one item of a published form, as a code and in the person's words
    "screening_answer",
    metadata,
    key(),
    to("patient", "patient_id"),
    to("message", "message_id"),
    Column("screener", String(32), nullable=False),  # phq-2 gad-2 ahc-hrsn
    Column("round", String(64), nullable=False),  # one asking of the whole form
    Column("item", String(64), nullable=False),
    Column("codes", String(200), nullable=False, server_default=""),  # LOINC answer codes, by a space
    Column("absent", String(24)),  # asked-declined | asked-unknown: asked, and no code came of it
    Column("quote", Text),
    Column("origin", String(24), nullable=False),  # told told-by-caregiver
    Column("status", String(24), nullable=False),  # active | retracted
    Column("effect_key", String(200), unique=True),
    Column("created_at", String(32), nullable=False),
    Index(None, "patient_id", "created_at"),
)
