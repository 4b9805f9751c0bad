"""The examples in the room's docstrings hold."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["hearing", "patterns", "people", "voices"])
def test_docstring_examples_hold(name):
    tried = doctest.testmod(importlib.import_module(f"listening.stories.{name}"))
    assert tried.attempted
    assert not tried.failed
