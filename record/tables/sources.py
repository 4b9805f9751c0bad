"""Where records come from."""

from sqlalchemy import JSON, Column, String, Table, Text

from record.tables.base import key, metadata

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
