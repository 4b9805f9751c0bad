"""Whatever comes in: taken or refused by name, never a crash, never a hang, never half of it."""

import json
import random
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from record import database, people
from record.incoming import Malformed
from record.intake import take_in
from record.tables import import_batch, observation
from tests.record.samples import bundle, ccda, ccda_result, hl7, patient
from tests.record.samples import observation as sample

AT = "2026-03-09T14:00:00.000000Z"
SEEDS = {
    "fhir-r4": bundle(patient(), sample(), sample(id="o2", value=140, code="2951-2")),
    "hl7v2": hl7(
        "OBX|1|NM|2823-3^Potassium^LN||5.9|mmol/L|3.5-5.1|H|||F", "OBX|2|SN|2951-2^Sodium^LN||>^140"
    ),
    "ccda": ccda(ccda_result(), ccda_result('<value xsi:type="ST">Trace</value>')),
    "text": "Potassium 5.9 mmol/L (3.5-5.1) H\nSodium 140\nMy mom's INR 3.1 on 5/2/2026",
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
    yield made
    made.dispose()


def mutate(content: str, chance: random.Random) -> str:
    """A few cuts, swaps and pieces of junk, as a broken interface makes them."""
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(content) + 1)
        end = min(len(content), start + chance.choice((0, 1, 3, 20)))
        content = content[:start] + chance.choice(JUNK) + content[end:]
    return content


def settle(engine: Engine, content: str, format: str | None) -> None:
    """Take it in for a new patient: what the report says is what is there, and a refusal leaves nothing."""
    with engine.begin() as connection:
        who = people.create_patient(connection, at=AT)
    batches = count(engine, import_batch)
    began = time.perf_counter()
    try:
        report = take_in(engine, content, format, name="file", at=AT, patient_id=who)
    except Malformed:
        assert count(engine, import_batch) == batches
        taken = 0
    else:
        taken = report.taken
    assert time.perf_counter() - began < 1
    with database.reading(engine) as connection:
        mine = select(func.count()).select_from(observation).where(observation.c.patient_id == who)
        assert connection.scalar(mine) == taken


def count(engine: Engine, table: Any) -> int:
    with database.reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("format", list(SEEDS))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(PLACES), value=ANY_JSON)
def test_anything_in_any_field_of_an_observation(engine: Engine, place: str, value: Any) -> None:
    settle(
        engine,
        json.dumps({"resourceType": "Bundle", "entry": [{"resource": sample() | {place: value}}]}),
        "fhir-r4",
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.text(max_size=300))
def test_anything_at_all(engine: Engine, content: str) -> None:
    settle(engine, content, None)
