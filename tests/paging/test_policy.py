"""What is paged for, row by row; each has its source, a task it is for and one it is not for."""

import tomllib
from typing import Any

import pytest

from clinical.reading_grade import grade
from gateway.paging import policy, words
from gateway.sms import is_gsm, segments

POLICY = policy.load()
SAID = words.Words("Riverbend Family Clinic", "555-0100", "https://kith.clinic.example/care")
TABLE = tomllib.loads(words.TABLE.read_text("utf-8"))
FALSE_COMFORT = ("don't worry", "do not worry", "everything is fine", "will be fine", "rest assured")


@pytest.mark.parametrize("row", policy.rows(), ids=lambda row: row["risk"])
def test_each_row_has_a_source_and_a_case(row: dict[str, Any]) -> None:
    assert row["source"]
    found = POLICY.rule_for(**row["case"])
    assert found is not None
    assert found.risk == row["risk"]
    refused = POLICY.rule_for(**row["refused"])
    assert refused is None or refused.risk != row["risk"]


def test_times_have_a_source() -> None:
    table = tomllib.loads(policy.TABLE.read_text("utf-8"))
    assert all(table[section]["source"] for section in ("timing", "takeover"))


@pytest.mark.parametrize(
    ("code", "priority"),
    [("opted-out", "routine"), ("undelivered", "routine"), ("human", "urgent"), ("x", "asap")],
)
def test_what_can_wait_wakes_nobody(code: str, priority: str) -> None:
    assert POLICY.rule_for(code, priority) is None


def test_every_risk_has_its_words() -> None:
    for rule in POLICY.rules:
        assert SAID.risk(rule.risk)


def said() -> list[tuple[str, str, str]]:
    found = []
    for name in TABLE["patient"]:
        for language in ("en", "es"):
            for risk in TABLE["lines"]:
                values = {"who": SAID.who("Ana Ruiz, RN", "nurse", language), "name": "Ana Ruiz"}
                opens = " when they open Monday at 8:30 AM" if language == "en" else " para cuando abran"
                found.append(
                    (
                        f"{name}.{language}.{risk}",
                        language,
                        SAID.patient(name, language, risk, opens=opens, **values),
                    )
                )
    return found


@pytest.mark.parametrize(("where", "language", "text"), said(), ids=[each[0] for each in said()])
def test_what_a_patient_reads(where: str, language: str, text: str) -> None:
    assert is_gsm(text)
    assert segments(text) <= 2
    assert "{" not in text
    assert not [each for each in FALSE_COMFORT if each in text.lower()]
    if language == "en":
        assert grade(text) <= 6, grade(text)


@pytest.mark.parametrize("risk", ["emergency", "crisis"])
@pytest.mark.parametrize("name", ["paged", "nobody", "no-answer", "seen", "known"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_whom_to_call_is_said_every_time(name: str, language: str, risk: str) -> None:
    text = SAID.patient(name, language, risk, who="Ana")
    assert ("911" if risk == "emergency" else "988") in text


@pytest.mark.parametrize("name", ["paged", "nobody", "no-answer"])
def test_nobody_is_promised(name: str) -> None:
    text = SAID.patient(name, "en", "emergency").lower()
    assert not [
        each for each in ("will call", "will write to you", "will answer", "soon", "minutes") if each in text
    ]


def test_texts_to_phones_of_the_clinic_fit_them() -> None:
    link = SAID.link("0" * 36)
    longest = max(TABLE["staff"]["risks"].values(), key=len)
    text = SAID.staff("page", risk=longest, link=link, reply=SAID.staff("reply", code="4821"), minutes=1440)
    assert is_gsm(text)
    assert segments(text) <= 2
