"""The clinic's systems: a token shown once, kept as a hash, good for what was given."""

import pytest
from sqlalchemy import Connection, select

from record import systems
from record.tables import clinic_system

AT = "2026-03-09T14:00:00.000000Z"


def test_a_token_opens_for_its_system_and_is_kept_nowhere(store: Connection) -> None:
    token = systems.add(store, "riverside-lab", AT)
    found = systems.find(store, token)
    assert found is not None
    assert (found.name, found.may, found.disabled) == ("riverside-lab", "write", False)
    (row,) = store.execute(select(clinic_system)).all()
    assert token not in str(row)
    assert len(token) > 40


@pytest.mark.parametrize("token", ["", "kith_", "kith_x", "x" * 5000, "\ud800", "é"])
def test_any_other_token_opens_nothing(store: Connection, token: str) -> None:
    systems.add(store, "lab", AT)
    assert systems.find(store, token) is None


RIGHTS = [("write", True, False), ("read", False, True), ("read+write", True, True)]


@pytest.mark.parametrize(("may", "write", "read"), RIGHTS)
def test_a_system_may_what_it_was_given(store: Connection, may: systems.May, write: bool, read: bool) -> None:
    found = systems.find(store, systems.add(store, "lab", AT, may=may))
    assert found is not None
    assert (found.allowed("write"), found.allowed("read")) == (write, read)


def test_a_disabled_system_opens_nothing_and_keeps_its_name(store: Connection) -> None:
    token = systems.add(store, "lab", AT)
    systems.disable(store, "lab", AT)
    assert systems.find(store, token) is None
    assert [(one.name, one.disabled) for one in systems.every(store)] == [("lab", True)]
    with pytest.raises(systems.ClinicSystemError, match="no system lab in use"):
        systems.disable(store, "lab", AT)


@pytest.mark.parametrize("name", ["", "Lab", "a b", "-lab", "x" * 49, "lab\n", "läb"])
def test_a_name_that_is_none(store: Connection, name: str) -> None:
    with pytest.raises(systems.ClinicSystemError, match="name has"):
        systems.add(store, name, AT)


def test_two_systems_of_one_name(store: Connection) -> None:
    systems.add(store, "lab", AT)
    with pytest.raises(systems.ClinicSystemError, match="a system lab already"):
        systems.add(store, "lab", AT)
