"""The engineer's door, by the admin token only: a patient with what the clinic knows of them already."""

import asyncio
import secrets
from typing import Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, select
from starlette.responses import JSONResponse, Response

from gateway.answers import NO_STORE, Outcome
from gateway.parts import Parts
from gateway.phones import e164
from gateway.prior import bundle_of
from gateway.records_routes import ADMIN, is_admin, take_record
from gateway.widget_routes import digest
from record import audit
from record.ids import now
from record.people import change_patient, ensure_contact, give_consent, verify_identity
from record.tables import patient


class PriorResult(BaseModel):
    """An earlier lab result of a new patient."""

    model_config = ConfigDict(extra="forbid")

    loinc: str
    value: str | int | float
    unit: str | None = None
    date: str | None = None
    low: str | int | float | None = None
    high: str | int | float | None = None


class NewContact(BaseModel):
    """`sms` with a number, or `web`: then a token is made and handed back once."""

    model_config = ConfigDict(extra="ignore")

    system: Literal["sms", "web"]
    value: str = ""


class NewPatient(BaseModel):
    """A patient with what the clinic knows already. FHIR's names and codes."""

    model_config = ConfigDict(extra="forbid")

    given: str | None = None
    family: str | None = None
    sex: Literal["female", "male", "other", "unknown"] | None = None
    birthDate: str | None = Field(None, pattern=r"^\d{4}(-\d\d(-\d\d)?)?$")  # FHIR's spelling
    pregnant: bool | None = None
    conditions: list[str] = []
    results: list[PriorResult] = []
    consent: bool | None = None
    identityVerified: bool = False
    contact: NewContact | None = None


def routes(parts: Parts) -> APIRouter:
    """`/admin/patients`."""
    router = APIRouter(dependencies=[Depends(_token(parts))])

    @router.post("/admin/patients")
    async def make(new: NewPatient) -> Response:
        made = await parts.store.write(lambda connection: _make(connection, new))
        if new.conditions or new.results:
            bundle = bundle_of(new.conditions, [each.model_dump() for each in new.results])
            await asyncio.to_thread(
                take_record, parts, bundle, "fhir-r4", "earlier results", made["patient_id"], news=False
            )
        return JSONResponse(made, 201, NO_STORE)

    return router


def _token(parts: Parts) -> Any:
    async def check(request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not is_admin(parts, token):
            parts.metrics.refused.labels("admin", "token").inc()
            raise Outcome(401, "login", "A bearer token is needed")

    return check


def _make(connection: Connection, new: NewPatient) -> dict[str, Any]:
    at = now()
    contact = new.contact or NewContact(system="web")
    token = secrets.token_urlsafe(32) if contact.system == "web" else None
    number = e164(contact.value) if contact.system == "sms" else None
    if contact.system == "sms" and number is None:
        raise Outcome(
            422, "value", "An sms contact needs a phone number that can exist, such as +12025550123"
        )
    found = ensure_contact(connection, contact.system, digest(token) if token else str(number), at)
    if not found.created and _known(connection, found.patient_id):
        raise Outcome(409, "duplicate", "This contact already belongs to a patient")
    change_patient(
        connection,
        found.patient_id,
        given=new.given,
        family=new.family,
        sex=new.sex,
        birth_date=new.birthDate,
        pregnant=new.pregnant,
    )
    if new.consent is not None:
        give_consent(connection, found.patient_id, "active" if new.consent else "rejected", at)
    if new.identityVerified:
        verify_identity(connection, found.patient_id, at)
    audit.append(connection, at=at, agent=ADMIN, action="C", entity=f"Patient/{found.patient_id}")
    return {
        "patient_id": found.patient_id,
        "conversation_id": found.conversation_id,
        "contact_point_id": found.contact_point_id,
        "contact": {"system": contact.system, "value": number or contact.value, "token": token},
    }


def _known(connection: Connection, patient_id: str) -> bool:
    """Whether the clinic has already said who this is."""
    row = connection.execute(
        select(patient.c.family, patient.c.birth_date, patient.c.sex).where(patient.c.id == patient_id)
    ).one()
    return any(value is not None for value in row)
