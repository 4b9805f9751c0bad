"""The text nobody asked for: without a value, once, at a decent hour, to the right person, or not at all."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from gateway import phrases
from gateway.bells import Bells
from gateway.config import Timing
from gateway.herald import Herald
from gateway.store import Store
from record import people, release, release_rules
from record.apply import apply
from record.database import connect
from record.ids import new_id, now
from record.people import Contact
from record.tables import (
    consent,
    contact_point,
    conversation,
    flag,
    message,
    notice,
    outbox,
    patient,
    referral,
    statement,
    task,
)
from tests.gateway.conftest import ADMIN, Kit, until
from tests.record.samples import bundle, observation
from tests.record.samples import patient as lab_patient

NOON = "2026-07-09T16:00:00.000000Z"  # in New York
NIGHT = "2026-07-10T03:00:00.000000Z"
MORNING = "2026-07-10T12:00:00.000000Z"
WORDS = "This is Kith. You have a new test result. Text RESULTS when you want to talk about it."


class House:
    """A store with one patient who may be told, and the herald in front of it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.store = Store(engine)
        said = phrases.load("Test Clinic", "555-0100")
        policy = release_rules.load()
        self.herald = Herald(self.store, Bells(), said, Timing(), policy, "America/New_York")
        with engine.begin() as connection:
            self.who: Contact = people.ensure_contact(connection, "sms", "+12025550123", NOON)
            people.verify_identity(connection, self.who.patient_id, NOON)
            people.give_consent(connection, self.who.patient_id, "active", NOON)

    def plan(self, at: str = NOON) -> None:
        with self.engine.begin() as connection:
            release.plan_text(connection, self.who.patient_id, at=at, not_before=at, key=new_id())

    def set(self, table: Any, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(update(table).values(**values))

    def add(self, table: Any, **values: Any) -> None:
        with self.engine.begin() as connection:
            row = {"id": new_id(), "patient_id": self.who.patient_id, "created_at": NOON, **values}
            connection.execute(insert(table).values(**row))

    def rows(self, table: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(select(table)))

    def tell(self, at: str = NOON) -> list[str]:
        return self.store.write_and_wait(lambda connection: self.herald.tell_due(connection, at))

    def said(self) -> list[str]:
        return [row.text for row in self.rows(message)]


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    engine = connect(sqlite_url)
    made = House(engine)
    yield made
    made.store.close()
    engine.dispose()


def test_the_text_holds_no_value_and_goes_out_once(house: House) -> None:
    house.plan()
    assert house.tell() == [house.who.conversation_id]
    assert house.tell() == []
    assert house.said() == [WORDS]
    assert [row.state for row in house.rows(outbox)] == ["queued"]
    assert [(row.status, row.done_at) for row in house.rows(notice)] == [("sent", NOON)]


def test_at_night_it_waits_for_the_morning(house: House) -> None:
    house.plan(NIGHT)
    assert house.tell(NIGHT) == []
    assert [row.not_before for row in house.rows(notice)] == [MORNING]
    assert house.tell("2026-07-10T11:59:59.000000Z") == []
    assert house.tell(MORNING) == [house.who.conversation_id]


def test_the_night_is_the_patients_own(house: House) -> None:
    house.set(patient, timezone="Asia/Tokyo")
    house.plan(NOON)  # one in the night there
    assert house.tell(NOON) == []
    house.plan(NIGHT)  # noon there
    assert house.tell("2026-07-10T00:00:00.000000Z") == [house.who.conversation_id]


def line(house: House) -> str:
    """A message of theirs, for what was heard in it."""
    made, seq = new_id(), 900 + len(house.rows(message))
    with house.engine.begin() as connection:
        connection.execute(
            insert(message).values(
                id=made, patient_id=house.who.patient_id, conversation_id=house.who.conversation_id, seq=seq,
                direction="in", channel="sms", author="patient", text="my husband died", at=NOON,
            )
        )  # fmt: skip
    return made


def loss(house: House) -> dict[str, Any]:
    return {
        "message_id": line(house), "category": "loss", "quote": "my husband died", "subject": "patient",
        "temporality": "now", "polarity": "affirmed", "origin": "told", "status": "active",
    }  # fmt: skip


def danger(house: House) -> dict[str, Any]:
    return {"message_id": line(house), "level": "crisis", "code": "suicide", "status": "active"}


NOT_TOLD = [
    ("opted_out", lambda house: house.set(contact_point, opted_out_at=NOON)),
    ("no_consent", lambda house: house.set(consent, status="rejected")),
    ("not_verified", lambda house: house.set(patient, identity_verified_at=None)),
    ("fragile", lambda house: house.add(flag, **danger(house))),
    ("fragile", lambda house: house.add(statement, **loss(house))),
    (
        "fragile",
        lambda house: house.add(statement, **{**loss(house), "category": "stressor", "code": "grief"}),
    ),
]


@pytest.mark.parametrize(("reason", "make_so"), NOT_TOLD)
def test_who_may_not_be_texted_is_told_by_a_person(house: House, reason: str, make_so: Any) -> None:
    make_so(house)
    house.plan()
    assert house.tell() == []
    assert WORDS not in house.said()
    assert [(row.status, row.reason) for row in house.rows(notice)] == [("not-sent", reason)]
    assert [row.code for row in house.rows(task)] == ["tell-of-result"]
    assert house.tell() == []
    assert len(house.rows(task)) == 1


def test_a_loss_of_long_ago_stops_nothing(house: House) -> None:
    house.add(statement, **{**loss(house), "created_at": "2026-06-08T00:00:00.000000Z"})
    house.plan()
    assert house.tell() == [house.who.conversation_id]


def test_someone_kith_never_met_makes_no_task(house: House) -> None:
    with house.engine.begin() as connection:
        stranger = people.create_patient(connection, at=NOON)
        release.plan_text(connection, stranger, at=NOON, not_before=NOON, key="k")
    assert house.tell() == []
    assert [row.status for row in house.rows(notice)] == ["not-sent"]
    assert house.rows(task) == []


def test_while_a_clinician_speaks_it_waits(house: House) -> None:
    house.set(conversation, taken_over_by="nurse", taken_over_at=NOON)
    house.plan()
    assert house.tell() == []
    assert [row.status for row in house.rows(notice)] == ["waiting"]
    house.set(conversation, taken_over_by=None)
    assert house.tell("2026-07-09T16:15:00.000000Z") == [house.who.conversation_id]


def test_a_phone_is_told_before_a_website(house: House) -> None:
    with house.engine.begin() as connection:
        people.ensure_contact(connection, "web", "t" * 64, NIGHT, patient_id=house.who.patient_id)
    house.plan()
    house.tell()
    assert [row.channel for row in house.rows(message)] == ["sms"]


def test_after_a_stop_on_the_phone_the_website_still_is_told(house: House) -> None:
    house.set(contact_point, opted_out_at=NOON)
    with house.engine.begin() as connection:
        people.ensure_contact(connection, "web", "t" * 64, NIGHT, patient_id=house.who.patient_id)
    house.plan()
    house.tell()
    assert [row.channel for row in house.rows(message)] == ["web"]


def noon_somewhere() -> str:
    """A zone where it is about noon now, so that the test means the same at any hour."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def test_a_running_gateway_texts_it_by_itself(make_kit: Callable[..., Kit]) -> None:
    """From the laboratory's door to the phone, whatever the hour."""
    kit = make_kit()
    kit.phone("hello")
    until(lambda: kit.on_phone() == ["About hello"])
    with kit.engine.begin() as connection:
        who = connection.execute(select(contact_point)).one()
        people.verify_identity(connection, who.patient_id, NOON)
        people.give_consent(connection, who.patient_id, "active", NOON)
        people.change_patient(connection, who.patient_id, timezone=noon_somewhere())
    content = bundle(lab_patient(), observation(effectiveDateTime=now()[:10]))
    sent = kit.client.post(
        "/fhir", params={"patient": who.patient_id}, content=content,
        headers={"Authorization": f"Bearer {ADMIN}", "Content-Type": "application/fhir+json"},
    )  # fmt: skip
    assert sent.is_success, sent.text
    until(lambda: kit.on_phone()[-1:] == [WORDS], 30)


CHECK = "This is Kith. A few days ago I gave you a number to call. Did you reach them?"
LATER = "2026-07-13T16:00:00.000000Z"  # four days after noon


def give(house: House, need: str = "food-insecurity") -> None:
    """A number, as an action proposes it."""
    given = {"kind": "referral", "resource": "r", "name": "Pantry", "phone": "555-0142", "need": need}
    said = line(house)
    with house.engine.begin() as connection:
        apply(
            connection, patient_id=house.who.patient_id, message_id=said, inbox_id=new_id(),
            proposals=[given], at=NOON,
        )  # fmt: skip


def test_a_few_days_later_it_asks_whether_the_number_helped(house: House) -> None:
    house.set(patient, identity_verified_at=None)  # it tells nothing of anyone, so nobody need be checked
    give(house)
    assert house.tell("2026-07-13T15:59:59.000000Z") == []
    assert house.tell(LATER) == [house.who.conversation_id]
    assert house.tell(LATER) == []
    assert len([text for text in house.said() if text.startswith(CHECK)]) == 1
    assert [(row.status, row.asked_at) for row in house.rows(referral)] == [("asked", LATER)]


def test_it_asks_at_a_decent_hour(house: House) -> None:
    give(house)
    assert house.tell("2026-07-14T03:00:00.000000Z") == []
    assert [row.not_before for row in house.rows(notice)] == ["2026-07-14T12:00:00.000000Z"]


@pytest.mark.parametrize(("reason", "make_so"), [each for each in NOT_TOLD if each[0] != "not_verified"])
def test_who_may_not_be_texted_is_not_asked(house: House, reason: str, make_so: Any) -> None:
    give(house)
    make_so(house)
    house.set(statement, created_at="2026-07-12T16:00:00.000000Z")
    assert house.tell(LATER) == []
    assert not [text for text in house.said() if text.startswith(CHECK)]
    assert [(row.status, row.reason) for row in house.rows(notice)] == [("not-sent", reason)]
    assert [row.status for row in house.rows(referral)] == ["not-asked"]
    assert house.rows(task) == []
