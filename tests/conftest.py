"""What tests of the whole share: one running Kith for all of them, with a throw-away database."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from evaluation.runner import Runner
from kith.stack import Stack, throwaway_stack

# The same examples every time: what was green stays green. HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("search", max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Gateway, Rasa, actions and the Twilio stand-in, as `bin/kith run` starts them."""
    with throwaway_stack({"KITH_DEMO": "1"}) as running:
        yield running


@pytest.fixture(scope="session")
def runner(stack: Stack) -> Runner:
    """Patients, phones and the record of that stack."""
    return Runner(stack)
