"""The door for the clinic's own systems, by token only: records in, a patient's record out."""

import asyncio
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response

from gateway.answers import FHIR_JSON, NO_STORE, Outcome
from gateway.parts import Parts
from record import audit, systems
from record.fhir.export import export_patient
from record.formats import text_of
from record.ids import now
from record.incoming import Malformed
from record.intake import ImportReport, Note, take_in
from record.sharing import Reader

log = structlog.get_logger()

ADMIN = "gateway admin"
AT_ONCE = 2  # records taken in side by side: each is work for a processor that patients wait for too
MOST_ISSUES = 200
FORMATS = {
    "application/fhir+json": "fhir-r4",
    "application/json": "fhir-r4",
    "application/fhir+ndjson": "fhir-r4",
    "application/x-ndjson": "fhir-r4",
    "x-application/hl7-v2+er7": "hl7v2",
    "application/hl7-v2": "hl7v2",
    "application/hl7-v2+er7": "hl7v2",
    "application/cda+xml": "ccda",
    "application/xml": "ccda",
    "text/xml": "ccda",
    "text/plain": "text",
}


@dataclass(frozen=True)
class Caller:
    """Who is at the door, as the audit log calls them; a system reads as the care team does."""

    agent: str
    reader: Reader | None = None


def routes(parts: Parts) -> APIRouter:
    """`POST /fhir` and `GET /fhir/Patient/<id>/$everything`."""
    router = APIRouter()
    turn = asyncio.Semaphore(AT_ONCE)

    @router.post("/fhir")
    async def take(request: Request, patient: str | None = None, name: str = "message") -> Response:
        caller = await allowed(parts, request, "write")
        kind = format_of(request)
        content = _text(await request.body(), kind)
        async with turn:
            report = await asyncio.to_thread(
                take_record, parts, content, kind, name, patient, agent=caller.agent
            )
        log.info("record_taken_in", state="known" if report.known_already else "stored", count=report.taken)
        return JSONResponse(outcome_of(report), 200, NO_STORE, FHIR_JSON)

    @router.get("/fhir/Patient/{patient_id}/$everything")
    async def everything(request: Request, patient_id: str) -> Response:
        caller = await allowed(parts, request, "read")
        bundle = await parts.store.write(lambda connection: _export(connection, patient_id, caller))
        return JSONResponse(bundle, headers=NO_STORE, media_type=FHIR_JSON)

    return router


async def allowed(parts: Parts, request: Request, what: Literal["write", "read"]) -> Caller:
    """Whoever holds the admin token, or a system's with this right. Raises Outcome 401 or 403."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _nobody(parts)
    if is_admin(parts, token):
        return Caller(ADMIN)
    system = None
    if token.startswith(systems.PREFIX):
        system = await parts.store.read(lambda connection: systems.find(connection, token))
    if system is None:
        raise _nobody(parts)
    if not system.allowed(what):
        parts.metrics.refused.labels("records", "right").inc()
        words = {"write": "send records in", "read": "read a patient's record"}[what]
        raise Outcome(403, "forbidden", f"The system {system.name} may not {words}")
    return Caller(f"system {system.name}", Reader())


def is_admin(parts: Parts, token: str) -> bool:
    """Whether this is the admin token, compared in a time that tells nothing of it."""
    expected = parts.config.admin_token.encode()
    return bool(expected) and hmac.compare_digest(token.encode("utf-8", "replace"), expected)


def _nobody(parts: Parts) -> Outcome:
    parts.metrics.refused.labels("records", "token").inc()
    return Outcome(401, "login", "A bearer token is needed")


def format_of(request: Request) -> str | None:
    """The format a Content-Type stands for, None where the content itself must tell; Outcome 415."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind not in FORMATS:
        raise Outcome(415, "not-supported", f"Content-Type {kind[:100]} is not one of {', '.join(FORMATS)}")
    return FORMATS.get(kind)


def _text(body: bytes, kind: str | None) -> str:
    """JSON is UTF-8; the older formats say for themselves what they are written in."""
    try:
        return text_of(body) if kind not in ("fhir-r4", None) else body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Outcome(400, "structure", f"Byte {error.start} is not UTF-8") from None
    except Malformed as error:
        raise Outcome(400, "structure", str(error), error.where) from None


def take_record(
    parts: Parts,
    content: str,
    kind: str | None,
    name: str,
    patient_id: str | None,
    *,
    news: bool = True,
    agent: str = ADMIN,
) -> ImportReport:
    """All of a record or nothing of it; Outcome 422 names the element, 404 a patient there is not."""
    try:
        return take_in(
            parts.store.engine,
            content,
            format=kind,
            name=name[:100],
            at=now(),
            patient_id=patient_id,
            news=news,
            policy=parts.release,
            catalogue=parts.tests,
            agent=agent,
        )
    except Malformed as error:
        raise Outcome(422, "invalid", error.what, error.where) from None
    except LookupError as error:
        raise Outcome(404, "not-found", str(error)) from None
    except ValueError as error:
        raise Outcome(422, "invalid", str(error)) from None


def outcome_of(report: ImportReport) -> dict[str, Any]:
    """What was taken, and element by element what was not and why, as a FHIR OperationOutcome."""
    said = {"severity": "information", "code": "informational", "diagnostics": report.summary()}
    issues = [said, *_issues("warning", "not-supported", "", report.refused)]
    issues += _issues("information", "informational", "kept, not judged: ", report.kept_not_judged)
    if len(issues) > MOST_ISSUES:
        rest = len(issues) - MOST_ISSUES
        more = {"severity": "information", "code": "informational", "diagnostics": f"and {rest} more"}
        issues = [*issues[:MOST_ISSUES], more]
    return {"resourceType": "OperationOutcome", "issue": issues}


def _issues(severity: str, code: str, before: str, notes: Sequence[Note]) -> list[dict[str, Any]]:
    return [
        {"severity": severity, "code": code, "diagnostics": f"{before}{note.why}"}
        | ({"expression": [note.where]} if note.where else {})
        for note in notes
    ]


def _export(connection: Connection, patient_id: str, caller: Caller) -> Any:
    """The record of one patient as this caller may read it; reading it is noted like every read."""
    try:
        bundle = export_patient(connection, patient_id, reader=caller.reader)
    except LookupError:
        raise Outcome(404, "not-found", "There is no such patient") from None
    audit.append(connection, at=now(), agent=caller.agent, action="R", entity=f"Patient/{patient_id}")
    return bundle
