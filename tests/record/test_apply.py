"""Proposals become record once, in the person's exact words, and a wrong one loses only itself."""

import logging
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select

from record import apply as applying
from record import people
from record.apply import apply
from record.ids import new_id
from record.tables import consent, flag, message, observation, statement, story_item, task

AT = "2026-03-09T14:00:00.000000Z"
LATER = "2026-03-10T14:00:00.000000Z"


class Talk:
    """One patient's conversation, written into the store as the gateway would."""

    def __init__(self, store: Connection) -> None:
        self.store = store
        self.contact = people.ensure_contact(store, "sms", "+15550100", AT)
        self.count = 0

    def say(self, text: str, *proposals: Any, author: str = "patient", at: str = AT) -> applying.ApplyReport:
        self.count += 1
        message_id = new_id()
        self.store.execute(
            message.insert().values(
                id=message_id,
                patient_id=self.contact.patient_id,
                conversation_id=self.contact.conversation_id,
                seq=self.count,
                direction="in",
                channel="sms",
                author=author,
                text=text,
                at=at,
            )
        )
        return self.handle(message_id, f"inbox-{self.count}", *proposals, at=at)

    def handle(self, message_id: str, inbox_id: str, *proposals: Any, at: str = AT) -> applying.ApplyReport:
        self.handled = (message_id, inbox_id)
        return apply(
            self.store,
            patient_id=self.contact.patient_id,
            message_id=message_id,
            inbox_id=inbox_id,
            proposals=proposals,
            at=at,
        )

    def rows(self, table: Any) -> list[Any]:
        return list(self.store.execute(select(table)))


@pytest.fixture
def talk(store: Connection) -> Talk:
    return Talk(store)


def potassium(value: str = "5.9", **more: Any) -> dict[str, Any]:
    result = {"kind": "observation", "analyte": "potassium", "loinc": "2823-3", "text": "potassium"}
    return {**result, "value": value, **more}


def stressor(quote: str, **more: Any) -> dict[str, Any]:
    return {"kind": "statement", "category": "stressor", "code": "food-insecurity", "quote": quote, **more}


ONE_OF_EACH = [
    potassium(quote="potassium of 5.9", interpretation="H", tier="call-today", unit="mmol/L", low="3.5"),
    stressor("my car broke down"),
    {"kind": "flag", "level": "soon", "code": "chest-pain", "quote": "my chest", "rule": "r1"},
    {"kind": "task", "code": "call-back", "priority": "urgent", "description": "Call about potassium"},
    {"kind": "story_item", "item": "strengths", "status": "asked"},
    {"kind": "consent", "scope": "record-and-share", "status": "active"},
]
WORDS = "My potassium of 5.9 scares me, my car broke down"


def test_each_kind_becomes_its_row(talk: Talk) -> None:
    report = talk.say(WORDS, *ONE_OF_EACH)
    assert report.applied == [0, 1, 2, 3, 4, 5]
    assert not report.refused
    (result,) = talk.rows(observation)
    assert (result.code, result.value, result.value_num, result.interpretation) == ("2823-3", "5.9", 5.9, "H")
    assert (result.origin, result.quote, result.start, result.series) == (
        "told",
        "potassium of 5.9",
        3,
        "potassium",
    )
    (told,) = talk.rows(statement)
    assert (told.quote, told.start, told.end, told.status) == ("my car broke down", 31, 48, "active")
    assert talk.rows(flag)[0].status == "active"
    assert talk.rows(task)[0].status == "requested"
    assert talk.rows(story_item)[0].status == "asked"
    assert talk.rows(consent)[0].status == "active"


def test_handling_a_message_again_changes_nothing(talk: Talk) -> None:
    talk.say(WORDS, *ONE_OF_EACH)
    talk.handle(*talk.handled, *ONE_OF_EACH)
    for table in (observation, statement, flag, task, story_item, consent):
        assert talk.store.scalar(select(func.count()).select_from(table)) == 1, table.name


MALFORMED = [
    {"kind": "diagnosis", "text": "SECRET"},
    {"kind": "observation", "text": "SECRET"},
    {"kind": "statement", "category": "stressor", "quote": "SECRET", "polarity": "maybe"},
    {"kind": "task", "code": "call", "description": "SECRET", "priority": "whenever"},
    {"kind": "flag", "level": "soon", "code": "x", "colour": "SECRET"},
    {"kind": "story_item", "item": "x", "status": "SECRET"},
    {"no": "kind"},
    "SECRET",
    None,
]


@pytest.mark.parametrize("wrong", MALFORMED)
def test_a_malformed_proposal_loses_only_itself(talk: Talk, wrong: Any, caplog: Any) -> None:
    with caplog.at_level(logging.WARNING):
        report = talk.say(WORDS, potassium(), wrong, stressor("my car broke down"))
    assert report.applied == [0, 2]
    assert [refusal.ordinal for refusal in report.refused] == [1]
    assert "SECRET" not in caplog.text
    assert "ordinal=1" in caplog.text


def test_nobody_is_quoted_with_words_they_did_not_say(talk: Talk) -> None:
    report = talk.say("I can't sleep", stressor("I am homeless"), potassium(quote="potassium 5.9"))
    assert len(report.refused) == 2
    assert talk.rows(statement) == []
    assert talk.rows(observation) == []


@pytest.mark.parametrize(
    ("said", "quote", "kept"),
    [
        ("I can’t sleep", "I can't sleep", "I can’t sleep"),
        ("I  can't\nsleep", "i can't sleep", "I  can't\nsleep"),
        ("/restart I can't sleep", "I can't sleep", "I can't sleep"),
    ],
)
def test_the_quote_kept_is_the_messages_own(talk: Talk, said: str, quote: str, kept: str) -> None:
    talk.say(said, stressor(quote))
    (told,) = talk.rows(statement)
    assert told.quote == kept
    assert said[told.start : told.end] == kept


def test_a_caregivers_words_are_marked_as_theirs(talk: Talk) -> None:
    talk.say("she can't pay, INR 3.1", stressor("she can't pay"), potassium(), author="caregiver")
    assert talk.rows(statement)[0].origin == "told-by-caregiver"
    assert talk.rows(observation)[0].origin == "told-by-caregiver"


def test_what_was_inferred_stays_inferred(talk: Talk) -> None:
    talk.say("nothing in the fridge", stressor("nothing in the fridge", origin="inferred"))
    assert talk.rows(statement)[0].origin == "inferred"


TOLD_AGAIN = [
    # first, then, and how many results stand
    (potassium("5.9"), potassium("5.9"), 1),
    (potassium("5.9"), potassium("5.90"), 1),
    (potassium("5.9", unit="mmol/L"), potassium("5.9"), 1),
    (potassium("5.9", effective="2026-03-01"), potassium("5.9", effective="2026-03-01"), 1),
    (potassium("5.9"), potassium("6.0"), 2),
    (potassium("5.9"), potassium(">5.9"), 2),
    (potassium(">5.9"), potassium("5.9", comparator=">"), 1),
    (potassium("5.9", effective="2026-03-01"), potassium("5.9", effective="2026-03-08"), 2),
    (potassium("5.9", unit="mmol/L"), potassium("5.9", unit="mg/dL"), 2),
    (potassium("4.5"), potassium("4.5", analyte="glucose", loinc="2345-7", text="sugar"), 2),
]


@pytest.mark.parametrize(("first", "then", "standing"), TOLD_AGAIN)
def test_told_again_is_the_same_result(talk: Talk, first: Any, then: Any, standing: int) -> None:
    talk.say("one", first)
    report = talk.say("two", then, at=LATER)
    assert len(talk.rows(observation)) == standing
    assert report.already_known == ([0] if standing == 1 else [])


def test_a_correction_takes_the_earlier_value_back(talk: Talk) -> None:
    talk.say("potassium 9.5", potassium("9.5"))
    talk.say("sorry, 5.9", potassium("5.9", replaces="9.5"), at=LATER)
    assert {row.value: row.status for row in talk.rows(observation)} == {
        "9.5": "entered-in-error",
        "5.9": "final",
    }


def test_a_correction_leaves_measured_results_alone(talk: Talk) -> None:
    measured = {"id": new_id(), "patient_id": talk.contact.patient_id, "category": "laboratory"}
    measured |= {"origin": "measured", "status": "final", "analyte": "potassium", "text": "K", "value": "9.5"}
    talk.store.execute(observation.insert().values(**measured, created_at=AT, released_at=AT))
    talk.say("it was 5.9 not 9.5", potassium("5.9", replaces="9.5"))
    assert {row.value: row.status for row in talk.rows(observation)} == {"9.5": "final", "5.9": "final"}


def test_a_value_taken_back_can_be_told_anew(talk: Talk) -> None:
    talk.say("a", potassium("9.5"))
    talk.say("b", potassium("5.9", replaces="9.5"))
    talk.say("c", potassium("9.5", replaces="5.9"))
    assert [row.value for row in talk.rows(observation) if row.status == "final"] == ["9.5"]


RETRACTIONS = [
    ({"what": "statement", "match": "car"}, ["I lost my job"], ["5.9"]),
    ({"what": "statement", "match": "%"}, ["I lost my job", "my car broke"], ["5.9"]),
    ({"what": "statement"}, ["I lost my job", "my car broke"], ["5.9"]),
    ({"what": "observation", "match": "Potassium"}, ["I lost my job", "my car broke"], []),
    ({"what": "all"}, [], []),
    ({"what": "all", "match": "job"}, ["my car broke"], ["5.9"]),
]


@pytest.mark.parametrize(("retract", "statements", "results"), RETRACTIONS)
def test_what_was_told_can_be_taken_back(
    talk: Talk, retract: dict[str, str], statements: list[str], results: list[str]
) -> None:
    talk.say("my car broke, I lost my job", stressor("my car broke"), stressor("I lost my job"), potassium())
    talk.say("delete that", {"kind": "retract", **retract}, at=LATER)
    assert sorted(row.quote for row in talk.rows(statement) if row.status == "active") == statements
    assert [row.value for row in talk.rows(observation) if row.status == "final"] == results


def test_a_statement_is_taken_back_by_its_id(talk: Talk) -> None:
    talk.say("a b", stressor("a"), stressor("b"))
    chosen = next(row.id for row in talk.rows(statement) if row.quote == "a")
    talk.say("not a", {"kind": "retract", "what": "statement", "id": chosen})
    assert [row.quote for row in talk.rows(statement) if row.status == "active"] == ["b"]


def test_the_newest_word_on_a_question_stands(talk: Talk) -> None:
    for status, at in (("asked", AT), ("answered", LATER), ("not-now", AT)):
        talk.say("x", {"kind": "story_item", "item": "worries", "status": status}, at=at)
    (item,) = talk.rows(story_item)
    assert (item.status, item.updated_at) == ("answered", LATER)


def test_a_nul_in_a_proposal_is_kept_as_a_sign(talk: Talk) -> None:
    talk.say("k 5.9", potassium(text="k\x00"))
    assert talk.rows(observation)[0].text == "k�"


def test_someone_elses_message_is_refused(talk: Talk) -> None:
    talk.say("hello")
    other = people.create_patient(talk.store, at=AT)
    with pytest.raises(LookupError):
        apply(talk.store, patient_id=other, message_id=talk.handled[0], inbox_id="i", proposals=[], at=AT)


def test_a_daughters_result_is_kept_apart_from_her_mothers(talk: Talk) -> None:
    """Two lines, never one trend, and neither takes the other for a repetition."""
    talk.say(
        "my potassium is 4.1 and my daughter's is 4.1 too",
        potassium("4.1"),
        potassium("4.1", subject="daughter"),
    )
    rows = {(row.series, row.value, row.subject) for row in talk.rows(observation)}
    assert rows == {("potassium", "4.1", "patient"), ("daughter: potassium", "4.1", "daughter")}


def test_a_told_result_is_looked_for_among_those_of_its_own_test(talk: Talk) -> None:
    """Reading through the whole record made an answer to a long one wait."""
    if talk.store.dialect.name != "sqlite":
        pytest.skip("asks SQLite how it goes about it")
    asked: list[tuple[str, Any]] = []

    def keep(_c: Any, _cursor: Any, words: str, given: Any, *_rest: Any) -> None:
        asked.append((words, given))

    event.listen(talk.store, "before_cursor_execute", keep)
    talk.say("my potassium is 5.9", potassium())
    event.remove(talk.store, "before_cursor_execute", keep)
    looked = [
        each for each in asked if "FROM observation LEFT OUTER JOIN message" in " ".join(each[0].split())
    ]
    assert len(looked) == 1
    plan = talk.store.exec_driver_sql(f"EXPLAIN QUERY PLAN {looked[0][0]}", looked[0][1]).all()
    assert "(patient_id=? AND series=?)" in plan[0][3]
