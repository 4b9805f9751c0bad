"""How fast a clinic's backlog is taken in, and a long record read: `python -m bench.records`."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from clinical.catalogue import load as load_catalogue
from record import people
from record.database import connect, migrate, reading
from record.ids import now
from record.intake import take_in
from record.view import load as load_view

TESTS = (  # LOINC, name, unit, the laboratory's limits
    ("2823-3", "Potassium", "mmol/L", 3.5, 5.1),
    ("2951-2", "Sodium", "mmol/L", 136, 145),
    ("2160-0", "Creatinine", "mg/dL", 0.6, 1.2),
    ("718-7", "Hemoglobin", "g/dL", 12.0, 16.0),
    ("2345-7", "Glucose", "mg/dL", 70, 99),
    ("4548-4", "Hemoglobin A1c", "%", 4.0, 5.6),
    ("3016-3", "TSH", "m[IU]/L", 0.4, 4.5),
    ("777-3", "Platelets", "10*3/uL", 150, 400),
    ("99999-9", "A test nobody knows", "U/L", 1, 2),
    ("1742-6", "ALT", "U/L", 7, 56),
)
LABORATORY = [{"coding": [{"code": "laboratory"}]}]


def patient(number: int) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": f"p{number}",
        "identifier": [{"system": "urn:bench", "value": f"MRN-{number}"}],
        "name": [{"family": f"Bench{number}", "given": ["Ana"]}],
        "gender": "female",
        "birthDate": "1970-05-05",
    }


def observation(number: int, whose: int) -> dict[str, Any]:
    code, name, unit, low, high = TESTS[number % len(TESTS)]
    quantity = {"unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    value = round(low + (high - low) * (number % 37) / 30, 2)
    return {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final",
        "category": LABORATORY,
        "code": {"coding": [{"system": "http://loinc.org", "code": code}], "text": name},
        "subject": {"reference": f"Patient/p{whose}"},
        "effectiveDateTime": f"20{number % 26:02}-{number // 30 % 12 + 1:02}-{number % 28 + 1:02}T08:00:00Z",
        "valueQuantity": {"value": value, **quantity},
        "referenceRange": [{"low": {"value": low, **quantity}, "high": {"value": high, **quantity}}],
    }


def bundle(observations: int, patients: int) -> str:
    """A bundle of so many observations, spread over so many patients."""

    def resources() -> Iterator[dict[str, Any]]:
        yield from (patient(each) for each in range(patients))
        yield from (observation(each, each % patients) for each in range(observations))

    entries = [{"resource": each} for each in resources()]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


def store(folder: Path, name: str) -> Engine:
    engine = connect(f"sqlite:///{folder / name}.db")
    migrate(engine)
    return engine


def rate(engine: Engine, observations: int, patients: int) -> tuple[float, tuple[str, ...]]:
    """Observations a second, the file parsed, judged, written and committed; and whose they are."""
    content = bundle(observations, patients)
    began = time.perf_counter()
    report = take_in(engine, content, "fhir-r4", name="bench", at=now())
    took = time.perf_counter() - began
    if report.taken != observations:
        raise RuntimeError(f"{report.taken} of {observations} taken: {report.summary()}")
    return observations / took, report.patient_ids


def view_time(engine: Engine, patient_id: str, tries: int = 40) -> float:
    """Milliseconds the fastest reading of a patient's view takes."""
    with engine.begin() as connection:
        contact = people.ensure_contact(connection, "web", patient_id, now(), patient_id=patient_id)
        people.verify_identity(connection, patient_id, now())
    with reading(engine) as connection:
        return min(_once(engine, connection, contact.conversation_id) for _ in range(tries)) * 1000


def _once(engine: Engine, connection: Any, conversation_id: str) -> float:
    began = time.perf_counter()
    load_view(connection, conversation_id, at=now())
    return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.records", description=__doc__)
    parser.add_argument("--observations", type=int, default=20_000)
    parser.add_argument("--patients", type=int, default=200)
    given = parser.parse_args()
    load_catalogue()
    with tempfile.TemporaryDirectory(prefix="kith-bench-") as folder:
        views = {}
        for name, count, people_ in (
            ("short", 20, 1),
            ("one patient", given.observations, 1),
            ("many", given.observations, given.patients),
        ):
            engine = store(Path(folder), name.replace(" ", "-"))
            speed, owners = rate(engine, count, people_)
            views[name] = view_time(engine, owners[0])
            print(f"{name}: {count} observations of {people_}: {speed:,.0f}/s; view {views[name]:.2f} ms")
            engine.dispose()
        print(f"a long record's view over a short one's: {views['one patient'] / views['short']:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
