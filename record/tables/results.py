"""Laboratory results, and what may be told of them when."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from record.tables.base import key, metadata, series_of, sort_key_of, to

observation = Table(
    "observation",
    metadata,
    key(),
    to("patient", "patient_id"),
    Column("category", String(32), nullable=False),  # laboratory | vital-signs | survey | social-history
    Column("origin", String(24), nullable=False),  # measured | told | told-by-caregiver
    Column("status", String(24), nullable=False),  # FHIR: final corrected preliminary entered-in-error …
    Column("system", Text),
    Column("code", Text),  # LOINC where known
    Column("source_code", Text),  # the sender's own code where it is not LOINC: "WBC"
    Column("analyte", String(64)),  # catalogue key; NULL: kept as it came, not judged
    Column("text", Text, nullable=False),  # the test's name as written
    Column("subject", String(64), nullable=False, server_default="patient"),  # or whose, as told: "daughter"
    Column("value", Text),  # as written: "5.9", "12-14", "positive"
    Column("comparator", String(2)),
    Column("value_num", Float),  # for charts and sorting only
    Column("unit", Text),  # UCUM, NULL: none said
    Column("unit_text", Text),
    Column("unit_inferred", Boolean, nullable=False, server_default="0"),
    Column("low", Text),
    Column("high", Text),
    Column("range_text", Text),
    Column("interpretation", String(4)),  # NULL: not judged
    Column("tier", String(16)),  # act-now call-today this-week next-visit nothing
    Column("rule", Text),
    Column("effective_at", String(32)),  # when it was measured, as far as known
    Column("released_at", String(32)),  # NULL: never told to the patient
    Column("message_id", String(36), ForeignKey("message.id")),
    Column("quote", Text),
    Column("note", Text),  # the laboratory's own remark on it
    Column("start", Integer),
    Column("end", Integer),
    Column("source_system", Text),
    Column("effect_key", String(200), unique=True),
    Column("created_at", String(32), nullable=False),
    Column("series", Text, nullable=False, default=series_of),
    Column("sort_key", String(80), nullable=False, default=sort_key_of),
    Index(None, "patient_id", "series", "sort_key"),  # the newest few of each series, however many there are
)

kept_result = Table(  # a result kept back from its patient, and what became of it (record.release)
    "kept_result",
    metadata,
    key(),
    to("patient", "patient_id"),
    to("observation", "observation_id"),
    Column("policy", String(16), nullable=False),  # after_review | never_by_bot
    Column("rule", String(64), nullable=False),  # the row of release.toml, or "critical"
    Column("status", String(12), nullable=False),  # waiting held released told withdrawn
    Column("release_at", String(32)),  # then by itself; NULL: only by a person
    Column("decided_by", String(36)),
    Column("decided_at", String(32)),
    Column("created_at", String(32), nullable=False),
    UniqueConstraint("observation_id"),
    Index(None, "patient_id", "status"),
    Index(None, "status", "release_at"),
)

notice = Table(  # a text nobody asked for, that waits for its time; sent once
    "notice",
    metadata,
    key(),
    to("patient", "patient_id"),
    Column("kind", String(24), nullable=False),  # new-result | resource-check
    Column("status", String(12), nullable=False),  # waiting | sent | not-sent
    Column("not_before", String(32), nullable=False),
    Column("reason", String(32)),  # why it was not sent
    Column("created_at", String(32), nullable=False),
    Column("done_at", String(32)),
    Column("effect_key", String(200), unique=True),
    Index(None, "patient_id", "status"),
    Index(None, "status", "not_before"),
)
