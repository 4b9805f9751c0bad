"""Whatever comes in: taken or refused by name, never a crash, never a hang, never half of it."""

import gc
import json
import random
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from clinical.catalogue import load as load_catalogue
from record import csv_mapping, database, people, release_rules
from record.hl7v2.segments import segments
from record.incoming import Malformed
from record.intake import take_in
from record.mllp.receiving import Receiver
from record.tables import import_batch, observation, patient
from tests.record.samples import bundle, ccda, ccda_result, hl7
from tests.record.samples import observation as sample
from tests.record.samples import patient as person
from tests.support.yardstick import slowness

AT = "2026-03-09T14:00:00.000000Z"
SEEDS = {
    "fhir-r4": bundle(person(), sample(), sample(id="o2", value=140, code="2951-2")),
    "hl7v2": hl7(
        "OBX|1|NM|2823-3^Potassium^LN||5.9|mmol/L|3.5-5.1|H|||F", "OBX|2|SN|2951-2^Sodium^LN||>^140"
    ),
    "ccda": ccda(ccda_result(), ccda_result('<value xsi:type="ST">Trace</value>')),
    "csv": "MRN,Code,Test,Result,Unit,Range,When,Status\n7,2823-3,Potassium,5.9,mmol/L,3.5-5.1,2026-03-01,F\n"
    "7,2951-2,Sodium,140,mmol/L,136-145,2026-03-01T08:00:00Z,C\n",
    "text": "Potassium 5.9 mmol/L (3.5-5.1) H\nSodium 140\nMy mom's INR 3.1 on 5/2/2026",
}
MAPPING = csv_mapping.load(
    """[columns]
patient = "MRN"
code = "Code"
name = "Test"
value = "Result"
unit = "Unit"
range = "Range"
time = "When"
status = "Status"
"""
)
# The same examples every time: what fails here fails on every machine, and can be looked at.
BOUNDED = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}
JUNK = [
    "",
    "\x00",
    "\ud800",
    "9" * 400,
    "-",
    "|",
    "^",
    "&",
    "\\",
    '"',
    "{",
    "]",
    "<",
    ">",
    "é",
    "null",
    "1e999",
    "\r",
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = database.connect(f"sqlite:///{tmp_path_factory.mktemp('fuzz') / 'kith.db'}")
    database.migrate(made)
    for format, content in SEEDS.items():  # libraries and tables are loaded with the first of each
        take_in(made, content, format, name="first", at=AT, patient_id=_someone(made), mapping=MAPPING)
    yield made
    made.dispose()


def mutate(content: str, chance: random.Random) -> str:
    """A few cuts, swaps and pieces of junk, as a broken interface makes them."""
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(content) + 1)
        end = min(len(content), start + chance.choice((0, 1, 3, 20)))
        content = content[:start] + chance.choice(JUNK) + content[end:]
    return content


def _someone(engine: Engine) -> str:
    with engine.begin() as connection:
        return people.create_patient(connection, at=AT)


def settle(engine: Engine, content: str, format: str | None) -> None:
    """Take it in for a new patient: what the report says is what is there, and a refusal leaves nothing."""
    who, batches = _someone(engine), count(engine, import_batch)
    gc.disable()  # the garbage of ten thousand other tests is not this one's cost
    began = time.thread_time()  # what it costs, however busy the machine is
    try:
        report = take_in(engine, content, format, name="file", at=AT, patient_id=who, mapping=MAPPING)
    except Malformed:
        assert count(engine, import_batch) == batches
        taken = 0
    else:
        taken = report.taken
    finally:
        spent = time.thread_time() - began
        gc.enable()
    assert spent < 1 or spent < slowness()
    with database.reading(engine) as connection:
        mine = select(func.count()).select_from(observation).where(observation.c.patient_id == who)
        assert connection.scalar(mine) == taken


def count(engine: Engine, table: Any) -> int:
    with database.reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("format", list(SEEDS))
@settings(max_examples=80, **BOUNDED)
@given(seed=st.integers(0, 2**32))
def test_damaged_records(engine: Engine, format: str, seed: int) -> None:
    settle(engine, mutate(SEEDS[format], random.Random(seed)), format)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=12), part, max_size=4),
    max_leaves=12,
)
PLACES = [
    "status",
    "category",
    "code",
    "subject",
    "effectiveDateTime",
    "valueQuantity",
    "referenceRange",
    "component",
    "interpretation",
]


@settings(max_examples=150, **BOUNDED)
@given(place=st.sampled_from(PLACES), value=ANY_JSON)
def test_anything_in_any_field_of_an_observation(engine: Engine, place: str, value: Any) -> None:
    settle(
        engine,
        json.dumps({"resourceType": "Bundle", "entry": [{"resource": sample() | {place: value}}]}),
        "fhir-r4",
    )


@settings(max_examples=100, **BOUNDED)
@given(content=st.text(max_size=300))
def test_anything_at_all(engine: Engine, content: str) -> None:
    settle(engine, content, None)


CELL = st.text(max_size=12) | st.sampled_from(
    ["", '"', "\n", ",", "2823-3", "5.9", "<", "noon", "\x00", "\ud800"]
)


@settings(max_examples=100, **BOUNDED)
@given(rows=st.lists(st.lists(CELL, min_size=8, max_size=9), max_size=4))
def test_any_cells_of_a_csv_file(engine: Engine, rows: list[list[str]]) -> None:
    header = SEEDS["csv"].partition("\n")[0]
    settle(engine, "\n".join([header, *(",".join(row) for row in rows)]), "csv")


FIELD = st.text(max_size=12) | st.sampled_from(
    ["^", "~", "&", "\\", "2823-3^K^LN", "5.9", "F", "20260301", "<^5", "NM"]
)


@settings(max_examples=100, **BOUNDED)
@given(
    fields=st.lists(st.tuples(st.integers(1, 16), FIELD), max_size=5),
    name=st.sampled_from(["OBX", "OBR", "PID", "NTE"]),
)
def test_any_fields_of_a_segment(engine: Engine, fields: list[tuple[int, str]], name: str) -> None:
    lines = hl7("OBX|1|NM|2823-3^Potassium^LN||5.9|mmol/L|3.5-5.1|H|||F", "NTE|1||Remark").split("\r")
    for index, line in enumerate(lines):
        parts = [*line.split("|"), *[""] * 17]
        for place, field in fields if parts[0] == name else ():
            parts[place] = field
        lines[index] = line if parts[0] == "MSH" else "|".join(parts)
    settle(engine, "\r".join(lines), "hl7v2")


@settings(max_examples=100, **BOUNDED)
@given(seed=st.integers(0, 2**32), raw=st.binary(max_size=200))
def test_every_message_from_the_wire_gets_an_answer(engine: Engine, seed: int, raw: bytes) -> None:
    receiver = Receiver(engine, load_catalogue(), release_rules.load())
    message = mutate(SEEDS["hl7v2"], random.Random(seed)).encode("utf-8", "replace")
    before = count(engine, patient)
    for sent in (raw, message + raw):
        answer = segments(receiver.receive(sent).decode().rstrip("\r"))
        codes = [each[1] for each in answer if each.name == "MSA"]
        assert codes in (["AA"], ["AE"], ["AR"])
        if codes != ["AA"]:
            assert count(engine, patient) == before
        before = count(engine, patient)


NODES = [
    "<value/>",
    "<code/>",
    "<effectiveTime value='noon'/>",
    "<effectiveTime value='20260301'/>",
    "<low value='1e9'/>",
    "<value xsi:type='IVL_PQ'><high value='5'/></value>",
    "<referenceRange/>",
    "<statusCode code='aborted'/>",
    "<entryRelationship><act><code code='48767-8'/></act></entryRelationship>",
    "<originalText>&#x41;</originalText>",
]


@settings(max_examples=100, **BOUNDED)
@given(nodes=st.lists(st.sampled_from(NODES), max_size=6), value=st.text(max_size=20))
def test_any_elements_of_a_document(engine: Engine, nodes: list[str], value: str) -> None:
    safe = value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    first = ccda_result(f'<value xsi:type="PQ" value="{safe}"/>', more="".join(nodes))
    settle(engine, ccda(ccda_result(), first), "ccda")


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = {
    "a billion laughs": f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]><x>&a9;</x>',
    "a file of this machine": '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>',
    "a parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]><x/>',
    "an outside document type": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>',
    "an empty document type": "<!DOCTYPE x><x/>",
    "an unknown entity": "<x>&boom;</x>",
    "too deep": "<a>" * 100_000,
    "very many attributes": "<x " + " ".join(f"a{n}='1'" for n in range(50_000)) + "/>",
    "in another encoding": '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "b">]><x/>',
}


@pytest.mark.parametrize("name", list(BOMBS))
def test_no_document_is_expanded_or_fetched(engine: Engine, name: str) -> None:
    with pytest.raises(Malformed):
        take_in(engine, BOMBS[name], "ccda", name="file", at=AT)
    settle(engine, BOMBS[name], "ccda")


LONG = {
    "digits": "9" * 20_000,
    "spaces": " " * 20_000,
    "limits": "1-" * 8_000,
    "sexes": "f 1 m 2 " * 3_000,
    "signs": "<" * 15_000,
    "brackets": "(" * 15_000,
    "words": "mg per deci " * 2_000,
    "points": "1." * 8_000,
    "escapes": "\\" * 15_000,
    "a sentence": "Reference range: " * 1_200,
}


def with_long(place: str, text: str) -> str:
    range_ = [{"text": text}] if place == "range" else []
    quantity = {"value": 5.9, "unit": text if place == "unit" else "mmol/L"}
    value = {"valueQuantity": None, "valueString": text} if place == "value" else {"valueQuantity": quantity}
    name = {"code": {"text": text}} if place == "name" else {}
    return bundle(person(), sample(referenceRange=range_, **value) | name)


@pytest.mark.parametrize("place", ["range", "unit", "value", "name"])
@pytest.mark.parametrize("kind", list(LONG))
def test_a_long_text_anywhere_hangs_nothing(engine: Engine, place: str, kind: str) -> None:
    settle(engine, with_long(place, LONG[kind]), "fhir-r4")
