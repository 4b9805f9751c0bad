"""What the care team may see: nothing before a yes, nothing kept from them, nothing taken back."""

from typing import Any

import pytest
from sqlalchemy import Connection

from record import people, sharing, users
from record.apply import apply
from record.fhir.export import export_patient
from record.ids import new_id
from record.portrait import assemble
from record.sharing import Reader
from record.tables import message, statement
from record.view import load

AT = "2026-03-09T14:00:00.000000Z"
LATER = "2026-03-09T15:00:00.000000Z"
NURSE = Reader("Nora Reyes, RN", "nurse")
LEE = Reader("Susan Lee, MD", "physician")


class Talk:
    """One patient who writes; what they tell is put down as an action would propose it."""

    def __init__(self, store: Connection) -> None:
        self.store = store
        self.contact = people.ensure_contact(store, "sms", f"+1202555{new_id()[:4]}", AT)
        self.id = self.contact.patient_id
        self.seq = 0

    def says(self, text: str, *proposals: dict[str, Any], at: str = AT, answer: str | None = None) -> str:
        """The message, Kith's answer to it, and the proposals applied; the inbox id."""
        inbox_id = new_id()
        row = {
            "patient_id": self.id, "conversation_id": self.contact.conversation_id, "channel": "sms",
            "at": at,
        }  # fmt: skip
        self.seq += 2
        mine = {
            **row, "id": new_id(), "seq": self.seq, "direction": "in", "author": "patient", "text": text,
            "effect_key": f"{inbox_id}:in",
        }  # fmt: skip
        back = {
            **row, "id": new_id(), "seq": self.seq + 1, "direction": "out", "author": "kith",
            "text": answer or f"You said: {text}", "effect_key": f"{inbox_id}:0",
        }  # fmt: skip
        for each in (mine, back):
            self.store.execute(message.insert().values(**each))
        report = apply(
            self.store, patient_id=self.id, message_id=str(mine["id"]), inbox_id=inbox_id,
            proposals=proposals, at=at,
        )  # fmt: skip
        assert not report.refused
        return str(mine["id"])

    def tells(self, text: str, **more: Any) -> str:
        told = {"kind": "statement", "category": "stressor", "code": "stress", "quote": text, **more}
        return self.says(text, told)

    def answers(self, scope: str, status: str, at: str = AT) -> None:
        people.give_consent(self.store, self.id, status, at, scope=scope)

    def seen_by(self, reader: Reader | None) -> set[str]:
        page = assemble(self.store, self.id, reader=reader)
        return {
            quote.text
            for group in (page.strengths, page.matters, page.needs, page.other_words)
            for quote in group
        }

    def exported_to(self, reader: Reader | None) -> str:
        return str(export_patient(self.store, self.id, reader=reader))


@pytest.fixture
def talk(store: Connection) -> Talk:
    return Talk(store)


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        ([], False),
        ([("record", "active")], False),
        ([("record", "active"), ("share-story", "asked")], False),
        ([("share-story", "rejected")], False),
        ([("share-story", "active")], True),
        ([("share-story", "policy")], True),
        ([("record-and-share", "active")], True),
        ([("record-and-share", "active"), ("share-story", "rejected")], False),
        ([("share-story", "policy"), ("share-story", "rejected")], False),
        ([("share-story", "rejected"), ("share-story", "active")], True),
    ],
)
def test_the_newest_word_on_sharing_decides(talk: Talk, answers: list[tuple[str, str]], shown: bool) -> None:
    talk.tells("the rent is late")
    for number, (scope, status) in enumerate(answers):
        talk.answers(scope, status, f"2026-03-09T14:00:0{number}.000000Z")
    assert (talk.seen_by(NURSE) == {"the rent is late"}) is shown
    assert ("the rent is late" in talk.exported_to(Reader())) is shown
    assert talk.seen_by(None) == {"the rent is late"}
    assert "the rent is late" in talk.exported_to(None)
    assert sharing.shared(talk.store, [talk.id]) == ({talk.id} if shown else set())


def test_flags_are_shown_before_any_yes(talk: Talk) -> None:
    danger = {"kind": "flag", "level": "crisis", "code": "suicide", "quote": "i want to end it"}
    talk.says("i want to end it", danger)
    assert [flag.quote for flag in assemble(talk.store, talk.id, reader=NURSE).flags] == ["i want to end it"]
    assert "i want to end it" in talk.exported_to(Reader())


@pytest.mark.parametrize(
    ("whom", "reader", "hidden"),
    [
        ("Dr. Lee", LEE, True),
        ("dr lee", LEE, True),
        ("Susan Lee", LEE, True),
        ("Dr. Lee", NURSE, False),
        ("physician", LEE, True),
        ("physician", NURSE, False),
        ("everyone", NURSE, True),
        ("Dr. Leeson", NURSE, True),  # nobody of that name here: kept from all
        ("Dr. Lee", Reader(), True),  # a system: nobody knows who reads behind it
    ],
)
def test_a_line_is_kept_from_whom_it_should_be(talk: Talk, whom: str, reader: Reader, hidden: bool) -> None:
    users.create(
        talk.store, username="lee", display_name="Susan Lee, MD", role="physician",
        password="a long password", at=AT,
    )  # fmt: skip
    talk.answers("share-story", "active")
    talk.tells("i drink at night", withheld_from=whom)
    talk.tells("the rent is late")
    assert ("i drink at night" not in talk.seen_by(reader)) is hidden
    assert ("i drink at night" not in talk.exported_to(reader)) is hidden, "nor in what was answered to it"
    assert "the rent is late" in talk.seen_by(reader)
    assert "i drink at night" in talk.seen_by(None)


def test_a_line_told_before_can_be_kept_and_given_back(talk: Talk) -> None:
    talk.answers("share-story", "active")
    talk.tells("i drink at night")
    [line] = load(talk.store, talk.contact.conversation_id, at=LATER).statements
    talk.says("keep it", {"kind": "restrict", "id": line.id, "withheld_from": "everyone"})
    assert talk.seen_by(NURSE) == set()
    talk.says("show it", {"kind": "restrict", "id": line.id, "withheld_from": None})
    assert talk.seen_by(NURSE) == {"i drink at night"}


NIGHT = "i drink at night when the pain in my leg keeps me up and nobody is there"


@pytest.mark.parametrize(
    "answer",
    [
        f'1. "{NIGHT}"',
        'I have this line: "I drink at  night when the pain in my leg keeps..." Shall I take it out?',
        f'What is hard now: "{NIGHT}"',
    ],
)
@pytest.mark.parametrize("how", ["withheld", "retracted"])
def test_kiths_own_list_does_not_give_back_words_kept_or_taken_back(
    talk: Talk, answer: str, how: str
) -> None:
    talk.answers("share-story", "active")
    talk.tells(NIGHT)
    [line] = load(talk.store, talk.contact.conversation_id, at=LATER).statements
    talk.says("take out the part about the night", answer=answer)
    talk.says("my bus stopped", answer="That is hard.")
    assert "drink" in talk.exported_to(NURSE)
    if how == "withheld":
        talk.says("ok", {"kind": "restrict", "id": line.id, "withheld_from": "nurse"}, answer="OK.")
    else:
        talk.says("yes", {"kind": "retract", "what": "statement", "id": line.id}, answer="OK.")
    read = talk.exported_to(NURSE).lower()
    assert "drink" not in read
    assert "the part about the night" not in read, "what was asked of it tells of it too"
    assert "my bus stopped" in read


def test_the_wish_to_keep_a_line_is_kept_as_the_line_is(talk: Talk) -> None:
    talk.answers("share-story", "active")
    talk.tells("i have had four beers each night")
    [line] = load(talk.store, talk.contact.conversation_id, at=LATER).statements
    keep = {"kind": "restrict", "id": line.id, "withheld_from": "physician"}
    talk.says("please don't tell the doctor about my drinking", keep, answer="OK. I will not tell.")
    assert "drinking" not in talk.exported_to(LEE)
    assert "I will not tell" not in talk.exported_to(LEE)
    assert "drinking" in talk.exported_to(NURSE)
    assert len(sharing.kept_from(talk.store, [talk.id], LEE).statements) == 1, "one line, not two"
    talk.says("tell all", {"kind": "restrict", "id": line.id, "withheld_from": None})
    assert "drinking" in talk.exported_to(LEE)


def test_words_told_again_after_they_were_taken_back_are_shown(talk: Talk) -> None:
    talk.answers("share-story", "active")
    talk.tells("i can't sleep at night")
    [line] = load(talk.store, talk.contact.conversation_id, at=LATER).statements
    talk.says("yes", {"kind": "retract", "what": "statement", "id": line.id})
    again = "well, i can't sleep at night, you may know"
    told = {"kind": "statement", "category": "stressor", "code": "sleep", "quote": "i can't sleep at night"}
    talk.says(again, told, answer="I hear you.")
    assert again in talk.exported_to(NURSE)


def test_a_short_line_kept_back_hides_only_what_quotes_it(talk: Talk) -> None:
    talk.answers("share-story", "active")
    talk.tells("no", withheld_from="nurse")
    talk.says("there is no bus here", answer="That is hard.")
    talk.says("SHOW", answer='Here it is:\n1. "no"')
    read = talk.exported_to(NURSE)
    assert "there is no bus here" in read
    assert "Here it is" not in read


def test_a_value_told_beside_words_kept_from_a_reader_is_kept_from_them_too(talk: Talk) -> None:
    talk.answers("share-story", "active")
    value = {
        "kind": "observation", "analyte": "potassium", "loinc": "2823-3", "text": "potassium",
        "subject": "patient", "value": "4.1", "quote": "potassium is 4.1", "start": 3, "end": 19,
    }  # fmt: skip
    kept = {"kind": "statement", "category": "stressor", "quote": "i drink", "withheld_from": "physician"}
    talk.says("my potassium is 4.1 and i drink", value, kept)
    assert "4.1" not in talk.exported_to(LEE)
    assert assemble(talk.store, talk.id, reader=LEE).results == ()
    assert "4.1" in talk.exported_to(NURSE)
    assert len(assemble(talk.store, talk.id, reader=NURSE).results) == 1


def test_a_correction_stands_in_place_of_the_line_which_stays_as_history(talk: Talk) -> None:
    talk.tells("i work three jobs")
    [wrong] = load(talk.store, talk.contact.conversation_id, at=LATER).statements
    talk.tells("no, two jobs, not three", replaces=wrong.id)
    assert talk.seen_by(None) == {"no, two jobs, not three"}
    rows = {row.quote: row for row in talk.store.execute(statement.select())}
    assert rows["i work three jobs"].status == "superseded"
    assert rows["no, two jobs, not three"].replaces == wrong.id


def test_nobody_corrects_another_patients_line(talk: Talk, store: Connection) -> None:
    other = Talk(store)
    other.tells("mine")
    [line] = load(store, other.contact.conversation_id, at=LATER).statements
    talk.tells("not yours", replaces=line.id)
    talk.says("hide", {"kind": "restrict", "id": line.id, "withheld_from": "everyone"})
    [still] = load(store, other.contact.conversation_id, at=LATER).statements
    assert still.id == line.id
    assert other.seen_by(None) == {"mine"}


def test_a_caregiver_is_named_beside_the_words(talk: Talk) -> None:
    first = {"kind": "caregiver", "patient_is": "mother"}
    talk.says("i write for my mother", first)
    told = {"kind": "statement", "category": "stressor", "code": "sleep", "quote": "she is up all night"}
    talk.says("she is up all night", {**first, "name": "Rosa"}, told)
    page = assemble(talk.store, talk.id)
    [quote] = page.needs
    assert (quote.origin, quote.by) == ("told-by-caregiver", "Rosa")
    bundle = export_patient(talk.store, talk.id)
    people_named = [
        each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == "RelatedPerson"
    ]
    assert [each["name"] for each in people_named] == [[{"text": "Rosa"}]], "once, with the name given later"
    assert load(talk.store, talk.contact.conversation_id, at=LATER).caregiver == "Rosa"


def test_a_caregiver_named_in_the_conversation_is_exported_only_after_the_yes(talk: Talk) -> None:
    talk.says(
        "i am Rosa, i write for my mother", {"kind": "caregiver", "patient_is": "mother", "name": "Rosa"}
    )
    assert "Rosa" not in talk.exported_to(Reader())
    assert "Rosa" in talk.exported_to(None)
    talk.answers("share-story", "active")
    assert "Rosa" in talk.exported_to(Reader())


def test_when_they_last_wrote_is_known(talk: Talk) -> None:
    talk.says("hello")
    now = talk.says("hello again", at=LATER)
    view = load(talk.store, talk.contact.conversation_id, at=LATER, message_id=now)
    assert view.last_heard == AT
