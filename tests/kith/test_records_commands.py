"""`bin/kith import` and `bin/kith system`, as an engineer types them."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from kith.__main__ import main
from record.audit import verify
from record.database import connect, reading
from record.systems import find
from tests.record.samples import bundle, ccda, ccda_result, hl7, observation, patient

MAPPING = """
[columns]
patient = "MRN"
code = "LOINC"
name = "Test"
value = "Result"
time = "When"
"""
CSV = "MRN,LOINC,Test,Result,When\n7,2823-3,Potassium,5.9,2026-03-01\n7,99999-9,Odd,1,2026-03-01\n"
FILES = {
    "labs.json": bundle(patient(), observation()),
    "labs.ndjson": bundle(patient(), observation()).replace('"o1"', '"o9"'),
    "labs.hl7": hl7("OBX|1|NM|2823-3^Potassium^LN||5.9|mmol/L|3.5-5.1|H|||F"),
    "labs.xml": ccda(ccda_result()),
    "labs.csv": CSV,
}
BROKEN = {
    "labs.json": (bundle(patient(), observation(status="done")), "entry[1].resource.status: "),
    "labs.hl7": (FILES["labs.hl7"].replace("||F", "||Q"), "OBX[1]-11: "),
    "labs.xml": (ccda(ccda_result('<value xsi:type="PQ" value="?"/>')), "results observation 1/value: "),
    "labs.csv": (CSV.replace("2026-03-01\n7", "noon\n7"), 'row 2 column "When": '),
}


@pytest.fixture
def kith(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.setenv("KITH_VAR_DIR", str(tmp_path / "var"))
    (tmp_path / "mapping.toml").write_text(MAPPING)

    def run(*arguments: str | Path) -> int:
        return main([str(each) for each in arguments])

    return run


def with_mapping(path: Path) -> list[str | Path]:
    return ["--mapping", path.parent / "mapping.toml"] if path.suffix == ".csv" else []


def counts(tmp_path: Path) -> dict[str, int]:
    """Every table and how many rows it has."""
    with sqlite3.connect(tmp_path / "var/kith.db") as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


@pytest.mark.parametrize("name", list(FILES))
def test_a_file_is_taken_once(
    kith: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = tmp_path / name
    path.write_text(FILES[name])
    assert kith("import", path, *with_mapping(path)) == 0
    assert "labs" in (said := capsys.readouterr().out)
    assert ": taken " in said
    before = counts(tmp_path)
    assert before["observation"] == FILES[name].count("2823-3") + FILES[name].count("99999-9")
    assert kith("import", path, *with_mapping(path)) == 0
    assert "taken in before, nothing changed" in capsys.readouterr().out
    assert counts(tmp_path) == before


@pytest.mark.parametrize("name", list(BROKEN))
def test_one_bad_element_leaves_nothing_and_is_named(
    kith: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    content, where = BROKEN[name]
    good, path = tmp_path / f"good-{name}", tmp_path / name
    good.write_text(FILES[name])
    path.write_text(content)
    assert kith("import", good, *with_mapping(path)) == 0
    before = counts(tmp_path)
    capsys.readouterr()
    assert kith("import", path, *with_mapping(path)) == 1
    assert f"{path}: refused: {where}" in capsys.readouterr().err
    assert counts(tmp_path) == before


def test_the_other_files_are_in_when_one_is_refused(
    kith: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, content in (("bad.json", "{"), ("good.json", FILES["labs.json"])):
        (tmp_path / name).write_text(content)
    assert kith("import", tmp_path / "bad.json", tmp_path / "good.json", tmp_path / "none.json") == 1
    said = capsys.readouterr()
    assert "good.json: taken 1 results" in said.out
    assert "bad.json: refused: line 1 column 2: not JSON" in said.err
    assert "none.json: refused: " in said.err


def test_details_name_each_element(
    kith: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "labs.json"
    path.write_text(bundle(patient(), observation(code="99999-9"), {"resourceType": "Claim"}))
    kith("import", path, "--details")
    said = capsys.readouterr().out
    assert "  not taken: entry[2].resource: Claim is not something Kith keeps" in said
    assert "  not judged: entry[1].resource: " in said


REFUSED = [
    (["labs.csv"], "a CSV file needs a mapping"),
    (["labs.csv", "--mapping", "labs.csv"], "labs.csv: not TOML"),
    (["labs.csv", "--mapping", "none.toml"], "none.toml"),
    (["labs.json", "--patient", "nobody"], "there is no such patient"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED)
def test_what_cannot_be_done_is_said_in_one_line(
    kith: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    typed = [tmp_path / each if "." in each else each for each in arguments]
    assert kith("import", *typed) == 1
    told = capsys.readouterr().err.strip()
    assert said in told
    assert "\n" not in told


def test_a_system_is_added_listed_and_disabled(
    kith: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kith("system", "add", "riverside-lab") == 0
    token = capsys.readouterr().out.rpartition(" ")[2].strip()
    engine = connect(f"sqlite:///{tmp_path}/var/kith.db")
    with reading(engine) as connection:
        found = find(connection, token)
    assert found is not None
    assert found.may == "write"
    assert kith("system", "add", "riverside-lab") == 1
    assert "already" in capsys.readouterr().err
    assert kith("system", "disable", "riverside-lab") == 0
    assert kith("system", "list") == 0
    assert "riverside-lab\twrite\tdisabled" in capsys.readouterr().out
    with reading(engine) as connection:
        assert find(connection, token) is None
        assert verify(connection).lines == 2, "added and disabled, both noted"


@pytest.mark.parametrize(
    ("form", "holds"),
    [
        ((), '"type": "collection"'),
        (("--portrait",), '"resourceType": "Composition"'),
        (("--portrait", "json"), '"kithPortrait": 1'),
        (("--portrait", "words"), "I have nothing written down for you yet."),
    ],
)
def test_a_record_and_its_portrait_are_exported(
    kith: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    form: tuple[str, ...],
    holds: str,
) -> None:
    (tmp_path / "labs.json").write_text(FILES["labs.json"])
    assert kith("import", tmp_path / "labs.json") == 0
    with reading(connect(f"sqlite:///{tmp_path}/var/kith.db")) as connection:
        patient_id = connection.exec_driver_sql("SELECT id FROM patient").scalar_one()
    capsys.readouterr()
    assert kith("export", patient_id, *form) == 0
    assert holds in capsys.readouterr().out, "nothing measured is told before the identity check"
    assert kith("export", "nobody", *form) != 0
    assert kith("export", patient_id, *form, "-o", tmp_path / "out.json") == 0
    assert holds in (tmp_path / "out.json").read_text()
    assert (tmp_path / "out.json").stat().st_mode & 0o777 == 0o600, "nobody else's to read"
