"""A patient who sends papers to the actions themselves, with the slots Rasa would keep between the turns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from actions.guard import KithAction
from actions.reply import Reply
from actions.room import Room
from actions.tell.answer import Answer
from actions.tell.listen import Listen
from actions.turn import Turn
from actions.voice import Clinic
from bot.components.deciding import decide, load
from clinical import catalogue
from kith.settings import ROOT
from knowledge.library import Library
from record.database import connect, migrate
from record.ids import now
from record.people import ensure_contact
from record.tables import consent, patient

RULES = load()


class Hears(KithAction):
    """Any other intent: what matters here is decided before the action."""

    action_name = "hears"

    def answer(self, turn: Turn) -> Reply:
        return Listen(self.room).answer(turn)


@dataclass
class Talk:
    """One conversation with the actions; `proposed` is every proposal of the last turn."""

    room: Room
    conversation_id: str
    slots: dict[str, Any] = field(default_factory=dict)
    proposed: list[dict[str, Any]] = field(default_factory=list)

    def says(self, text: str, *papers: dict[str, Any], channel: str = "sms", level: str = "none") -> str:
        """What Kith answers to these words, with these papers beside them."""
        intent, _ = decide(RULES, text or "?", None, 0.0, frozenset())
        metadata = {"full_text": text, "channel": channel, "screen": {"level": level}, "papers": list(papers)}
        message = {"text": text or "?", "intent": {"name": intent}, "metadata": metadata}
        tracker = SimpleNamespace(latest_message=message, slots=self.slots, sender_id=self.conversation_id)
        action = Answer if intent in ("affirm", "deny") else Hears
        reply = action(self.room).whole_answer(self.room.read_turn(tracker))
        self.slots |= {**reply.remember, "turn": (self.slots.get("turn") or 0) + 1}
        payload = reply.payload()
        self.proposed = payload["proposals"]
        return " | ".join(each["text"] for each in payload["replies"])

    def observations(self) -> list[dict[str, Any]]:
        return [each for each in self.proposed if each["kind"] == "observation"]

    def tasks(self) -> list[str]:
        return [each["code"] for each in self.proposed if each["kind"] == "task"]


@pytest.fixture(scope="session")
def library() -> Library:
    return Library.open(ROOT / "models" / "index")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path / 'kith.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def talk(engine: Engine, library: Library) -> Callable[..., Talk]:
    """A talk with a patient of this name, who has agreed to be recorded unless told otherwise."""

    def begin(given: str | None = "Rosa", family: str | None = "López", agreed: bool = True) -> Talk:
        with engine.begin() as connection:
            contact = ensure_contact(connection, "sms", "+12025550111", now())
            this = patient.c.id == contact.patient_id
            connection.execute(patient.update().where(this).values(given=given, family=family, sex="female"))
            if agreed:
                row = {"id": "c", "patient_id": contact.patient_id, "scope": "record-and-share"}
                connection.execute(insert(consent).values(**row, status="active", created_at=now()))
        room = Room(engine, catalogue.load(), library, Clinic("the clinic", "555-0100"), now)
        return Talk(room, contact.conversation_id)

    return begin


def paper(text: str, *, kind: str = "photo", doubtful: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """A paper as the gateway tells the actions of it; `doubtful` are words of it that were not clear."""
    spans = [[text.index(each), text.index(each) + len(each)] for each in doubtful]
    given = {"kind": kind, "text": text, "doubtful": spans, "pages": 1, "pages_read": 1, "problem": None}
    return given | more
