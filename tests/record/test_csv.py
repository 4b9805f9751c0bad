"""CSV in, as its mapping says: every kind of cell, and errors that name the row and the column."""

from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from record import csv_mapping, csv_table, database, people, tables
from record.csv_mapping import MappingError
from record.incoming import IncomingResult, Malformed
from record.intake import ImportReport, take_in

AT = "2026-03-09T14:00:00.000000Z"
MAPPING = """
[file]
time_format = ["%m/%d/%Y %H:%M", "%m/%d/%Y"]
date_format = "%m/%d/%Y"

[patient]
system = "urn:clinic:mrn"

[columns]
patient = "MRN"
family = "Last name"
birth_date = "DOB"
sex = "Sex"
code = "LOINC"
name = "Test"
value = "Result"
unit = "Units"
range = "Range"
flag = "Flag"
time = "Collected"
status = "Status"
note = "Comment"

[flags]
"++" = "HH"
"""
HEADER = "MRN,Last name,DOB,Sex,LOINC,Test,Result,Units,Range,Flag,Collected,Status,Comment"
ROW = "7,Kept,03/10/1980,F,2823-3,Potassium,5.9,mmol/L,3.5-5.1,H,03/01/2026 08:30,F,hemolyzed"
SMALL = '[columns]\nvalue = "Result"\nname = "Test"\n'


def file(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


def with_cell(column: str, cell: str) -> str:
    cells = ROW.split(",")
    cells[HEADER.split(",").index(column)] = cell
    return ",".join(cells)


def read(*rows: str, mapping: str = MAPPING, header: str = HEADER) -> list[IncomingResult]:
    return csv_table.read(file(*rows, header=header), "file", csv_mapping.load(mapping)).results


def take(engine: Engine, content: str, mapping: str = MAPPING, **more: Any) -> ImportReport:
    return take_in(engine, content, "csv", name="labs.csv", at=AT, mapping=csv_mapping.load(mapping), **more)


def rows(engine: Engine, table: Any = tables.observation) -> list[Any]:
    with database.reading(engine) as connection:
        return list(connection.execute(select(table)))


def everything(engine: Engine) -> dict[str, int]:
    with database.reading(engine) as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in tables.metadata.tables.items()
        }


def test_a_row_is_a_result_of_its_patient(engine: Engine) -> None:
    report = take(engine, file(ROW, with_cell("MRN", "8"), with_cell("LOINC", "2951-2")))
    assert (report.taken, len(report.patient_ids)) == (3, 2)
    (row,) = [one for one in rows(engine) if one.code == "2823-3" and one.patient_id == report.patient_ids[0]]
    assert (row.value, row.unit, row.low, row.high, row.interpretation) == (
        "5.9",
        "mmol/L",
        "3.5",
        "5.1",
        "H",
    )
    assert (row.effective_at, row.status, row.note) == ("2026-03-01T08:30:00", "final", "hemolyzed")
    known = {one.value: one.system for one in rows(engine, tables.patient_identifier)}
    assert known == {"7": "urn:clinic:mrn", "8": "urn:clinic:mrn"}
    assert {(one.family, one.birth_date, one.sex) for one in rows(engine, tables.patient)} == {
        ("Kept", "1980-03-10", "female")
    }


def test_an_unknown_code_is_kept_as_it_came(engine: Engine) -> None:
    report = take(engine, file(with_cell("LOINC", "ZZ-17").replace("Potassium", "House test")))
    (row,) = rows(engine)
    assert (row.analyte, row.code, row.text, row.interpretation) == (None, "ZZ-17", "House test", "H")
    assert row.rule == "laboratory-range"
    assert report.taken == 1


def test_the_same_file_twice_changes_nothing(engine: Engine) -> None:
    take(engine, file(ROW))
    before = everything(engine)
    again = take(engine, file(ROW))
    assert (again.known_already, everything(engine)) == (True, before)


def test_a_longer_export_adds_only_what_is_new(engine: Engine) -> None:
    take(engine, file(ROW))
    report = take(engine, file(ROW, with_cell("LOINC", "2951-2")))
    assert (report.taken, report.unchanged) == (1, 1)


def test_a_changed_value_takes_the_place_of_the_old(engine: Engine) -> None:
    take(engine, file(ROW))
    report = take(engine, file(with_cell("Result", "4.9")))
    assert (report.taken, report.replaced) == (1, 1)
    assert {one.value: one.status for one in rows(engine)} == {"5.9": "entered-in-error", "4.9": "final"}


def test_one_wrong_cell_leaves_nothing_behind(engine: Engine) -> None:
    before = everything(engine)
    with pytest.raises(Malformed, match=r'^row 3 column "Collected": is not a time'):
        take(engine, file(ROW, with_cell("Collected", "noon")))
    assert everything(engine) == before


WRONG = [
    # rows, and what is said
    ([with_cell("Status", "done")], 'row 2 column "Status": is not a status Kith knows'),
    ([with_cell("Sex", "Q")], 'row 2 column "Sex": is not a sex Kith knows'),
    ([with_cell("DOB", "1980")], 'row 2 column "DOB": is not a date as the mapping writes it'),
    ([with_cell("DOB", "02/30/1980")], 'row 2 column "DOB": is not a date'),
    ([with_cell("MRN", "")], 'row 2 column "MRN": does not say whose it is'),
    ([with_cell("Test", "").replace("2823-3", "")], 'row 2 column "Test": does not say which test it is'),
    ([ROW + ",more"], "row 2: has 14 cells, the header has 13"),
    (["7,Kept"], "row 2: has 2 cells, the header has 13"),
    (['"open'], "row 2: is not CSV"),
    ([ROW, "", with_cell("Status", "?")], 'row 4 column "Status"'),
    ([with_cell("Comment", '"two\nlines"'), with_cell("Status", "?")], 'row 4 column "Status"'),
]


@pytest.mark.parametrize(("lines", "said"), WRONG)
def test_what_is_wrong_is_said_with_its_row_and_column(lines: list[str], said: str) -> None:
    with pytest.raises(Malformed) as caught:
        read(*lines)
    assert str(caught.value).startswith(said)


def test_several_wrong_cells_are_named_at_once() -> None:
    with pytest.raises(Malformed) as caught:
        read(*(with_cell("Status", "?") for _ in range(12)))
    assert str(caught.value).count("is not a status") == 10
    assert str(caught.value).endswith("; and 2 more")


HEADERS = [
    (
        HEADER.replace("Result", "Value"),
        'row 1 column "Result": is not in the file; the mapping says',
    ),
    (HEADER.replace("Comment", "Result"), 'row 1 column "Result": is twice'),
    ("", "is empty"),
]


@pytest.mark.parametrize(("header", "said"), HEADERS)
def test_a_header_that_does_not_fit_the_mapping(header: str, said: str) -> None:
    with pytest.raises(Malformed) as caught:
        csv_table.read(file(ROW, header=header) if header else "", "file", csv_mapping.load(MAPPING))
    assert str(caught.value).startswith(said)


CELLS = [
    # column, cell, and the field and what it becomes
    ("Result", "<0.5", "value", "<0.5"),
    ("Result", "Negative", "value", "Negative"),
    ("Result", "5.90", "value", "5.90"),
    ("Flag", "++", "flag", "HH"),
    ("Flag", "zz", "flag", None),
    ("Flag", "", "flag", None),
    ("Units", "", "unit", None),
    ("Collected", "03/01/2026", "effective", "2026-03-01"),
    ("Collected", "", "effective", None),
    ("Status", "Corrected", "status", "corrected"),
    ("Status", "", "status", "final"),
    ("Comment", "", "note", None),
    ("Test", "", "text", "2823-3"),
]


@pytest.mark.parametrize(("column", "cell", "field", "kept"), CELLS)
def test_cells(column: str, cell: str, field: str, kept: str | None) -> None:
    (result,) = read(with_cell(column, cell))
    assert getattr(result, field) == kept


def test_a_row_without_a_value_is_left_out_and_said() -> None:
    parcel = csv_table.read(file(with_cell("Result", "")), "file", csv_mapping.load(MAPPING))
    assert [(note.where, note.why) for note in parcel.skipped] == [("row 2", "no value was given")]


DECIMALS = [
    ("5,9", "5.9"),
    ("1.234,5", "1234.5"),
    ("<0,5", "<0.5"),
    ("Negative, weak", "Negative, weak"),
    ("140", "140"),
]


@pytest.mark.parametrize(("cell", "value"), DECIMALS)
def test_decimal_commas(cell: str, value: str) -> None:
    mapping = '[file]\ndelimiter = ";"\ndecimal = ","\n' + SMALL
    (result,) = read(f"Kalium;{cell}", mapping=mapping, header="Test;Result")
    assert result.value == value


TIMES = [
    ("2026-03-01", "2026-03-01"),
    ("2026-03", "2026-03"),
    ("2026", "2026"),
    ("2026-03-01 08:30", "2026-03-01T08:30:00"),
    ("2026-03-01T08:30-05:00", "2026-03-01T08:30:00-05:00"),
    ("2026-02-30", None),
    ("2026-13", None),
    ("03/01/2026", None),
    ("20260301", None),
    ("yesterday", None),
]


@pytest.mark.parametrize(("cell", "kept"), TIMES)
def test_times_without_a_format_are_iso(cell: str, kept: str | None) -> None:
    mapping, header = f'{SMALL}time = "When"\n', "Test,Result,When"
    if kept is None:
        with pytest.raises(Malformed, match='row 2 column "When": is not a time: write it as ISO'):
            read(f"Potassium,5.9,{cell}", mapping=mapping, header=header)
    else:
        assert read(f"Potassium,5.9,{cell}", mapping=mapping, header=header)[0].effective == kept


def test_limits_in_two_columns() -> None:
    mapping, header = f'{SMALL}low = "From"\nhigh = "To"\n', "Test,Result,From,To"
    (result,) = read("Potassium,5.9,3.5,5.1", mapping=mapping, header=header)
    assert [(one.low, one.high) for one in result.ranges] == [("3.5", "5.1")]
    with pytest.raises(Malformed, match='row 2 column "To": is not a number'):
        read("Potassium,5.9,3.5,high", mapping=mapping, header=header)


def test_a_file_that_does_not_say_whose_it_is(engine: Engine) -> None:
    content = "Test,Result\nPotassium,5.9\n"
    with pytest.raises(Malformed, match="say whose record it is"):
        take(engine, content, SMALL)
    with engine.begin() as connection:
        who = people.create_patient(connection, at=AT)
    assert take(engine, content, SMALL, patient_id=who).patient_ids == (who,)


def test_a_file_of_two_patients_is_not_one_patients(engine: Engine) -> None:
    with engine.begin() as connection:
        who = people.create_patient(connection, at=AT)
    with pytest.raises(Malformed, match="about 2 patients"):
        take(engine, file(ROW, with_cell("MRN", "8")), patient_id=who)


def test_a_mapping_mended_later_is_used_on_the_same_file(engine: Engine) -> None:
    with engine.begin() as connection:
        who = people.create_patient(connection, at=AT)
    content = "Test,Result,U\nPotassium,5.9,mmol/L\n"
    take(engine, content, SMALL, patient_id=who)
    report = take(engine, content, SMALL + 'unit = "U"\n', patient_id=who)
    assert (report.known_already, report.replaced) == (False, 1)


def test_without_a_mapping_a_csv_file_is_refused(sqlite_engine: Engine) -> None:
    with pytest.raises(Malformed, match="needs a mapping"):
        take_in(sqlite_engine, file(ROW), "csv", name="file", at=AT)


MAPPINGS = [
    ("[columns", "not TOML"),
    ("", r"\[columns\] value is missing"),
    ('[columns]\nvalue = "R"\n', r"\[columns\] code or name is missing"),
    (
        '[columns]\nvalue = "R"\nname = "T"\ncolour = "C"\n',
        r"\[columns\] colour is not known here",
    ),
    ('[columns]\nvalue = 3\nname = "T"\n', r"\[columns\] value is to be the header"),
    ('[columns]\nvalue = "R"\nname = "R"\n', "one header stands for two things"),
    (f'[file]\ndelimiter = ";;"\n{SMALL}', r"\[file\] delimiter is to be one character"),
    (f'[file]\ndecimal = "x"\n{SMALL}', r"\[file\] decimal"),
    (f'[file]\ntime_format = "soon"\n{SMALL}', r"\[file\] time_format is to be a format"),
    (f"[patient]\nsystem = 5\n{SMALL}", "system is to be a text"),
    (f'{SMALL}[flags]\nup = "high"\n', r"\[flags\] up is to be one of"),
    (f"{SMALL}[colums]\n", "colums is not known here"),
    ('file = "x"\n' + SMALL, r"\[file\] is to be a table"),
]


@pytest.mark.parametrize(("text", "said"), MAPPINGS)
def test_a_mapping_that_cannot_be_used_says_why(text: str, said: str) -> None:
    with pytest.raises(MappingError, match=said):
        csv_mapping.load(text)
