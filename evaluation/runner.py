"""Each case as a new patient of a Kith of its own: set up, told, read back."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
from sqlalchemy import Engine, func, select

from evaluation.case import Case
from evaluation.outcome import Outcome, of_type, read
from kith.stack import Stack
from record.database import connect
from record.tables import inbox, message

SMS_LIMIT = 1600  # characters Twilio takes in one message; longer texts come by the widget
PATIENCE = 30.0  # seconds for an answer; what comes later is no answer, as the report counts
POLL = 0.002
MEDIA = {
    "fhir-r4": "application/fhir+json", "hl7v2": "x-application/hl7-v2+er7", "ccda": "application/xml",
    "text": "text/plain",
}  # fmt: skip


class Runner:
    """Speaks to a running stack as phones, a browser and a laboratory would."""

    def __init__(self, stack: Stack) -> None:
        self.settings = stack.settings
        self.engine: Engine = connect(stack.settings.database_url, read_only=True)
        headers = {"Authorization": f"Bearer {stack.settings.admin_token.value}"}
        self.admin = httpx.Client(base_url=stack.settings.gateway_url, headers=headers, timeout=60)
        self.phone = httpx.Client(base_url=stack.settings.standin_url, timeout=30)
        self.number = 0
        self.taken: dict[str, int] = {}  # messages of a conversation already settled

    def run(self, case: Case) -> Outcome:
        """What the case led to. A record that was refused is an outcome, not an error."""
        made = self.new_patient(case)
        before = self._ids_before(case, made["patient_id"])
        refused = self._take_in(case, made["patient_id"])
        answers = [self.exchange(text, made) for text in case.say]
        outcome = read(self.bundle(made["patient_id"]), before)
        replies, latencies = tuple(each[0] for each in answers), tuple(each[1] for each in answers)
        return replace(outcome, replies=replies, latencies=latencies, refused=refused)

    def new_patient(self, case: Case) -> dict[str, Any]:
        """A patient of the case's kind, with a phone (or a widget, where a text would not fit in an SMS)."""
        self.number += 1
        person = self.admin.post("/admin/patients", json=self._patient(case, f"+1202{self.number:07d}"))
        person.raise_for_status()
        made: dict[str, Any] = person.json()
        return made

    def exchange(
        self, text: str, made: Mapping[str, Any], patience: float = PATIENCE
    ) -> tuple[tuple[str, ...], float]:
        """Say one thing: what came back, and the seconds until it stood in the outbox."""
        seen = self.last_seq(made["conversation_id"])
        began = time.perf_counter()
        self.send(text, made)
        self.settle(made["conversation_id"], patience)
        took = time.perf_counter() - began
        return self.replies(made["conversation_id"], seen), took

    def _patient(self, case: Case, number: str) -> dict[str, Any]:
        """Consent given and identity checked, unless the formalities are what is tested."""
        system = "sms" if all(len(text) <= SMS_LIMIT for text in case.say) else "web"
        known = {key: value for key, value in case.patient.items() if value is not None}
        return {
            **known,
            "consent": None if case.formalities else True,
            "identityVerified": True,
            "contact": {"system": system, "value": number},
        }

    def _ids_before(self, case: Case, patient_id: str) -> list[str]:
        if not case.patient.get("results"):
            return []
        return [each["id"] for each in of_type(self.bundle(patient_id), "Observation")]

    def bundle(self, patient_id: str) -> Mapping[str, Any]:
        answer = self.admin.get(f"/fhir/Patient/{patient_id}/$everything")
        answer.raise_for_status()
        bundle: Mapping[str, Any] = answer.json()
        return bundle

    def _take_in(self, case: Case, patient_id: str) -> str | None:
        if case.record is None:
            return None
        answer = self.admin.post(
            "/fhir",
            params={"patient": patient_id},
            content=case.record["content"].encode(),
            headers={"Content-Type": MEDIA[case.record["format"]]},
        )
        return None if answer.is_success else f"{answer.status_code}: {answer.text[:500]}"

    def send(self, text: str, made: Mapping[str, Any]) -> None:
        """By the phone where it fits in a text; the widget otherwise."""
        if made["contact"]["system"] == "sms":
            self.phone.post(
                "/phone/messages", json={"from": made["contact"]["value"], "body": text}
            ).raise_for_status()
            return
        headers = {"Authorization": f"Bearer {made['contact']['token']}"}
        body = {"client_id": f"{made['conversation_id']}-{time.monotonic_ns()}", "text": text}
        self.admin.post("/widget/messages", json=body, headers=headers).raise_for_status()

    def settle(self, conversation_id: str, patience: float = PATIENCE) -> None:
        """Until the message is in and answered."""
        deadline = time.monotonic() + patience
        waiting = select(func.count()).where(
            inbox.c.conversation_id == conversation_id, inbox.c.state == "pending"
        )
        taken = select(func.count()).where(inbox.c.conversation_id == conversation_id)
        before = self.taken.get(conversation_id, 0)
        while time.monotonic() < deadline:
            with self.engine.connect() as connection:
                count = connection.scalar(taken) or 0
                if count > before and not connection.scalar(waiting):
                    self.taken[conversation_id] = count
                    return
            time.sleep(POLL)

    def last_seq(self, conversation_id: str) -> int:
        with self.engine.connect() as connection:
            query = select(func.max(message.c.seq)).where(message.c.conversation_id == conversation_id)
            return int(connection.scalar(query) or 0)

    def replies(self, conversation_id: str, after: int) -> tuple[str, ...]:
        query = (
            select(message.c.text)
            .where(
                message.c.conversation_id == conversation_id,
                message.c.seq > after,
                message.c.direction == "out",
            )
            .order_by(message.c.seq)
        )
        with self.engine.connect() as connection:
            return tuple(connection.scalars(query))
