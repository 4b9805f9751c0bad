"""The catalogue that ships, loaded once."""

import pytest

from clinical import catalogue
from clinical.catalogue import Catalogue


@pytest.fixture(scope="session")
def tests_known() -> Catalogue:
    return catalogue.load()
