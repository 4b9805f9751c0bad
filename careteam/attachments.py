"""Photos and PDFs beside their messages: shown as a link, handed out as a file, never opened here."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from sqlalchemy import Connection, select
from starlette.exceptions import HTTPException
from starlette.responses import Response

from careteam import looks, thread, who
from careteam.access import Gate, reader
from careteam.config import Clinician
from papers.kinds import CONTENT_TYPES, EXTENSIONS
from record.database import reading
from record.tables import attachment, message

GONE = "There is no such file. It may not have reached us, or it could not be opened."
# Whatever the bytes are, a browser runs nothing of them and shows them in no page of ours.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
}


def routes(gate: Gate) -> APIRouter:
    """`/patients/<id>/files/<id>`."""
    router = APIRouter()
    config = gate.config

    @router.get("/patients/{patient_id}/files/{attachment_id}")
    def file(
        patient_id: str, attachment_id: str, clinician: Annotated[Clinician, Depends(reader)]
    ) -> Response:
        with reading(config.engine) as connection:
            day = config.clock().astimezone(ZoneInfo(config.timezone)).date()
            about = who.find(connection, patient_id, day, clinician)
            found = _file(connection, about, attachment_id) if about else None
        if found is None:
            raise HTTPException(404, GONE)
        looks.note(config.engine, clinician.id, patient_id, config.clock(), "R:file")
        kind, content = found
        name = f"{attachment_id[:8]}.{EXTENSIONS[kind]}"
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=CONTENT_TYPES[kind], headers=headers)

    return router


def _file(connection: Connection, about: who.Who, attachment_id: str) -> tuple[str, bytes] | None:
    """The bytes, where this file is of a message of this patient that the care team may see."""
    row = connection.execute(
        select(attachment.c.kind, attachment.c.content, message.c.at, message.c.id)
        .join(message, message.c.id == attachment.c.message_id)
        .where(attachment.c.id == attachment_id, attachment.c.patient_id == about.id)
    ).one_or_none()
    if row is None or row.content is None or row.kind not in CONTENT_TYPES or row.id in about.kept.messages:
        return None
    return (row.kind, row.content) if thread.may_see(about, row.at) else None
