"""Dangers and things to do, for the care team."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from record.tables.base import key, metadata, to

flag = Table(  # FHIR Flag: a danger someone must see
    "flag",
    metadata,
    key(),
    to("patient", "patient_id"),
    to("message", "message_id"),
    Column("level", String(16), nullable=False),  # emergency | crisis | soon
    Column("code", String(64), nullable=False),
    Column("quote", Text),
    Column("rule", Text),
    Column("status", String(16), nullable=False),  # active | inactive | entered-in-error
    Column("effect_key", String(200), unique=True),
    Column("created_at", String(32), nullable=False),
    Index(None, "patient_id", "status"),
)

task = Table(  # FHIR Task: something a person of the care team is to do
    "task",
    metadata,
    key(),
    to("patient", "patient_id"),
    Column("message_id", String(36), ForeignKey("message.id")),
    Column("code", String(64), nullable=False),
    Column("priority", String(8), nullable=False),  # routine urgent asap stat
    Column("description", Text, nullable=False),
    Column("quote", Text),
    Column("status", String(16), nullable=False),  # requested | completed | cancelled
    Column("completed_by", String(36)),
    Column("completed_at", String(32)),
    Column("effect_key", String(200), unique=True),
    Column("created_at", String(32), nullable=False),
    Index(None, "status", "priority"),
    Index(None, "patient_id", "status"),
)

referral = Table(  # a number of the clinic's directory that a person asked for, and whether it helped
    "referral",
    metadata,
    key(),
    to("patient", "patient_id"),
    to("message", "message_id"),
    Column("resource", String(64), nullable=False),  # its id in the directory
    Column("name", Text, nullable=False),  # as it was given: a directory changes
    Column("phone", String(32), nullable=False),
    Column("need", String(64), nullable=False),
    # given; asked: the one text went out; not-asked: it may not; reached | not-reached | not-needed
    Column("status", String(16), nullable=False),
    Column("asked_at", String(32)),
    Column("answered_at", String(32)),
    Column("answer_message_id", String(36), ForeignKey("message.id")),
    Column("quote", Text),  # their answer in their own words
    Column("effect_key", String(200), unique=True),
    Column("created_at", String(32), nullable=False),
    Index(None, "patient_id", "status"),
)
