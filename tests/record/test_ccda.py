"""C-CDA in: values, ranges and statuses of the results section, and documents that are refused."""

from typing import Any

import pytest
from sqlalchemy import Engine, select

from record import ccda as reader
from record import database, tables
from record.ccda import read as ccda_read
from record.formats import text_of
from record.incoming import IncomingResult, Malformed, Parcel
from record.intake import take_in
from tests.record.samples import ccda, ccda_result

AT = "2026-03-09T14:00:00.000000Z"


def read(*observations: str, **more: str) -> Parcel:
    return reader.read(ccda(*observations, **more), "file")


def first(value: str, **more: str) -> IncomingResult:
    return read(ccda_result(value, **more)).results[0]


def results(engine: Engine) -> list[Any]:
    with database.reading(engine) as connection:
        return list(connection.execute(select(tables.observation)))


VALUES = [
    ('<value xsi:type="PQ" value="5.90" unit="mmol/L"/>', "5.90", "mmol/L"),
    ('<value xsi:type="PQ" value=".8" unit="mg/dL"/>', "0.8", "mg/dL"),
    ('<value xsi:type="PQ" value="1.015"/>', "1.015", None),
    ('<value xsi:type="INT" value="3"/>', "3", None),
    ('<value xsi:type="ST">Borderline, equal to 1:80</value>', "Borderline, equal to 1:80", None),
    ('<value xsi:type="CD" code="1" displayName="Detected"/>', "Detected", None),
    ('<value xsi:type="CD" code="1"><originalText>Seen</originalText></value>', "Seen", None),
    ('<value xsi:type="IVL_PQ"><low value="90" unit="mL/min"/></value>', ">=90", "mL/min"),
    ('<value xsi:type="IVL_PQ"><high value="0.5" unit="mg/L" inclusive="false"/></value>', "<0.5", "mg/L"),
    ('<value xsi:type="IVL_PQ"><low value="3" unit="u"/><high value="4" unit="u"/></value>', "3-4", "u"),
]


@pytest.mark.parametrize(("written", "value", "unit"), VALUES)
def test_values(written: str, value: str, unit: str | None) -> None:
    taken = first(written)
    assert (taken.value, taken.unit) == (value, unit)


def a_range(inside: str) -> str:
    return f"<referenceRange><observationRange>{inside}</observationRange></referenceRange>"


NORMAL = '<interpretationCode code="N"/>'
ABNORMAL = '<interpretationCode code="A"/>'
RANGES = [
    (a_range("<text>3.5-5.1 mmol/L</text>"), [(None, None, "3.5-5.1 mmol/L")]),
    (
        a_range('<value xsi:type="IVL_PQ"><low value="3.5"/><high value="5.1"/></value>'),
        [("3.5", "5.1", None)],
    ),
    (
        a_range(f"<text>below 5</text>{NORMAL}") + a_range(f"<text>above 5</text>{ABNORMAL}"),
        [(None, None, "below 5")],
    ),
    (a_range(""), []),
]


@pytest.mark.parametrize(("written", "kept"), RANGES)
def test_ranges(written: str, kept: list[tuple[str | None, str | None, str | None]]) -> None:
    taken = first('<value xsi:type="PQ" value="5.9"/>', more=written)
    assert [(one.low, one.high, one.text) for one in taken.ranges] == kept


def test_where_each_thing_comes_from() -> None:
    parcel = read(ccda_result(more='<interpretationCode code="H"/>'))
    (taken,), (who,) = parcel.results, parcel.patients
    assert (taken.text, taken.flag, taken.status) == ("Potassium", "H", "final")
    assert taken.effective == "2026-03-01T08:00:00-05:00"
    assert (who.family, who.given, who.birth_date, who.sex) == ("Kept", "Name", "1980-03-10", "female")
    assert who.identifiers == (("urn:oid:1.2.3", "MRN-1"),)


SKIPPED = [
    (ccda_result("<value nullFlavor='NI'/>"), "no value was given"),
    (ccda_result(""), "no value was given"),
    (ccda_result(status="aborted"), "it was stopped"),
    (ccda_result(attributes='negationInd="true"'), "it was not measured"),
]


@pytest.mark.parametrize(("observation", "why"), SKIPPED)
def test_what_is_no_result_is_left_out_and_said(observation: str, why: str) -> None:
    parcel = read(observation)
    assert parcel.results == []
    assert [note.why for note in parcel.skipped] == [why]


def test_other_sections_are_not_results() -> None:
    parcel = read(ccda_result(), section="8716-3")
    assert parcel.results == []
    assert [note.why for note in parcel.skipped] == ["the document has no results section"]


def test_several_results_under_one_id_are_all_kept(engine: Engine) -> None:
    """Some systems give every result of a panel the same id."""
    sodium = '<code code="2951-2" codeSystem="2.16.840.1.113883.6.1" displayName="Sodium"/>'
    document = ccda(
        ccda_result(), ccda_result('<value xsi:type="PQ" value="140" unit="mmol/L"/>', code=sodium)
    )
    take_in(engine, document, name="file", at=AT)
    assert {row.code: row.value for row in results(engine)} == {"2823-3": "5.9", "2951-2": "140"}


BOMB = '<!DOCTYPE lolz [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/evil.dtd">'
MALFORMED = [
    ("<ClinicalDocument", "not well-formed XML"),
    ("<Bundle/>", "is not a C-CDA document"),
    (ccda(ccda_result(), head=BOMB), "DOCTYPE: is not allowed"),
    (ccda(ccda_result(), head=OUTSIDE), "DOCTYPE: is not allowed"),
    ("<a>" * 500 + "</a>" * 500, "nested too deep"),
    (ccda().replace("recordTarget", "elsewhere"), "recordTarget/patientRole: is missing"),
    (ccda().replace("19800310", "1980-03-10"), "birthTime: is not an HL7 time"),
    (ccda(ccda_result('<value xsi:type="PQ" value="5,9"/>')), "results observation 1/value: is not a number"),
    (ccda(ccda_result(code="")), "results observation 1/code: does not say which test"),
    (
        ccda(ccda_result().replace("20260301080000", "noon")),
        "results observation 1/effectiveTime: is not an HL7 time",
    ),
]


@pytest.mark.parametrize(("content", "why"), MALFORMED)
def test_a_malformed_document_is_refused_by_its_element(
    sqlite_engine: Engine, content: str, why: str
) -> None:
    with pytest.raises(Malformed, match=why):
        take_in(sqlite_engine, content, "ccda", name="file", at=AT)
    assert results(sqlite_engine) == []


PROBLEM = """<entry><act classCode="ACT" moodCode="EVN"><statusCode code="{act}"/><entryRelationship>
<observation classCode="OBS" moodCode="EVN" {attributes}><id root="1.1" extension="p1"/>
<effectiveTime><low value="20200101"/>{end}</effectiveTime>
<value xsi:type="CD" {value}</value>{more}</observation></entryRelationship></act></entry>"""
DIABETES = 'code="44054006" codeSystem="2.16.840.1.113883.6.96" displayName="Type 2 diabetes (disorder)">'
STATE = """<entryRelationship><observation><code code="33999-4"/><value code="{}"/>
</observation></entryRelationship>"""


def with_section(code: str, *entries: str, text: str = "") -> str:
    section = f'<section><code code="{code}"/><text>{text}</text>{"".join(entries)}</section>'
    body = f"<structuredBody><component>{section}</component>"
    return ccda(ccda_result()).replace("<structuredBody>", body)


def problem(
    value: str = DIABETES, *, act: str = "active", attributes: str = "", end: str = "", more: str = ""
) -> str:
    return PROBLEM.format(value=value, act=act, attributes=attributes, end=end, more=more)


PROBLEMS = [
    (problem(), ("Type 2 diabetes", "active")),
    (problem(act="completed"), ("Type 2 diabetes", "resolved")),
    (problem(end='<high value="20210101"/>'), ("Type 2 diabetes", "resolved")),
    (problem(more=STATE.format("73425007")), ("Type 2 diabetes", "inactive")),
    (problem(act="completed", more=STATE.format("55561003")), ("Type 2 diabetes", "active")),
    (problem("><originalText>Sugar sickness</originalText>"), ("Sugar sickness", "active")),
    (problem('><originalText><reference value="#p1"/></originalText>'), ("As the page says", "active")),
    (problem(attributes='negationInd="true"'), None),
    (problem('nullFlavor="UNK">'), None),
]


@pytest.mark.parametrize(("entry", "kept"), PROBLEMS)
def test_problems(entry: str, kept: tuple[str, str] | None) -> None:
    document = with_section("11450-4", entry, text='<content ID="p1">As the page says</content>')
    parcel = ccda_read(document, "file")
    assert [(one.text, one.status, one.onset) for one in parcel.facts] == (
        [(*kept, "2020-01-01")] if kept else []
    )
    assert len(parcel.skipped) == (0 if kept else 1)


MEDICINE = """<entry><substanceAdministration moodCode="EVN" {attributes}><id root="1.2" extension="m1"/>
<statusCode code="{status}"/><effectiveTime xsi:type="IVL_TS"><low value="20200101"/>{end}</effectiveTime>
<consumable><manufacturedProduct><manufacturedMaterial><code code="860975" codeSystem="2.16.840.1.113883.6.88"
displayName="Metformin 500 MG"/></manufacturedMaterial></manufacturedProduct></consumable>
</substanceAdministration></entry>"""
MEDICINES = [
    ("active", "", "", "active"),
    ("completed", "", "", "unknown"),  # C-CDA 1.1 calls every medicine completed
    ("completed", '<high value="20210101"/>', "", "completed"),
    ("active", '<high value="20300101"/>', "", "active"),  # an end that lies ahead
    ("aborted", "", "", "stopped"),
    ("active", "", 'negationInd="true"', None),
]


@pytest.mark.parametrize(("status", "end", "attributes", "kept"), MEDICINES)
def test_medicines(status: str, end: str, attributes: str, kept: str | None) -> None:
    entry = MEDICINE.format(status=status, end=end, attributes=attributes)
    document = with_section("10160-0", entry).replace(
        "<recordTarget>", '<effectiveTime value="20260301"/><recordTarget>'
    )
    parcel = ccda_read(document, "file")
    assert [(one.text, one.status, one.coding.code) for one in parcel.facts] == (
        [("Metformin 500 MG", kept, "860975")] if kept else []
    )


def test_a_wrong_result_leaves_no_problem_behind(engine: Engine) -> None:
    document = with_section("11450-4", problem()).replace('value="5.9"', 'value="5,9"')
    with pytest.raises(Malformed, match="results observation 1/value: is not a number"):
        take_in(engine, document, name="file", at=AT)
    with database.reading(engine) as connection:
        assert connection.execute(select(tables.condition)).all() == []


def test_a_remark_of_the_laboratory(engine: Engine) -> None:
    remark = '<entryRelationship><act><code code="48767-8"/><text>Hemolyzed</text></act></entryRelationship>'
    take_in(engine, ccda(ccda_result(more=remark)), name="file", at=AT)
    assert [row.note for row in results(engine)] == ["Hemolyzed"]


ENCODINGS = [("UTF-8", "utf-8"), ("ISO-8859-1", "iso-8859-1"), ("utf-16", "utf-16")]


@pytest.mark.parametrize(("said", "encoding"), ENCODINGS)
def test_the_encoding_a_document_names(said: str, encoding: str) -> None:
    document = ccda(ccda_result()).replace("UTF-8", said).replace("<given>Name", "<given>José")
    (who,) = ccda_read(text_of(document.encode(encoding)), "file").patients
    assert who.given == "José"
