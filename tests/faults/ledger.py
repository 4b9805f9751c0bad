"""The oracle: what the network accepted on one side, what stands in the record on the other."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import Engine, select

from kith.stack import Stack
from record.database import connect
from record.tables import inbox, message, observation, outbox

PATIENCE = 240.0
"""Seconds until everything must have come right: a lost webhook is looked for every minute."""

AT_REST = ("delivered", "cancelled")


@dataclass
class Patient:
    """One phone, with the ids the network gave its texts, in the order they were accepted."""

    number: str
    patient_id: str
    conversation_id: str
    accepted: list[str] = field(default_factory=list)


class Ledger:
    """Speaks as phones to a running stack, and afterwards compares both books."""

    def __init__(self, stack: Stack) -> None:
        settings = stack.settings
        self.engine: Engine = connect(settings.database_url, read_only=True)
        token = {"Authorization": f"Bearer {settings.admin_token.value}"}
        self.admin = httpx.Client(base_url=settings.gateway_url, headers=token, timeout=30)
        self.network = httpx.Client(base_url=settings.standin_url, timeout=60)
        self.patients: list[Patient] = []

    def new_patient(self) -> Patient:
        """A person with a phone who has consented."""
        number = f"+1303{len(self.patients) + 1:07d}"
        person = {"consent": True, "identityVerified": True, "contact": {"system": "sms", "value": number}}
        made = self.admin.post("/admin/patients", json=person).raise_for_status().json()
        self.patients.append(Patient(number, made["patient_id"], made["conversation_id"]))
        return self.patients[-1]

    def fault(self, kind: str, patient: Patient, **more: Any) -> None:
        """The network will misbehave so, once, towards this phone."""
        fault = {"kind": kind, "number": patient.number, **more}
        self.network.post("/control/faults", json=fault).raise_for_status()

    def text(self, patient: Patient, words: str) -> str:
        """The network takes a text, whatever becomes of the webhook; its id."""
        answer = self.network.post("/phone/messages", json={"from": patient.number, "body": words})
        sid = str(answer.raise_for_status().json()["sid"])
        patient.accepted.append(sid)
        return sid

    def settle(self) -> None:
        """Until every accepted text is answered and every answer delivered; AssertionError with the rest."""
        left = until(lambda: not self.unsettled(), PATIENCE)
        assert left, f"not settled after {PATIENCE:.0f} s: {self.unsettled()}"

    def unsettled(self) -> list[str]:
        """What is still open, in words."""
        accepted = {sid for each in self.patients for sid in each.accepted}
        with self.engine.connect() as connection:
            rows = connection.execute(select(inbox.c.provider_message_id, inbox.c.state))
            states = {row[0]: row[1] for row in rows}
            texts = Counter(connection.scalars(select(outbox.c.state)))
        missing = [f"{sid} never came in" for sid in accepted - states.keys()]
        waiting = [f"{sid} is {states[sid]}" for sid in accepted & states.keys() if states[sid] != "done"]
        return missing + waiting + [f"{n} texts {s}" for s, n in texts.items() if s not in AT_REST]

    def compare(self) -> list[str]:
        """Every difference between the books: lost, doubled, out of order or never said."""
        return [found for each in self.patients for found in self._differences(each)]

    def _differences(self, patient: Patient) -> list[str]:
        with self.engine.connect() as connection:
            came = connection.execute(
                select(inbox.c.provider_message_id, inbox.c.id)
                .where(inbox.c.conversation_id == patient.conversation_id)
                .order_by(inbox.c.seq)
            ).all()
            said = connection.execute(
                select(message.c.effect_key, message.c.text)
                .where(message.c.conversation_id == patient.conversation_id, message.c.direction == "out")
                .order_by(message.c.seq)
            ).all()
        found = []
        if [row[0] for row in came] != patient.accepted:
            found.append(f"{patient.number}: accepted {patient.accepted}, stored {[row[0] for row in came]}")
        found += [
            f"{row[0]} has no answer"
            for row in came
            if not any(key in (f"{row[1]}:0", f"{row[1]}:safety") for key, _ in said)
        ]
        arrived = self.arrived(patient)
        if arrived != [text for _, text in said]:
            found.append(f"{patient.number}: said {[text for _, text in said]}, arrived {arrived}")
        return found

    def arrived(self, patient: Patient) -> list[str]:
        """What the phone shows as received, in the order the network took it."""
        shown: Sequence[dict[str, Any]] = self.network.get(
            "/phone/messages", params={"number": patient.number}
        ).json()["messages"]
        return [str(each["body"]) for each in shown if each["direction"] == "received"]

    def results(self, patient: Patient) -> list[str]:
        """The values recorded for this person: each told once must be there once."""
        query = select(observation.c.analyte).where(observation.c.patient_id == patient.patient_id)
        with self.engine.connect() as connection:
            return sorted(str(each) for each in connection.scalars(query))


def until(condition: Callable[[], object], seconds: float, pause: float = 0.2) -> bool:
    """Whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
