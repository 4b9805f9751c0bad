"""A stack of its own for the faults, on SQLite, and the books kept of it."""

from collections.abc import Iterator

import pytest

from kith.stack import Stack, throwaway_stack
from tests.faults.ledger import Ledger


@pytest.fixture(scope="package")
def broken_stack() -> Iterator[Stack]:
    with throwaway_stack() as running:
        yield running


@pytest.fixture(scope="package")
def ledger(broken_stack: Stack) -> Ledger:
    return Ledger(broken_stack)
