"""A small made-up clinic in a real database, for the pages to show."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Table, select, update

from record import people, users
from record.database import reading
from record.ids import new_id, stamp
from record.tables import (
    attachment,
    condition,
    contact_point,
    conversation,
    flag,
    medication,
    message,
    observation,
    statement,
    story_item,
    task,
)

PASSWORD = "green lantern 42 rivers"
NOON = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until it is told."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def on(self, **step: float) -> None:
        self.now += timedelta(**step)


@dataclass
class PatientFile:
    """One patient, to be filled."""

    engine: Engine
    clock: Clock
    id: str
    thread: str
    messages: dict[int, str] = field(default_factory=dict)

    def put(self, table: Table, **values: Any) -> str:
        row = {"id": new_id(), "patient_id": self.id, **values}
        if "created_at" in table.c:
            row.setdefault("created_at", stamp(self.clock()))
        with self.engine.begin() as connection:
            connection.execute(table.insert().values(**row))
        return str(row["id"])

    def says(self, text: str, *, ago: timedelta = timedelta(0), **values: Any) -> int:
        """A message of the patient's, or with direction="out" an answer; its number."""
        seq, at = len(self.messages) + 1, stamp(self.clock() - ago)
        row = {"direction": "in", "channel": "sms", "author": "patient", "text": text, "at": at, **values}
        self.messages[seq] = self.put(message, conversation_id=self.thread, seq=seq, **row)
        with self.engine.begin() as connection:
            connection.execute(
                update(conversation)
                .where(conversation.c.id == self.thread)
                .values(last_seq=seq, last_message_at=at)
            )
        return seq

    def told(self, category: str, quote: str, seq: int, **values: Any) -> str:
        row = {
            "code": None,
            "subject": "patient",
            "temporality": "now",
            "polarity": "affirmed",
            "origin": "told",
            "status": "active",
            **values,
        }
        return self.put(statement, category=category, quote=quote, message_id=self.messages[seq], **row)

    def result(self, text: str, value: str, **values: Any) -> str:
        row = {
            "category": "laboratory",
            "origin": "measured",
            "status": "final",
            "system": "http://loinc.org",
        }
        released = stamp(self.clock()) if values.get("origin", "measured") == "measured" else None
        return self.put(
            observation, **{**row, "text": text, "value": value, "released_at": released, **values}
        )

    def flagged(self, level: str, code: str, quote: str, seq: int, **values: Any) -> str:
        return self.put(
            flag,
            level=level,
            code=code,
            quote=quote,
            status="active",
            message_id=self.messages[seq],
            **values,
        )

    def task(self, code: str, priority: str, description: str, seq: int, **values: Any) -> str:
        row = {"status": "requested", "message_id": self.messages[seq], **values}
        return self.put(task, code=code, priority=priority, description=description, **row)


@dataclass
class Clinic:
    """The database, the clock, and whoever was put into it."""

    engine: Engine
    clock: Clock = field(default_factory=Clock)

    def user(self, username: str = "ana", role: str = "nurse", name: str = "Ana Ruiz") -> str:
        with self.engine.begin() as connection:
            return users.create(
                connection,
                username=username,
                display_name=name,
                role=role,
                password=PASSWORD,
                at=stamp(self.clock()),
            ).id

    def patient(
        self,
        given: str | None,
        family: str | None,
        *,
        consent: str | None = "active",
        phone: str = "",
        **known: Any,
    ) -> PatientFile:
        at = stamp(self.clock())
        with self.engine.begin() as connection:
            patient_id = people.create_patient(connection, at=at, given=given, family=family, **known)
            thread = people.conversation_of(connection, patient_id, at)
            if consent:
                people.give_consent(connection, patient_id, consent, at)
            if phone:
                people.verify_identity(connection, patient_id, at)
                people.ensure_contact(connection, "sms", phone, at, patient_id=patient_id)
        return PatientFile(self.engine, self.clock, patient_id, thread)

    def rows(self, table: Table, **where: Any) -> list[Any]:
        query = select(table)
        for name, value in where.items():
            query = query.where(table.c[name] == value)
        with reading(self.engine) as connection:
            return list(connection.execute(query))


def days(count: float) -> timedelta:
    return timedelta(days=count)


def fill(clinic: Clinic) -> PatientFile:
    """A morning at the clinic: six people, one of them told in full. Returns that one."""
    maria = clinic.patient(
        "Maria",
        "Delgado",
        birth_date="1958-11-02",
        sex="female",
        phone="+15005550101",
        timezone="America/New_York",
    )
    _maria(clinic, maria)
    james = clinic.patient("James", "Okafor", birth_date="1971-05-20", sex="male", phone="+15005550102")
    seq = james.says(
        "my chest feels like somebody is standing on it and my arm is numb", ago=timedelta(minutes=9)
    )
    james.flagged(
        "emergency",
        "chest-pain",
        "my chest feels like somebody is standing on it",
        seq,
        created_at=stamp(clinic.clock() - timedelta(minutes=9)),
    )
    james.task(
        "call-patient",
        "stat",
        "Call James now: possible heart attack. He was told to call 911.",
        seq,
        created_at=stamp(clinic.clock() - timedelta(minutes=9)),
    )
    quiet = clinic.patient(None, None, consent=None)
    seq = quiet.says("i want to talk to a real person", ago=timedelta(hours=2), channel="web")
    quiet.task(
        "human",
        "asap",
        "Someone on the website asks for a person.",
        seq,
        quote="i want to talk to a real person",
        created_at=stamp(clinic.clock() - timedelta(hours=2)),
    )
    for given, family, words, ago in (
        (
            "Ruth",
            "Abramson",
            "Thank you, that makes sense now. I will ask Dr. Lee about the iron.",
            days(0.2),
        ),
        ("Walter", "Pham", "what does ldl 162 mean", days(1)),
        ("Aisha", "Rahman", "ok", days(3)),
    ):
        clinic.patient(given, family, phone=f"+1500555{len(given + family):04d}").says(words, ago=ago)
    return maria


def tell_all(clinic: Clinic, maria: PatientFile) -> None:
    """Everything a page can hold, on one person: for printing and for looking at."""
    told = [
        maria.says(
            "I stopped taking the spironolactone, it made me dizzy. The copay was too much anyway",
            ago=days(3),
        ),
        maria.says("I don't have kidney disease, nobody ever told me that", ago=days(2)),
        maria.says("Since Frank died the house is so quiet. Some days I just sit there", ago=days(2)),
        maria.says("We skip meals at the end of the month, my grandson eats first", ago=days(2)),
        maria.says(
            "She has plenty to eat, I bring food over", ago=days(1), author="caregiver", author_name="Rosa"
        ),
        maria.says("The lights got cut off last week", ago=days(1)),
        maria.says("Can you ask why my ankles swell at night?", ago=days(1)),
        maria.says("I sing in the choir on Sundays, that keeps me going", ago=days(1)),
        maria.says("", ago=days(1), card={"media": ["image/jpeg"]}),
    ]  # fmt: skip
    maria.told(
        "medicine",
        "I stopped taking the spironolactone, it made me dizzy",
        told[0],
        code="not-taken-side-effects",
    )
    maria.told("barrier", "The copay was too much anyway", told[0], code="cost")
    maria.told("loss", "Since Frank died", told[2], code="death", temporality="past")
    maria.told("feeling", "Some days I just sit there", told[2], code="sadness", origin="inferred")
    maria.told("stressor", "the house is so quiet", told[2], code="social-connection", origin="inferred")
    maria.told("stressor", "We skip meals at the end of the month", told[3], code="food-insecurity")
    maria.told(
        "stressor", "She has plenty to eat", told[4], code="food-insecurity", polarity="negated",
        origin="told-by-caregiver",
    )  # fmt: skip
    maria.told("stressor", "The lights got cut off last week", told[5], code="utility-insecurity")
    maria.told("question", "Can you ask why my ankles swell at night?", told[6], origin="told")
    maria.told("symptom", "my ankles swell at night", told[6], code="leg-swelling")
    maria.told("strength", "I sing in the choir on Sundays, that keeps me going", told[7], code="faith")
    for text in ("Chronic kidney disease, stage 3", "Type 2 diabetes mellitus", "Hypertension"):
        maria.put(condition, text=text, clinical_status="active")
    maria.put(medication, text="Metformin 500 mg", status="active")
    maria.put(
        attachment, message_id=maria.messages[told[8]], ordinal=0, state="read", kind="jpeg", size=182_000,
        content=b"photo", reading={"problem": None}, next_attempt_at="2026",
    )  # fmt: skip
    chemistry = (
        ("Calcium", "calcium", "17861-6", "9.4", "mg/dL", "8.5", "10.2", "N"),
        ("Chloride", "chloride", "2075-0", "102", "mmol/L", "98", "107", "N"),
        ("Hemoglobin", "hemoglobin", "718-7", "10.9", "g/dL", "12.0", "15.5", "L"),
        ("LDL cholesterol", "ldl", "13457-7", "131", "mg/dL", None, "99", "H"),
        ("Platelets", "platelets", "777-3", "233", "10*3/uL", "150", "400", "N"),
        ("White blood cells", "white_cells", "6690-2", "7.1", "10*3/uL", "4.0", "11.0", "N"),
        ("Albumin", "albumin", "1751-7", "4.0", "g/dL", "3.5", "5.0", "N"),
    )
    for text, analyte, code, value, unit, low, high, interpretation in chemistry:
        maria.result(
            text, value, analyte=analyte, code=code, unit=unit, low=low, high=high,
            interpretation=interpretation, effective_at="2026-02-11",
            note="Specimen slightly hemolyzed." if analyte == "hemoglobin" else None,
        )  # fmt: skip
    for code, text, value, unit in (
        ("8480-6", "Systolic blood pressure", "152", "mm[Hg]"),
        ("8462-4", "Diastolic blood pressure", "88", "mm[Hg]"),
        ("29463-7", "Body weight", "81.4", "kg"),
        ("8867-4", "Heart rate", "76", "/min"),
    ):
        maria.result(text, value, code=code, unit=unit, category="vital-signs", effective_at="2026-02-11")


def _maria(clinic: Clinic, maria: PatientFile) -> None:
    then = [
        maria.says(
            "Hi this is Maria. My bus stopped running so I have not been to the pharmacy in two weeks",
            ago=days(4),
        ),
        maria.says(
            "That sounds hard, Maria. No bus, and two weeks without the pharmacy.\n\n"
            "Who helps you when things get like this?",
            ago=days(4),
            direction="out",
            author="kith",
            why=[
                {"says": "reflects what was heard", "rule": "story.reflect", "source": "docs/architecture.md"}
            ],
        ),
        maria.says(
            "My sister Rosa calls every night. I want to be able to walk to church again", ago=days(4)
        ),
        maria.says(
            "She does not sleep. She is up all night worrying about the kidneys",
            ago=days(3),
            author="caregiver",
            author_name="Rosa",
        ),
        maria.says("What does my potassium of 5.9 mean? I'm scared", ago=days(0.1)),
        maria.says(
            "I hear that this is scary. Your potassium of 5.9 is high. The usual range is 3.5 to 5.1.",
            ago=days(0.1),
            direction="out",
            author="kith",
            why=[{"says": "Potassium 5.9 is high", "rule": "laboratory-range", "source": "laboratory"}],
        ),
    ]
    maria.told("strength", "My sister Rosa calls every night", then[2], code="family")
    maria.told("goal", "I want to be able to walk to church again", then[2])
    maria.told("worry", "worrying about the kidneys", then[3], origin="told-by-caregiver")
    maria.told("stressor", "My bus stopped running", then[0], code="transportation-insecurity")
    maria.told(
        "stressor",
        "I have not been to the pharmacy in two weeks",
        then[0],
        code="transportation-insecurity",
        origin="inferred",
    )
    maria.told("stressor", "She does not sleep", then[3], code="sleep", origin="told-by-caregiver")
    maria.told("feeling", "I'm scared", then[4], code="fear")
    maria.told("medicine", "I have not been to the pharmacy in two weeks", then[0])
    maria.told("stressor", "we do have enough to eat", then[0], code="food-insecurity", polarity="negated")
    maria.put(story_item, item="money", status="declined", updated_at=stamp(clinic.clock()))
    maria.put(medication, text="Lisinopril 20 mg", status="active")
    maria.put(medication, text="Spironolactone 25 mg", status="active")
    for value, on in (("4.4", "2025-09-14"), ("4.7", "2025-12-03"), ("5.2", "2026-02-11")):
        maria.result(
            "Potassium",
            value,
            code="2823-3",
            analyte="potassium",
            unit="mmol/L",
            low="3.5",
            high="5.1",
            interpretation="H" if value == "5.2" else "N",
            effective_at=on,
        )
    maria.result(
        "potassium",
        "5.9",
        code="2823-3",
        analyte="potassium",
        unit="mmol/L",
        unit_inferred=True,
        low="3.5",
        high="5.1",
        interpretation="H",
        origin="told",
        message_id=maria.messages[then[4]],
        quote="potassium of 5.9",
        effective_at=None,
    )
    for value, on in (("1.1", "2025-09-14"), ("1.3", "2025-12-03"), ("1.6", "2026-02-11")):
        maria.result(
            "Creatinine",
            value,
            code="2160-0",
            analyte="creatinine",
            unit="mg/dL",
            low="0.6",
            high="1.1",
            interpretation="H" if value != "1.1" else "N",
            effective_at=on,
        )
    maria.result(
        "Hemoglobin A1c",
        "6.4",
        code="4548-4",
        analyte="a1c",
        unit="%",
        high="5.6",
        interpretation="H",
        effective_at="2026-02-11",
    )
    maria.result(
        "Sodium",
        "139",
        code="2951-2",
        analyte="sodium",
        unit="mmol/L",
        low="136",
        high="145",
        interpretation="N",
        effective_at="2026-02-11",
    )
    maria.result(
        "TSH",
        "2.1",
        code="3016-3",
        analyte="tsh",
        rule="not-judged:no-unit",
        effective_at="2024-06-01",
        origin="told",
        message_id=maria.messages[then[4]],
    )
    maria.flagged(
        "soon",
        "high-potassium",
        "my potassium of 5.9",
        then[4],
        created_at=stamp(clinic.clock() - days(0.1)),
    )
    maria.task(
        "call-patient",
        "asap",
        "Call Maria today: potassium 5.9, and she cannot reach the pharmacy.",
        then[4],
        created_at=stamp(clinic.clock() - days(0.1)),
    )
    with clinic.engine.begin() as connection:
        connection.execute(
            update(contact_point)
            .where(contact_point.c.patient_id == maria.id)
            .values(verified_at=stamp(clinic.clock()))
        )
