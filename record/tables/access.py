"""Who may see what, and who did."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from record.tables.base import key, metadata, to

consent = Table(  # every answer ever given; the newest of a scope counts
    "consent",
    metadata,
    key(),
    to("patient", "patient_id"),
    Column("scope", String(32), nullable=False),  # record | share-story | record-and-share
    Column("status", String(16), nullable=False),  # active | rejected; of sharing also asked | policy
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
