"""A real record, real articles, a real turn; only the language model is a stand-in, and speaks HTTP."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from actions.rephrasing.model import open_model
from actions.rephrasing.rephraser import Rephraser
from actions.reply import Reply
from actions.room import Room
from actions.turn import Turn
from actions.voice import Clinic
from clinical import catalogue
from knowledge.library import Library
from record import database, people
from tests.support.language_model import Standin, language_model

AT = "2026-03-09T14:00:00.000000Z"
GIVEN, FAMILY, CLINIC, PHONE = "Rosalind", "Quillfeather", "Marrowbone Clinic", "555-0142"
MODELS = Path(__file__).parents[3] / "models"


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    engine = database.connect(f"sqlite:///{tmp_path_factory.mktemp('record')}/kith.db")
    database.migrate(engine)
    return Room(
        engine=engine, catalogue=catalogue.load(), library=Library.open(MODELS / "index"),
        clinic=Clinic(CLINIC, PHONE), now=lambda: AT,
    )  # fmt: skip


@pytest.fixture(scope="session")
def conversation(room: Room) -> str:
    with room.engine.begin() as connection:
        who = people.create_patient(
            connection, at=AT, given=GIVEN, family=FAMILY, birth_date="1961-04-17", sex="female"
        )
        people.give_consent(connection, who, "active", AT)
        return people.conversation_of(connection, who, AT)


@pytest.fixture
def turn_of(room: Room, conversation: str) -> Callable[..., Turn]:
    """A turn as Rasa's tracker brings it: turn_of("my potassium is 5.9", channel="sms")."""

    def make(text: str, channel: str = "sms", screen: str = "none", **slots: object) -> Turn:
        metadata = {
            "full_text": text, "channel": channel, "author": "patient", "message_id": "canary-message-id",
            "screen": {"level": screen},
        }  # fmt: skip
        message = {"text": text, "metadata": metadata, "intent": {"name": "ask_result"}}
        return room.read_turn(
            SimpleNamespace(latest_message=message, sender_id=conversation, slots=dict(slots))
        )

    return make


@pytest.fixture
def explained(room: Room, turn_of: Callable[..., Turn]) -> Callable[..., tuple[Turn, Reply]]:
    """A turn and its plain answer."""

    def make(text: str, channel: str = "sms", screen: str = "none", **slots: object) -> tuple[Turn, Reply]:
        turn = turn_of(text, channel, screen, **slots)
        return turn, room.explainer.explain(turn)

    return make


@pytest.fixture
def standin() -> Iterator[Standin]:
    with language_model() as running:
        yield running


@pytest.fixture
def rephraser_of(room: Room, standin: Standin) -> Callable[[float], Rephraser]:
    """The real LangChain client against the stand-in, given so many seconds."""

    def make(seconds: float) -> Rephraser:
        model = open_model("openai:standin", base_url=standin.address, api_key="not-a-key", seconds=seconds)
        return Rephraser(model, room.catalogue, room.library, seconds=seconds)

    return make


@pytest.fixture
def rephraser(rephraser_of: Callable[[float], Rephraser]) -> Rephraser:
    """One that waits out a busy machine: what its tests ask is what comes of an answer, not how soon."""
    return rephraser_of(30)
