"""Someone who writes to the real actions over a real record: all of Kith but the gateway and Rasa's guess."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from actions.reply import Reply
from actions.room import Room
from actions.server import ACTIONS
from actions.voice import Clinic
from bot.components.deciding import decide, load
from clinical import catalogue, extract
from knowledge.library import Library
from record import people
from record.apply import apply
from record.database import connect, migrate
from record.ids import new_id
from record.tables import message, statement, task

ROOT = Path(__file__).parents[3]
AT = "2026-11-20T15:00:00.000000Z"
RULES = load()


def action_of() -> dict[str, str]:
    """Intent -> action, from the rules Rasa is trained with."""
    files = (ROOT / "data/rules").glob("*.yml")
    rules = chain.from_iterable(yaml.safe_load(path.read_text())["rules"] for path in files)
    return {rule["steps"][0]["intent"]: rule["steps"][1]["action"] for rule in rules}


ACTION_OF = action_of()


@dataclass
class Writer:
    """One patient with a phone or a browser; what Rasa would guess is given with the words."""

    room: Room
    contact: people.Contact
    channel: str
    slots: dict[str, Any] = field(default_factory=dict)
    count: int = 0

    def says(self, text: str, guess: str = "tell", level: str = "none", kinds: tuple[str, ...] = ()) -> Reply:
        """The reply to one message; slots and record are as they would be afterwards."""
        self.count += 1
        mine = self._hear(text)
        names = extract.read(text, self.room.catalogue), extract.named(text, self.room.catalogue)
        entities = frozenset(
            name for name, found in zip(("lab_result", "lab_test"), names, strict=True) if found
        )
        intent, _ = decide(RULES, text, guess, 0.9, entities)
        metadata = {
            "full_text": text,
            "channel": self.channel,
            "message_id": mine,
            "screen": {"level": level, "kinds": list(kinds)},
        }
        tracker = SimpleNamespace(
            latest_message={"text": text, "intent": {"name": intent}, "metadata": metadata},
            sender_id=self.contact.conversation_id,
            slots=self.slots,
        )
        action = next(each for each in ACTIONS if each.action_name == ACTION_OF[intent])(self.room)
        turn = self.room.read_turn(tracker)
        reply = action.whole_answer(turn)
        self.slots = {**self.slots, **reply.remember, "turn": turn.voice.turn + 1}
        self._write(mine, reply)
        return reply

    @property
    def _shared(self) -> dict[str, str]:
        return {
            "patient_id": self.contact.patient_id, "conversation_id": self.contact.conversation_id,
            "channel": self.channel, "at": AT,
        }  # fmt: skip

    def _hear(self, text: str) -> str:
        """The message stands in the record before it is answered, as the gateway has it."""
        row = {"id": new_id(), "seq": self.count * 100, "direction": "in", "author": "patient", "text": text}
        with self.room.engine.begin() as connection:
            connection.execute(message.insert().values(**self._shared, **row))
        return str(row["id"])

    def _write(self, mine: str, reply: Reply) -> None:
        shared = self._shared
        with self.room.engine.begin() as connection:
            for place, said in enumerate(reply.said, 1):
                row = {"id": new_id(), "seq": self.count * 100 + place, "direction": "out", "author": "kith"}
                about = list(said.about) or None
                connection.execute(
                    message.insert().values(**shared, **row, text=said.text or "-", about=about)
                )
            report = apply(
                connection, patient_id=self.contact.patient_id, message_id=mine, inbox_id=f"i{self.count}",
                proposals=[dict(each) for each in reply.proposals], at=AT,
            )  # fmt: skip
            assert report.refused == []

    def rows(self, table: Any) -> list[Any]:
        with self.room.engine.connect() as connection:
            return list(connection.execute(table.select()))

    def kept(self, category: str) -> list[Any]:
        """Statements of one kind as they stand."""
        return [row for row in self.rows(statement) if row.category == category]

    def tasks(self) -> list[str]:
        return [row.code for row in self.rows(task)]


@pytest.fixture(scope="session")
def library() -> Library:
    """The index as `make build` made it; without it nothing can be explained."""
    return Library.open(ROOT / "models" / "index")


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "kith.db"
    engine = connect(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture
def room(tmp_path: Path, empty_database: Path, library: Library) -> Iterator[Room]:
    shutil.copy(empty_database, tmp_path / "kith.db")
    engine = connect(f"sqlite:///{tmp_path}/kith.db")
    yield Room(engine, catalogue.load(), library, Clinic("Riverbend", "555-0100"), lambda: AT)
    engine.dispose()


@pytest.fixture
def meet(room: Room) -> Callable[..., Writer]:
    """Someone who has agreed and whose identity was checked."""

    def make(
        channel: str = "sms", consent: str | None = "active", number: str = "+12025550123", **known: Any
    ) -> Writer:
        with room.engine.begin() as connection:
            contact = people.ensure_contact(connection, channel, number, AT)
            people.verify_identity(connection, contact.patient_id, AT)
            people.change_patient(
                connection, contact.patient_id, **{"sex": "female", "birth_date": "1970-05-01", **known}
            )
            if consent:
                people.give_consent(connection, contact.patient_id, consent, AT)
        return Writer(room, contact, channel)

    return make
