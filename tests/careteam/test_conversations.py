"""The list: danger first, then newest words; it refreshes itself and audits what it shows."""

from datetime import timedelta

from sqlalchemy import update

from careteam.queue import PAGE
from record import people as record_people
from record.ids import stamp
from record.tables import audit_event, conversation, flag, user
from tests.careteam.browser import Browser
from tests.careteam.clinic import Clinic, days


def order(page: str, *names: str) -> list[str]:
    """The names in the order they stand on the page; a missing one is left out."""
    return sorted((name for name in names if name in page), key=page.index)


def test_danger_first_then_newest_words(clinic: Clinic, nurse: Browser) -> None:
    names = ("Emil", "Chris", "Stan", "Soren", "Asa", "Urs", "New", "Old")
    people = {name: clinic.patient(name, None) for name in names}
    for ago, name in enumerate(names):
        people[name].says("hello", ago=days(8 - ago))
    people["Old"].says("long ago", ago=days(30))
    people["New"].says("just now")
    people["Emil"].flagged("emergency", "chest-pain", "hello", 1)
    people["Chris"].flagged("crisis", "suicide", "hello", 1)
    people["Stan"].task("call-patient", "stat", "Call", 1)
    people["Soren"].flagged("soon", "high-potassium", "hello", 1)
    people["Asa"].task("human", "asap", "Call", 1)
    people["Urs"].task("form", "routine", "Send the form", 1)
    assert order(nurse.open("/").text, *names) == list(names)


def test_what_is_closed_no_longer_counts(clinic: Clinic, nurse: Browser) -> None:
    calm, worse = clinic.patient("Calm", None), clinic.patient("Worse", None)
    calm.says("hello")
    worse.says("hello", ago=days(2))
    calm.put(
        flag,
        level="emergency",
        code="chest-pain",
        status="inactive",
        message_id=calm.messages[1],
    )
    calm.task("human", "stat", "Done already", 1, status="completed")
    worse.flagged("soon", "rash", "hello", 1)
    page = nurse.open("/").text
    assert order(page, "Calm", "Worse") == ["Worse", "Calm"]
    assert "Emergency" not in page


def test_a_row_says_who_what_when_how_and_since_when(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", "Delgado")
    maria.says("an old question", ago=days(3))
    seq = maria.says("What does my potassium of 5.9 mean?", ago=timedelta(minutes=95), channel="web")
    maria.says("It is high.", direction="out", author="kith", ago=timedelta(minutes=94))
    maria.flagged(
        "soon", "high-potassium", "5.9", seq, created_at=stamp(clinic.clock() - timedelta(minutes=95))
    )
    page = nurse.open("/").text
    assert "Maria Delgado" in page
    assert "What does my potassium of 5.9 mean?" in page
    assert "an old question" not in page
    assert "It is high." not in page
    assert "Soon: High potassium" in page
    assert "1 h 35 min" in page
    assert "website" in page
    assert "today 10:25" in page, "the clinic's own time"


def test_without_a_yes_no_words_are_shown(clinic: Clinic, nurse: Browser) -> None:
    for name, consent in (("Asked", None), ("Refused", "rejected")):
        patient = clinic.patient(name, None, consent=consent)
        patient.says(f"secret of {name}")
        patient.task("human", "asap", "Wants a person", 1)
    changed = clinic.patient("Changed", None)
    changed.says("secret of Changed")
    clinic.clock.on(seconds=1)
    with clinic.engine.begin() as connection:
        record_people.give_consent(connection, changed.id, "rejected", stamp(clinic.clock()))
    page = nurse.open("/").text
    assert "secret" not in page
    assert page.count("Not shared yet") == 3
    assert page.count("Wants a person: today") == 2


def test_filters(clinic: Clinic, nurse: Browser) -> None:
    calm, urgent, held = (clinic.patient(name, None) for name in ("Calm", "Urgent", "Held"))
    for each in (calm, urgent, held):
        each.says("hello")
    urgent.task("human", "routine", "Call", 1)
    [ana] = clinic.rows(user)
    with clinic.engine.begin() as connection:
        connection.execute(
            update(conversation).where(conversation.c.id == held.thread).values(taken_over_by=ana.id)
        )
    names = ("Calm", "Urgent", "Held")
    assert set(order(nurse.open("/?show=all").text, *names)) == set(names)
    assert set(order(nurse.open("/?show=attention").text, *names)) == {"Urgent", "Held"}
    mine = nurse.open("/?show=mine").text
    assert order(mine, *names) == ["Held"]
    assert "with <bdi>Ana Ruiz</bdi>" in mine


def test_a_long_list_has_pages(clinic: Clinic, nurse: Browser) -> None:
    for number in range(PAGE + 2):
        clinic.patient(f"P{number:03}", None).says("hello", ago=timedelta(minutes=number))
    first, second = nurse.open("/").text, nurse.open("/?page=1").text
    assert first.count('class="line"') == PAGE
    assert second.count('class="line"') == 2
    assert "Further down the list" in first
    assert "P051" in second


def test_an_empty_list_says_so(nurse: Browser) -> None:
    assert "Nobody has written yet." in nurse.open("/").text
    assert "Nobody is waiting" in nurse.open("/?show=attention").text


def test_the_fragment_comes_once_and_then_only_when_something_changed(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", None)
    maria.says("first words")
    fresh = nurse.open("/lines")
    assert "first words" in fresh.text
    assert "<html" not in fresh.text
    tag = {"If-None-Match": fresh.headers["etag"]}
    clinic.clock.on(minutes=2)
    assert nurse.client.get("/lines", headers=tag).status_code == 304
    maria.says("second words")
    again = nurse.client.get("/lines", headers=tag)
    assert again.status_code == 200
    assert "second words" in again.text


def test_showing_the_list_is_audited_and_seeing_nothing_new_is_not(clinic: Clinic, nurse: Browser) -> None:
    people = [clinic.patient(name, None) for name in ("A", "B")]
    for each in people:
        each.says("hello")

    def looks() -> list[str]:
        return [row.entity for row in clinic.rows(audit_event, action="R:list")]

    nurse.open("/")
    assert len(looks()) == 1
    assert all(f"Patient/{each.id}" in looks()[0] for each in people)
    tag = nurse.open("/lines").headers["etag"]
    before = len(looks())
    nurse.client.get("/lines", headers={"If-None-Match": tag})
    assert len(looks()) == before
