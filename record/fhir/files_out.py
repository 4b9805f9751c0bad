"""Photos and PDFs a person sent, as DocumentReference; their bytes only where they are asked for."""

from base64 import b64encode
from typing import Any

from sqlalchemy import Connection, select

from record.fhir.shape import Resource, reference, said
from record.tables import attachment, message

SENT = "Sent by the patient"


def files(connection: Connection, patient_id: str, kept: frozenset[str], whole: bool) -> list[Resource]:
    """One for each file of a message that is not among `kept`; `whole` puts the bytes in."""
    columns = [column for column in attachment.c if whole or column.name != "content"]
    rows = connection.execute(
        select(*columns, message.c.at)
        .join(message, message.c.id == attachment.c.message_id)
        .where(attachment.c.patient_id == patient_id)
        .order_by(message.c.at, attachment.c.ordinal)
    )
    return [_file(row, row.content if whole else None) for row in rows if row.message_id not in kept]


def _file(row: Any, content: bytes | None) -> Resource:
    """A file that never reached us is said to have been sent, without content."""
    return {
        "resourceType": "DocumentReference",
        "id": row.id,
        "status": "current",
        "docStatus": "final" if row.state in ("kept", "read") else "preliminary",
        "subject": reference(row.patient_id),
        "date": row.at,
        "author": [reference(row.patient_id)],
        "description": SENT,
        "content": [{"attachment": _attachment(row, content)}],
        "context": {"related": [reference(row.message_id)]},
    }


def _attachment(row: Any, content: bytes | None) -> Resource:
    kind = "application/pdf" if row.kind == "pdf" else f"image/{row.kind}" if row.kind else None
    return said(
        contentType=kind,
        data=b64encode(content).decode() if content else None,
        size=row.size,
        title=f"{'PDF' if row.kind == 'pdf' else 'Photo'}, {row.state}",
        creation=row.created_at,
    )
