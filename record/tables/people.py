"""Who a person is, and what their chart says of them."""

from sqlalchemy import Boolean, Column, Index, String, Table, Text, UniqueConstraint

from record.tables.base import key, metadata, to

patient = Table(
    "patient",
    metadata,
    key(),
    Column("given", Text),
    Column("family", Text),
    Column("birth_date", String(10)),  # ISO date, or the year-month or year a source gave
    Column("sex", String(16)),  # FHIR administrative gender: female male other unknown
    Column("pregnant", Boolean),  # NULL: not known
    Column("language", String(16), nullable=False, server_default="en"),
    Column("timezone", String(64)),  # IANA name; NULL: the clinic's
    Column("identity_verified_at", String(32)),  # no recorded value is told to a person before this
    Column("created_at", String(32), nullable=False),
    Column("deleted_at", String(32)),
)

patient_identifier = Table(
    "patient_identifier",
    metadata,
    key(),
    to("patient", "patient_id"),
    Column("system", Text, nullable=False),
    Column("value", Text, nullable=False),
    UniqueConstraint("system", "value"),
    Index(None, "patient_id"),
)

related_person = Table(  # someone who writes for the patient
    "related_person",
    metadata,
    key(),
    to("patient", "patient_id"),
    Column("name", Text),  # as they gave it; NULL: not said
    Column("patient_is", String(64), nullable=False),  # what the patient is to them: "mother"
    Column("effect_key", String(200), unique=True),
    Column("created_at", String(32), nullable=False),
    Index(None, "patient_id"),
)

condition = Table(
    "condition",
    metadata,
    key(),
    to("patient", "patient_id"),
    Column("system", Text),
    Column("code", Text),
    Column("text", Text, nullable=False),
    Column("clinical_status", String(32)),
    Column("onset", String(32)),
    Column("effect_key", String(200), unique=True),
    Index(None, "patient_id"),
)

medication = Table(
    "medication",
    metadata,
    key(),
    to("patient", "patient_id"),
    Column("system", Text),
    Column("code", Text),
    Column("text", Text, nullable=False),
    Column("status", String(32)),
    Column("effect_key", String(200), unique=True),
    Index(None, "patient_id"),
)
