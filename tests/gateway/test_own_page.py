"""A person's own page: their words and answers, nobody else's, and nothing not yet theirs to hear."""

import httpx
from sqlalchemy import insert, select

from gateway.owner import doubt
from record.ids import new_id, now
from record.tables import message, observation, screening_answer, statement
from tests.gateway.conftest import Kit, until

SAID = "the bus stopped running out here"


def told(kit: Kit, browser: httpx.Client, text: str) -> tuple[str, str]:
    """A message of this browser: whose it is, and its id."""
    browser.post("/widget/messages", json={"client_id": "one", "text": text})
    until(lambda: len(browser.get("/widget/messages").json()["messages"]) == 2)
    with kit.engine.connect() as connection:
        row = connection.execute(select(message).where(message.c.text == text)).one()
    return row.patient_id, row.id


def test_it_holds_their_own_words_and_answers(kit: Kit) -> None:
    one, other = kit.widget(), kit.widget()
    patient_id, message_id = told(kit, one, SAID)
    told(kit, other, "hello")
    written = {"patient_id": patient_id, "message_id": message_id, "created_at": now(), "status": "active"}
    with kit.engine.begin() as connection:
        need = {
            "category": "stressor", "code": "transportation-insecurity", "quote": SAID, "subject": "patient",
            "temporality": "now", "polarity": "affirmed", "origin": "told",
        }  # fmt: skip
        connection.execute(insert(statement).values(id=new_id(), **need, **written))
        asked = {"screener": "ahc-hrsn", "round": "r1", "origin": "told"}
        for item, more in (("rides", {"codes": "LA33-6"}), ("food-worry", {"absent": "asked-declined"})):
            connection.execute(
                insert(screening_answer).values(
                    **{"id": new_id(), "item": item, **asked, **more, **written, "created_at": now()}
                )
            )
    answer = one.get("/widget/page")
    assert answer.headers["cache-control"] == "no-store"
    page = answer.json()
    assert any(SAID in line for line in page["lines"])
    assert [(each["status"], each["answer"]) for each in page["answers"]] == [
        ("answered", "Yes"),
        ("passed", None),
    ]
    assert page["answers"][0]["question"].startswith("In the past 12 months, has lack of reliable transport")
    assert other.get("/widget/page").json() == {
        "lines": ["I have nothing written down for you yet."], "answers": [],
    }  # fmt: skip


def test_what_was_told_before_the_identity_was_doubted_is_not_on_it(kit: Kit) -> None:
    browser = kit.widget()
    patient_id, message_id = told(kit, browser, SAID)
    written = {"patient_id": patient_id, "message_id": message_id, "status": "active", "origin": "told"}
    with kit.engine.begin() as connection:
        need = {
            "category": "stressor", "code": "transportation-insecurity", "quote": SAID, "subject": "patient",
            "temporality": "now", "polarity": "affirmed",
        }  # fmt: skip
        connection.execute(insert(statement).values(id=new_id(), **need, **written, created_at=now()))
        asked = {"screener": "ahc-hrsn", "round": "r1", "item": "rides", "codes": "LA33-6"}
        connection.execute(insert(screening_answer).values(id=new_id(), **asked, **written, created_at=now()))
    page = browser.get("/widget/page").json()
    assert SAID in str(page["lines"])
    assert page["answers"], "never known, never doubted: their own"
    with kit.engine.begin() as connection:
        doubt(
            connection, patient_id=patient_id, message_id=message_id, description="Whose number?",
            effect_key="doubt", at=now(),
        )  # fmt: skip
    assert browser.get("/widget/page").json() == {
        "lines": ["I have nothing written down for you yet."], "answers": [],
    }  # fmt: skip


def test_a_result_not_yet_theirs_to_hear_is_not_on_it(kit: Kit) -> None:
    browser = kit.widget()
    patient_id, _ = told(kit, browser, "hello")
    with kit.engine.begin() as connection:
        row = {
            "id": new_id(), "patient_id": patient_id, "text": "Potassium", "analyte": "potassium",
            "value": "6.9", "unit": "mmol/L", "status": "final", "origin": "measured",
            "category": "laboratory", "created_at": now(), "effective_at": "2026-03-01",
        }  # fmt: skip
        connection.execute(insert(observation).values(**row))
    assert "6.9" not in browser.get("/widget/page").text
