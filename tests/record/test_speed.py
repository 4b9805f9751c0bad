"""A clinic's backlog is taken in while someone waits."""

import time

from sqlalchemy import Engine

from clinical.catalogue import load
from record.intake import take_in
from tests.record.samples import bundle, observation, patient
from tests.support.yardstick import slowness

AT = "2026-03-09T14:00:00.000000Z"
SLOWEST = 500  # observations a second


def test_at_least_five_hundred_observations_a_second(sqlite_engine: Engine) -> None:
    load()  # read once a process, not once a file
    limits = [{"low": {"value": 3.5, "unit": "mmol/L"}, "high": {"value": 5.1, "unit": "mmol/L"}}]
    count = 2000
    content = bundle(
        patient(),
        *(
            observation(id=f"o{number}", value=3 + number / 1000, referenceRange=limits)
            for number in range(count)
        ),
    )
    began = time.perf_counter()
    assert take_in(sqlite_engine, content, name="file", at=AT).taken == count
    assert count / (time.perf_counter() - began) >= SLOWEST / slowness()
