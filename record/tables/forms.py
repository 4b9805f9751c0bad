"""The published forms a clinic holds the licence for, as it supplied them."""

from sqlalchemy import Boolean, Column, String, Table, Text

from record.tables.base import metadata

clinic_form = Table(  # kept after its file is gone, so that what was answered can still be read
    "clinic_form",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("definition", Text, nullable=False),  # JSON: codes, wording and the owner's notice
    Column("in_use", Boolean, nullable=False),  # whether it may be asked now
    Column("noted_at", String(32), nullable=False),
)
