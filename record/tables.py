"""Every table of Kith, in one place; the same definitions serve SQLite and PostgreSQL.

Identifiers are UUID text made by the application, instants are ISO 8601 UTC text with microseconds
(so that they sort and mean the same on both databases), lab values stay decimal text as written
with a float beside them for charts only.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def apart(subject: str | None) -> str:
    """How another person's series begin: a daughter's sugar is no part of her mother's trend."""
    return "" if (subject or "patient") == "patient" else f"{subject}: "


def series_of(context: Any) -> str:
    """The line of results one belongs to: its analyte, or where that is unknown its code or its name."""
    row = context.get_current_parameters()
    whose = apart(row.get("subject"))
    if row.get("analyte"):
        return f"{whose}{row['analyte']}"
    if row.get("code"):
        return f"{whose}{row.get('system') or ''}|{row['code']}"
    return f"{whose}{str(row['text']).strip().casefold()[:200]}"


def sort_key_of(context: Any) -> str:
    """When it was measured, else when it was told, as UTC of one length, then the id: unique and sortable."""
    row = context.get_current_parameters()
    return f"{sortable(row.get('effective_at') or row['created_at'])} {row['id']}"


def sortable(when: str) -> str:
    """An ISO date or instant of any precision as UTC text of one length; what cannot be read sorts oldest."""
    whole = when + {4: "-01-01", 7: "-01"}.get(len(when), "")
    try:
        instant = datetime.fromisoformat(whole)
    except ValueError:
        return "0000-00-00T00:00:00.000000Z"
    instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def key() -> Column[str]:
    return Column("id", String(36), primary_key=True)


def to(target: str, name: str, nullable: bool = False) -> Column[str]:
    return Column(name, String(36), ForeignKey(f"{target}.id"), nullable=nullable)


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
    # queued | sending | sent | delivered | undelivered | failed | cancelled
    Column("state", String(16), nullable=False),
    Column("provider_message_id", String(64)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", String(32), nullable=False),
    Column("error_code", String(32)),
    Column("created_at", String(32), nullable=False),
    Column("sent_at", String(32)),
    Column("updated_at", String(32), nullable=False),
    UniqueConstraint("message_id", "contact_point_id"),
    Index(None, "state", "contact_point_id", "seq"),  # the first waiting of each phone
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
    Column("status", String(12), nullable=False),  # waiting | held | released | told
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
    Column("kind", String(24), nullable=False),  # new-result
    Column("status", String(12), nullable=False),  # waiting | sent | not-sent
    Column("not_before", String(32), nullable=False),
    Column("reason", String(32)),  # why it was not sent
    Column("created_at", String(32), nullable=False),
    Column("done_at", String(32)),
    Column("effect_key", String(200), unique=True),
    Index(None, "patient_id", "status"),
    Index(None, "status", "not_before"),
)

statement = Table(  # the person's own words, and what was heard in them
    "statement",
    metadata,
    key(),
    to("patient", "patient_id"),
    to("message", "message_id"),
    # stressor feeling loss strength goal worry barrier medicine symptom story
    Column("category", String(24), nullable=False),
    Column("code", String(64)),  # domain or feeling code
    Column("quote", Text, nullable=False),  # exact words
    Column("start", Integer),
    Column("end", Integer),
    Column("subject", String(64), nullable=False),  # patient | other
    Column("temporality", String(8), nullable=False),  # now past feared
    Column("polarity", String(8), nullable=False),  # affirmed negated
    Column("origin", String(24), nullable=False),  # told told-by-caregiver inferred
    Column("item", String(64)),  # the story question it answers, if any
    Column("rule", Text),
    Column("status", String(24), nullable=False),  # active | retracted
    Column("effect_key", String(200), unique=True),
    Column("created_at", String(32), nullable=False),
    Index(None, "patient_id", "created_at"),
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

consent = Table(  # every answer ever given; the newest of a scope counts
    "consent",
    metadata,
    key(),
    to("patient", "patient_id"),
    Column("scope", String(32), nullable=False),  # record-and-share
    Column("status", String(16), nullable=False),  # active | rejected
    Column("message_id", String(36), ForeignKey("message.id")),
    Column("effect_key", String(200), unique=True),
    Column("created_at", String(32), nullable=False),
    Index(None, "patient_id", "scope", "created_at"),
)

user = Table(
    "user",
    metadata,
    key(),
    Column("username", String(64), nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("role", String(32), nullable=False),  # nurse physician social-worker engineer
    Column("password_hash", Text, nullable=False),
    Column("totp_secret", Text),
    Column("totp_step", Integer),  # the last time step accepted: a code works once
    Column("failed_logins", Integer, nullable=False, server_default="0"),
    Column("locked_until", String(32)),
    Column("created_at", String(32), nullable=False),
    Column("disabled_at", String(32)),
)

session = Table(
    "session",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of the cookie's random token
    to("user", "user_id"),
    Column("csrf_token", String(64), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("seen_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
)

audit_event = Table(  # append-only, hash-chained: each row carries the digest of the one before
    "audit_event",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("agent", String(64), nullable=False),  # user id, "gateway", "kith import", …
    Column("action", String(32), nullable=False),  # C R U D E, with a subtype after a colon
    Column("entity", Text, nullable=False),  # Patient/<id>, User/<id>
    Column("outcome", String(8), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)

import_batch = Table(  # one row a file or message taken in whole
    "import_batch",
    metadata,
    key(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("format", String(16), nullable=False),
    Column("name", Text),
    Column("report", JSON, nullable=False),
    Column("created_at", String(32), nullable=False),
)

clinic_system = Table(  # a laboratory or record system that may send over HTTP
    "clinic_system",
    metadata,
    key(),
    Column("name", String(64), nullable=False, unique=True),
    Column("token_hash", String(64), nullable=False, unique=True),  # SHA-256 of its random token
    Column("may", String(16), nullable=False),  # write | read | read+write
    Column("created_at", String(32), nullable=False),
    Column("disabled_at", String(32)),
)
