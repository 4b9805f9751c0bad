"""A clinician's words reach the patient the way the patient last wrote, under the clinician's name."""

from dataclasses import dataclass

import pytest

from gateway.clinician import sender_of_replies
from record.tables import conversation, message
from tests.gateway.conftest import PHONE, Kit, until


@dataclass(frozen=True)
class Nurse:
    display_name: str = "Ana Ruiz, RN"


def reply(kit: Kit, text: str) -> None:
    send = sender_of_replies(kit.parts.store, kit.parts.bells)
    send(kit.rows(conversation)[0].id, Nurse(), text)


def test_by_text(kit: Kit) -> None:
    kit.phone("hello")
    until(lambda: kit.on_phone() == ["About hello"])
    reply(kit, "This is Ana. I’m here.")
    until(lambda: kit.on_phone() == ["About hello", "This is Ana. I'm here."])
    last = kit.rows(message)[-1]
    assert (last.author, last.author_name, last.seq) == ("clinician", "Ana Ruiz, RN", 3)


def test_in_the_widget_at_once(kit: Kit) -> None:
    browser = kit.widget()
    browser.post("/widget/messages", json={"client_id": "a", "text": "hello"})
    until(lambda: len(kit.rows(message)) == 2)
    with browser.stream("GET", "/widget/events", headers={"Last-Event-ID": "2"}) as stream:
        reply(kit, "This is Ana.")
        line = next(line for line in stream.iter_lines() if line.startswith("data: "))
    assert '"author_name": "Ana Ruiz, RN"' in line


def test_to_nobody_is_an_error(kit: Kit) -> None:
    send = sender_of_replies(kit.parts.store, kit.parts.bells)
    with pytest.raises(LookupError):
        send("no such conversation", Nurse(), "hello")


def test_the_bot_is_silent_while_a_clinician_speaks(kit: Kit) -> None:
    kit.phone("hello")
    until(lambda: kit.on_phone())
    with kit.engine.begin() as connection:
        connection.execute(conversation.update().values(taken_over_by="nurse"))
    kit.phone("are you there?")
    reply(kit, "Yes, I am.")
    until(lambda: kit.on_phone() == ["About hello", "Yes, I am."])
    assert kit.dialogue.texts() == ["hello"]
    with kit.engine.begin() as connection:
        connection.execute(conversation.update().values(taken_over_by=None))
    kit.phone("thanks", number=PHONE)
    until(lambda: kit.on_phone()[-1:] == ["About thanks"])
