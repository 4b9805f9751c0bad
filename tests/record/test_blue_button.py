"""Blue Button: labelled results with unit, range and specimen, and what is not the patient's own."""

from typing import Any

import pytest
from sqlalchemy import Engine, select

from clinical.catalogue import load
from record import database, people, portal, tables
from record.incoming import Parcel
from record.intake import take_in

AT = "2026-03-09T14:00:00.000000Z"
DOWNLOAD = """MY HEALTHEVET PERSONAL INFORMATION REPORT
**********CONFIDENTIAL***********
Produced by the VA Blue Button (v2.0)

Name: KEPT, NOT
Date of Birth: 01/01/1950

--------------------------------
VA LABORATORY RESULTS
--------------------------------
Lab Test:            CHEMISTRY PANEL
Specimen:            SERUM
Date/Time Collected: 01 Mar 2026 @ 0800

Test Name: POTASSIUM
Result: 5.9 High
Units: mmol/L
Reference Range: (3.5-5.1)
Status: Final
Comments: slightly hemolyzed

Test Name: HOUSE TEST
Result: 12
Units: U/L

Lab Test:            URINALYSIS
Specimen:            URINE
Date/Time Collected: 02 Mar 2026 @ 0900
Test Name: GLUCOSE
Result: Negative

--------------------------------
Self Reported Medical Conditions
--------------------------------
Condition Name: Arthritis
Medical Condition Start Date: 08/09/2005
Medical Condition End Date: 02/28/2011

Condition Name: Asthma
Medical Condition Start Date: 01/25/2008
Medical Condition End Date:

--------------------------------
Family Medical History
--------------------------------
Family Member: Brother
Type: Condition
Description: Diabetes

--------------------------------
Drugs
--------------------------------
Drug Name: Aspirin
Supply: Daily
"""


def read(text: str) -> Parcel:
    return portal.read(text, "file", load())


def rows(engine: Engine, table: Any = tables.observation) -> list[Any]:
    with database.reading(engine) as connection:
        return list(connection.execute(select(table)))


def taken(engine: Engine, text: str) -> Any:
    with engine.begin() as connection:
        who = people.create_patient(connection, at=AT)
    return take_in(engine, text, name="bluebutton.txt", at=AT, patient_id=who)


def test_results_with_their_unit_range_and_remark(engine: Engine) -> None:
    report = taken(engine, DOWNLOAD)
    assert (report.taken, report.facts) == (3, 3)
    kept = {row.text: row for row in rows(engine)}
    potassium = kept["POTASSIUM"]
    assert (potassium.analyte, potassium.value, potassium.unit, potassium.effective_at) == (
        "potassium",
        "5.9",
        "mmol/L",
        "2026-03-01",
    )
    assert (potassium.low, potassium.high, potassium.interpretation) == ("3.5", "5.1", "H")
    assert potassium.note == "slightly hemolyzed"


def test_an_unknown_test_and_one_of_another_specimen_are_not_judged(engine: Engine) -> None:
    taken(engine, DOWNLOAD)
    kept = {row.text: row for row in rows(engine)}
    assert (kept["HOUSE TEST"].analyte, kept["HOUSE TEST"].interpretation) == (None, None)
    assert kept["GLUCOSE"].analyte != "glucose", "glucose in urine is not the blood's"
    assert kept["GLUCOSE"].effective_at == "2026-03-02"


def test_conditions_and_medicines_are_the_patients_own(engine: Engine) -> None:
    taken(engine, DOWNLOAD)
    conditions = {row.text: (row.clinical_status, row.onset) for row in rows(engine, tables.condition)}
    assert conditions == {"Arthritis": ("resolved", "2005-08-09"), "Asthma": ("active", "2008-01-25")}
    assert [row.text for row in rows(engine, tables.medication)] == ["Aspirin"]


def test_the_same_download_twice_and_a_longer_one(engine: Engine) -> None:
    with engine.begin() as connection:
        who = people.create_patient(connection, at=AT)
    first = take_in(engine, DOWNLOAD, name="a", at=AT, patient_id=who)
    again = take_in(engine, DOWNLOAD, name="a", at=AT, patient_id=who)
    longer = DOWNLOAD + "\nTest Name: SODIUM\nResult: 140\nDate Collected: 03/05/2026\n"
    more = take_in(engine, longer, name="b", at=AT, patient_id=who)
    assert (first.taken, again.known_already, more.taken, more.unchanged) == (3, True, 1, 6)


def test_what_is_not_labelled_is_read_beside_what_is() -> None:
    found = read("Test Name: POTASSIUM\nResult: 5.9\n\nMy sodium was 140 mmol/L last week.\n").results
    assert [(one.text.casefold(), one.value) for one in found] == [("potassium", "5.9"), ("sodium", "140")]


NOTHING = [
    "Test Name: POTASSIUM\nUnits: mmol/L\n",  # a heading, or a result still to come
    "Result: 5.9\n",
    "Test Name:\nResult: 5.9\n",
    "Family Member: Brother\nDescription: Potassium\n",
]


@pytest.mark.parametrize("text", NOTHING)
def test_half_a_result_is_none(text: str) -> None:
    parcel = read(text)
    assert parcel.results == []
    assert [note.why for note in parcel.skipped] == ["no laboratory result was found in the text"]


FLAGS = [("5.9 High", "5.9", "H"), ("5.9 H", "5.9", "H"), ("5.9 *HH*", "5.9", "HH"), ("5.9", "5.9", None),
         ("Not seen", "Not seen", None), ("2.1 critical low", "2.1", "LL")]  # fmt: skip


@pytest.mark.parametrize(("written", "value", "flag"), FLAGS)
def test_a_mark_behind_the_value(written: str, value: str, flag: str | None) -> None:
    (result,) = read(f"Test Name: POTASSIUM\nResult: {written}\n").results
    assert (result.value, result.flag) == (value, flag)
