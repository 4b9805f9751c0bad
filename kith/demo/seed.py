"""Put the demo patients and their phones into the record, and make a sign-in for a nurse."""

import json
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, Engine

from kith.demo.bundle import bundle
from kith.settings import Settings
from record import people, users
from record.database import connect, migrate
from record.ids import now
from record.intake import take_in
from record.sharing import RECORD, SHARE

USERNAME = "nurse"


@dataclass(frozen=True)
class DemoReport:
    """What to tell a newcomer."""

    username: str
    password: str
    phones: tuple[str, ...]


def seed(settings: Settings) -> DemoReport:
    """Idempotent: a second start finds everything there. The password is this machine's own."""
    engine = connect(settings.database_url)
    migrate(engine)
    everyone = tomllib.loads(files("kith.demo").joinpath("patients.toml").read_text())["patient"]
    for person in everyone:
        add_patient(engine, person)
    password = kept_password(settings)
    with engine.begin() as connection:
        add_nurse(connection, password)
    engine.dispose()
    return DemoReport(USERNAME, password, tuple(person["phone"] for person in everyone))


def add_patient(engine: Engine, person: Mapping[str, Any]) -> None:
    """Their results as a laboratory sends them, then their phone, consent and identity check."""
    with engine.connect() as connection:
        if people.find_contact(connection, "sms", person["phone"]):
            return
    at = now()
    report = take_in(
        engine, json.dumps(bundle(person)), format="fhir-r4", name=f"demo {person['key']}", at=at, news=False
    )
    with engine.begin() as connection:
        patient_id = report.patient_ids[0]
        people.ensure_contact(connection, "sms", person["phone"], at, patient_id=patient_id)
        people.verify_identity(connection, patient_id, at)
        # Some have said yes to showing their team what they tell, one has not: a newcomer sees both pages.
        people.give_consent(connection, patient_id, "active", at, scope=RECORD)
        if person["shares"]:
            people.give_consent(connection, patient_id, "active", at, scope=SHARE)


def add_nurse(connection: Connection, password: str) -> None:
    known = {each.username for each in users.everyone(connection)}
    if USERNAME not in known:
        users.create(
            connection,
            username=USERNAME,
            display_name="Nora Reyes, RN",
            role="nurse",
            password=password,
            at=now(),
        )


def kept_password(settings: Settings) -> str:
    """Made once on this machine: no password that everyone knows is ever in use."""
    path = settings.var_dir / "demo-password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9))
    return path.read_text().strip()
