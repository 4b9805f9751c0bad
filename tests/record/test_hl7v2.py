"""HL7 v2 in: every value type and status, and every way a message can be wrong."""

from typing import Any

import pytest
from sqlalchemy import Engine, select

from record import database, hl7v2, tables
from record.incoming import IncomingResult, Malformed
from record.intake import take_in
from tests.record.samples import hl7

AT = "2026-03-09T14:00:00.000000Z"


def first(obx: str, **more: str) -> IncomingResult:
    return hl7v2.read(hl7(obx, **more)).results[0]


def results(engine: Engine) -> list[Any]:
    with database.reading(engine) as connection:
        return list(connection.execute(select(tables.observation)))


VALUES = [
    ("NM", "5.9", "5.9"),
    ("NM", "<5", "<5"),
    ("SN", "^182", "182"),
    ("SN", ">^100", ">100"),
    ("SN", "=^7", "7"),
    ("SN", "^1^:^160", "1:160"),
    ("SN", "^3^-^4", "3-4"),
    ("SN", "^3^+", "3+"),
    ("ST", "Negative", "Negative"),
    ("ST", "1.2\\S\\3 \\T\\ more", "1.2^3 & more"),
    ("TX", "line one~line two", "line one\nline two"),
    ("CE", "1^Not detected^L", "Not detected"),
    ("CWE", "260373001^Detected^SCT", "Detected"),
    ("CWE", "260373001", "260373001"),
    ("", "5.9", "5.9"),
]


@pytest.mark.parametrize(("kind", "written", "value"), VALUES)
def test_values(kind: str, written: str, value: str) -> None:
    assert first(f"OBX|1|{kind}|2823-3^Potassium^LN||{written}||||||F").value == value


STATUSES = [
    ("F", "final"),
    ("C", "corrected"),
    ("P", "preliminary"),
    ("D", "entered-in-error"),
    ("W", "entered-in-error"),
    ("", "final"),
]


@pytest.mark.parametrize(("written", "status"), STATUSES)
def test_statuses(written: str, status: str) -> None:
    assert first(f"OBX|1|NM|2823-3^Potassium^LN||5.9||||||{written}").status == status


SKIPPED = [
    # OBX-2, OBX-5, OBX-11
    ("NM", "5.9", "X", "the laboratory could not obtain it"),
    ("NM", "", "I", "the laboratory is still working on it"),
    ("NM", "", "F", "no value was given"),
    ("ED", "^AP^PDF^Base64^JVBERi0x", "F", "a value of type ED is not a result in words or numbers"),
]


@pytest.mark.parametrize(("kind", "value", "status", "why"), SKIPPED)
def test_what_is_no_result_is_left_out_and_said(kind: str, value: str, status: str, why: str) -> None:
    parcel = hl7v2.read(hl7(f"OBX|1|{kind}|2823-3^Potassium^LN||{value}||||||{status}"))
    assert parcel.results == []
    assert [note.why for note in parcel.skipped] == [why]


RANGES = [
    ("3.5-5.1", (None, None, "3.5-5.1")),
    ("<10 ug/dl", (None, None, "<10 ug/dl")),
    ("^^10.000000", (None, "10.000000", None)),
    ("3.5^5.1", ("3.5", "5.1", None)),
    ("", None),
]


@pytest.mark.parametrize(("written", "kept"), RANGES)
def test_ranges(written: str, kept: tuple[str | None, str | None, str | None] | None) -> None:
    found = first(f"OBX|1|NM|2823-3^Potassium^LN||5.9|mmol/L|{written}||||F").ranges
    assert [(one.low, one.high, one.text) for one in found] == ([kept] if kept else [])


def test_where_each_thing_comes_from() -> None:
    taken = first(
        "OBX|1|NM|2823-3^Potassium^LN^K^Kalium^L|1|5.9|mmol/L^millimole^UCUM|3.5-5.1|H~A|||F|||202603010830-0500"
    )
    assert [(coding.system, coding.code) for coding in taken.codings] == [
        ("http://loinc.org", "2823-3"),
        ("L", "K"),
    ]
    assert (taken.text, taken.unit, taken.flag) == ("Potassium", "mmol/L", "H")
    assert taken.effective == "2026-03-01T08:30:00-05:00"
    assert taken.where == "OBX[1]-5"


def test_the_order_says_when_where_the_result_does_not() -> None:
    assert first("OBX|1|NM|2823-3^Potassium^LN||5.9||||||F").effective == "2026-03-01T08:00:00"


def test_whom_it_is_about() -> None:
    numbers = "MRN-1^^^LAB&1.2.3&ISO^MR~999^^^SSA^SS~888^^^&2.16.840.1.113883.4.1&ISO^PI"
    pid = f"PID|1||{numbers}||Kept&Van^Name^Is||198003|M"
    (who,) = hl7v2.read(hl7(pid=pid)).patients
    assert who.identifiers == (("urn:oid:1.2.3", "MRN-1"),)
    assert (who.family, who.given, who.birth_date, who.sex) == ("Kept", "Name Is", "1980-03", "male")


def test_mnemonics_are_resolved_by_name_and_judged_by_the_labs_range(engine: Engine) -> None:
    take_in(engine, hl7("OBX|1|NM|HGB^Hemoglobin^LN||14.2|g/dL|12.0-16.0|N|||F"), name="file", at=AT)
    (row,) = results(engine)
    assert (row.analyte, row.code, row.source_code, row.interpretation) == ("hemoglobin", "718-7", "HGB", "N")


def test_a_correction_takes_the_place_of_what_it_corrects(engine: Engine) -> None:
    take_in(engine, hl7("OBX|1|NM|2823-3^Potassium^LN||9.5|mmol/L|||||F"), name="one", at=AT)
    corrected = hl7("OBX|1|NM|2823-3^Potassium^LN||5.9|mmol/L|||||C", control="MSG2")
    report = take_in(engine, corrected, name="two", at=AT)
    assert (report.taken, report.replaced) == (1, 1)
    assert {row.value: row.status for row in results(engine)} == {
        "9.5": "entered-in-error",
        "5.9": "corrected",
    }


def test_a_wrong_result_is_withdrawn(engine: Engine) -> None:
    take_in(engine, hl7("OBX|1|NM|2823-3^Potassium^LN||9.5|mmol/L|||||F"), name="one", at=AT)
    take_in(engine, hl7("OBX|1|NM|2823-3^Potassium^LN||9.5|mmol/L|||||W", control="MSG2"), name="two", at=AT)
    assert [row.status for row in results(engine)] == ["entered-in-error"]


def test_sent_again_with_the_same_control_id_is_the_same_message(engine: Engine) -> None:
    message = hl7("OBX|1|NM|2823-3^Potassium^LN||5.9|mmol/L|||||F")
    take_in(engine, message, name="one", at=AT)
    again = take_in(engine, message.replace("|20260301120000|", "|20260301120500|"), name="two", at=AT)
    assert again.known_already
    assert len(results(engine)) == 1


def test_a_control_id_used_again_for_other_results_loses_nothing(engine: Engine) -> None:
    take_in(engine, hl7("OBX|1|NM|2823-3^Potassium^LN||5.9|mmol/L|||||F"), name="one", at=AT)
    take_in(engine, hl7("OBX|1|NM|2951-2^Sodium^LN||140|mmol/L|||||F"), name="two", at=AT)
    assert len(results(engine)) == 2


def test_a_childs_result_is_judged_by_the_labs_range_alone(sqlite_engine: Engine) -> None:
    child = "PID|1||MRN-9^^^LAB^MR||Child^A||20200101|F"
    with_range = hl7("OBX|1|NM|718-7^Hemoglobin^LN||11.8|g/dL|11.5-13.5||||F", pid=child)
    without = hl7("OBX|1|NM|718-7^Hemoglobin^LN|2|11.8|g/dL|||||F", pid=child, control="MSG2")
    for message in (with_range, without):
        take_in(sqlite_engine, message, name="file", at=AT)
    assert [row.interpretation for row in results(sqlite_engine)] == ["N", None]


def test_frames_and_line_ends_of_every_kind() -> None:
    message = hl7("OBX|1|NM|2823-3^Potassium^LN||5.9||||||F")
    for ends in ("\n", "\r\n", "\r"):
        assert len(hl7v2.split("\x0b" + message.replace("\r", ends) + "\x1c\r" + message)) == 2


POTASSIUM = "OBX|1|NM|2823-3^Potassium^LN||5.9|mmol/L|||||F"
SODIUM = "OBX|2|NM|2951-2^Sodium^LN||140|mmol/L|||||F"
REMARKS = [
    # segments after OBR, and the remark each result keeps
    ((POTASSIUM, "NTE|1|L|Slightly hemolyzed"), ["Slightly hemolyzed"]),
    ((POTASSIUM, "NTE|1||One~Two", "NTE|2||Three"), ["One\nTwo\nThree"]),
    (("NTE|1||Of the whole panel", POTASSIUM, "NTE|1||Of this", SODIUM),
     ["Of the whole panel\nOf this", "Of the whole panel"]),
    ((POTASSIUM, "NTE|1||"), [None]),
    ((POTASSIUM, "NTE|1||a \\T\\ b"), ["a & b"]),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "kept"), REMARKS)
def test_remarks_stay_with_what_they_are_about(parts: tuple[str, ...], kept: list[str | None]) -> None:
    assert [one.note for one in hl7v2.read(hl7(*parts)).results] == kept


def test_a_remark_about_no_result_is_left_out_and_said() -> None:
    """One about the patient, and one about a result that could not be obtained."""
    lost = "OBX|1|NM|2823-3^Potassium^LN||||||||X"
    parcel = hl7v2.read(hl7(lost, "NTE|1||Sample clotted").replace("\rOBR", "\rNTE|1||VIP\rOBR", 1))
    assert [(note.where, note.why) for note in parcel.skipped] == [
        ("NTE[1]-3", "a remark that is not about a result"),
        ("OBX[1]-11", "the laboratory could not obtain it"),
        ("NTE[2]-3", "a remark that is not about a result"),
    ]


def test_a_remark_is_kept_in_the_record_and_one_that_changes_is_a_change(engine: Engine) -> None:
    take_in(engine, hl7(POTASSIUM, "NTE|1||Hemolyzed"), name="one", at=AT)
    assert [row.note for row in results(engine)] == ["Hemolyzed"]
    again = take_in(engine, hl7(POTASSIUM, "NTE|1||Hemolyzed", control="MSG2"), name="two", at=AT)
    changed = take_in(engine, hl7(POTASSIUM, "NTE|1||Not hemolyzed", control="MSG3"), name="three", at=AT)
    assert (again.unchanged, changed.replaced) == (1, 1)


MALFORMED = [
    ("PID|1", "MSH: a message begins with MSH"),
    ("MSH", "MSH: does not say which separators"),
    ("MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.5", "MSH\\[1\\]-9: is not ORU\\^R01"),
    ("MSH|^~\\&|A|B|C|D|2026||ORU^R01||P|2.5\rPID|1||1^^^L", "MSH\\[1\\]-10: the message has no control id"),
    ("MSH|^~\\&|A|B|C|D|2026||ORU^R01|1|P|2.5", "PID: is missing"),
    ("MSH|^~\\&|A|B|C|D|2026||ORU^R01|1|P|2.5\rOBX|1|NM|2823-3||5||||||F", "before the patient"),
    ("MSH|^~\\&|A|B|C|D|2026||ORU^R01|1|P|2.5\rhello", "line 2: is not a segment"),
    (hl7("OBX|1|NM|||5.9||||||F"), "OBX\\[1\\]-3: does not say which test"),
    (
        hl7("OBX|1|NM|2823-3^K^LN||5.9||||||F", "OBX|2|NM|2823-3^K^LN||5.9||||||Q"),
        "OBX\\[2\\]-11: is not a result status",
    ),
    (hl7("OBX|1|NM|2823-3^K^LN||5.9||||||F|||20261301"), "OBX\\[1\\]-14: is not an HL7 time"),
    (hl7(pid="PID|1||1^^^L||A^B||soon"), "PID\\[1\\]-7: is not an HL7 time"),
]


@pytest.mark.parametrize(("content", "why"), MALFORMED)
def test_a_malformed_message_is_refused_by_its_field(sqlite_engine: Engine, content: str, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        take_in(sqlite_engine, content, "hl7v2", name="file", at=AT)
    assert results(sqlite_engine) == []
