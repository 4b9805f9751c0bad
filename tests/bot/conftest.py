"""The trained model, a running server and the actions behind it; nothing of this loads TensorFlow."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.lean import keep_out_tensorflow
from bot.logs import log_plainly
from tests.bot.serving import Actions, Rasa, answering, free_port

keep_out_tensorflow()
os.environ.update(RASA_TELEMETRY_ENABLED="false", SQLALCHEMY_SILENCE_UBER_WARNING="1", OMP_NUM_THREADS="1")


@pytest.fixture(scope="session")
def model() -> Path:
    """The trained model of this very tree."""
    from bot.training import train

    log_plainly()
    return train()


@pytest.fixture(scope="session")
def running_actions() -> Iterator[Actions]:
    server = Actions(free_port())
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def actions(running_actions: Actions) -> Iterator[Actions]:
    """Answers as it should, unless the test says otherwise."""
    running_actions.behaviour, running_actions.announcing = answering, 200
    running_actions.calls.clear()
    yield running_actions
    running_actions.behaviour = answering


@pytest.fixture(scope="session")
def rasa(model: Path, running_actions: Actions, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rasa]:
    server = Rasa(tmp_path_factory.mktemp("rasa"), running_actions.server_address[1])
    server.start()
    yield server
    server.stop()
