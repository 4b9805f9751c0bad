"""A clinician takes over and hands back: the patient reads both, and nobody is left waiting."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import case, update

from gateway.clinician import sender_of_replies
from gateway.holds import announcer, give_back, held_now
from record import users
from record.ids import now, stamp
from record.tables import audit_event, conversation, flag, inbox, message, oncall_send, task, user
from tests.gateway.conftest import Kit, until
from tests.paging.conftest import (
    ANA,
    LIST,
)
from tests.paging.conftest import (
    make_paged as make_paged,
)

OVER = "Ana Ruiz, a nurse, from Test Clinic is writing to you now."
BACK = "This is Kith again"


@dataclass(frozen=True)
class Nurse:
    display_name: str = "Ana Ruiz, RN"
    role: str = "nurse"


def take_over(kit: Kit) -> None:
    """As the care-team pages do it: the hold and the line in one transaction."""
    if not kit.rows(user):
        with kit.engine.begin() as connection:
            users.create(
                connection, username="ana", display_name="Ana Ruiz, RN", role="nurse",
                password="green lantern 42 rivers", at=now(),
            )  # fmt: skip
    thread, ana, at = kit.rows(conversation)[0].id, kit.rows(user)[0].id, now()
    with kit.engine.begin() as connection:
        connection.execute(update(conversation).values(taken_over_by=ana, taken_over_at=at))
        announcer(kit.parts.desk)(connection, thread, Nurse(), "taken-over", at)


def hand_back(kit: Kit) -> None:
    thread = kit.rows(conversation)[0].id
    with kit.engine.begin() as connection:
        announcer(kit.parts.desk)(connection, thread, Nurse(), "back", now())
        connection.execute(update(conversation).values(taken_over_by=None, taken_over_at=None))


def reply(kit: Kit, text: str) -> None:
    sender_of_replies(kit.parts.store, kit.parts.bells)(kit.rows(conversation)[0].id, Nurse(), text)


def talk(kit: Kit) -> None:
    kit.phone("hello")
    until(lambda: kit.on_phone() == ["About hello"])


def long_ago(kit: Kit, minutes: float) -> None:
    """Everything of this hold happened so long before."""
    with kit.engine.begin() as connection:
        past = stamp(datetime.fromisoformat(now()) - timedelta(minutes=minutes))
        earlier = stamp(datetime.fromisoformat(past) - timedelta(minutes=1))
        since = kit.rows(conversation)[0].taken_over_at
        connection.execute(update(message).values(at=case((message.c.at >= since, past), else_=earlier)))
        connection.execute(update(conversation).values(taken_over_at=past))


def test_both_sides_see_who_speaks_and_kith_is_quiet(kit: Kit) -> None:
    talk(kit)
    take_over(kit)
    until(lambda: kit.on_phone()[1:] and kit.on_phone()[1].startswith(OVER))
    kit.phone("are you there?")
    until(lambda: len(kit.rows(inbox)) == 2)
    reply(kit, "Yes, I am.")
    until(lambda: kit.on_phone()[2:] == ["Yes, I am."])
    until(lambda: all(row.state == "done" for row in kit.rows(inbox)))
    assert kit.dialogue.texts() == ["hello"]
    hand_back(kit)
    until(lambda: kit.on_phone()[3:] and kit.on_phone()[3].startswith(BACK))
    assert "send it again" not in kit.on_phone()[3]
    kit.phone("thank you")
    until(lambda: kit.on_phone()[4:] == ["About thank you"])


def test_danger_is_heard_whoever_speaks(kit: Kit) -> None:
    talk(kit)
    take_over(kit)
    kit.phone("I have chest pain")
    until(lambda: "Call 911 now. (emergency)" in kit.on_phone())
    assert [row.level for row in kit.rows(flag)] == ["emergency"]
    assert kit.rows(task)[0].priority == "stat"


def test_what_was_left_open_is_said_at_handing_back(kit: Kit) -> None:
    talk(kit)
    take_over(kit)
    reply(kit, "Hello, Ana here.")
    kit.phone("can I come today?")
    until(lambda: len(kit.rows(inbox)) == 2 and kit.rows(inbox)[1].state == "done")
    hand_back(kit)
    last = until(lambda: len(kit.on_phone()) == 4 and kit.on_phone()[3])
    assert "please send it again" in last
    assert "555-0100" in last


def test_a_message_on_its_way_to_kith_when_someone_takes_over_is_theirs(kit: Kit) -> None:
    talk(kit)
    kit.dialogue.mode, kit.dialogue.hang = "hang", 0.7
    kit.dialogue.failing = lambda body: True
    kit.phone("slow one")
    until(lambda: len(kit.dialogue.heard) == 2)
    take_over(kit)
    kit.dialogue.mode = "answer"
    until(lambda: all(row.state == "done" for row in kit.rows(inbox)))
    reply(kit, "Ana here.")
    until(lambda: kit.on_phone()[-1] == "Ana here.")
    assert "About slow one" not in kit.said()


def test_a_message_waiting_at_handing_back_is_answered(kit: Kit) -> None:
    talk(kit)
    kit.dialogue.mode = "500"
    take_over(kit)
    hand_back(kit)
    kit.phone("still there?")
    kit.dialogue.mode = "answer"
    until(lambda: "About still there?" in kit.on_phone())


def test_nobody_is_left_in_silence(kit: Kit) -> None:
    talk(kit)
    take_over(kit)
    kit.phone("can I come today?")
    until(lambda: len(kit.rows(inbox)) == 2 and kit.rows(inbox)[1].state == "done")
    until(lambda: len(kit.on_phone()) == 2)
    long_ago(kit, 16)
    told = until(lambda: [text for text in kit.on_phone() if "could not answer you yet" in text])[0]
    assert told.startswith("Ana Ruiz could not answer")
    [held] = [row for row in kit.rows(task) if row.code == "left-waiting"]
    assert (held.priority, held.quote) == ("asap", "can I come today?")
    assert kit.rows(conversation)[0].taken_over_by is None
    assert "U:hand-back-idle" in [row.action for row in kit.rows(audit_event)]
    kit.phone("hello again")
    until(lambda: "About hello again" in kit.on_phone())


@pytest.mark.parametrize("last", ["Thanks!", "ok"])
def test_a_thank_you_waits_for_nothing(kit: Kit, last: str) -> None:
    talk(kit)
    take_over(kit)
    reply(kit, "Come at three.")
    kit.phone(last)
    until(lambda: len(kit.rows(inbox)) == 2 and kit.rows(inbox)[1].state == "done")
    with kit.engine.connect() as connection:
        [held] = held_now(connection, kit.parts.desk)
    assert held.waiting_since is None


def test_whoever_is_slow_is_reminded_once(make_paged) -> None:
    kit: Kit = make_paged(LIST.replace('key = "ana"', 'key = "ana"\nusername = "ana"'))
    talk(kit)
    take_over(kit)
    kit.phone("can I come today?")
    until(lambda: len(kit.rows(inbox)) == 2 and kit.rows(inbox)[1].state == "done")
    long_ago(kit, 6)
    reminded = until(lambda: kit.on_phone(ANA))
    assert "has waited 5 min" in reminded[0]
    assert "/care/?show=mine" in reminded[0]
    until(lambda: "ok" in kit.client.get("/health/ready").text)
    assert len([row for row in kit.rows(oncall_send) if row.kind == "reminder"]) == 1
    assert kit.rows(conversation)[0].taken_over_by is not None


def test_left_waiting_pages_the_list(make_paged) -> None:
    kit: Kit = make_paged()
    talk(kit)
    take_over(kit)
    kit.phone("can I come today?")
    until(lambda: len(kit.rows(inbox)) == 2 and kit.rows(inbox)[1].state == "done")
    long_ago(kit, 16)
    until(lambda: any("A PATIENT WAITS" in text for text in kit.on_phone(ANA)))


def test_who_took_it_again_meanwhile_keeps_it(kit: Kit) -> None:
    talk(kit)
    take_over(kit)
    with kit.engine.connect() as connection:
        [held] = held_now(connection, kit.parts.desk)
    take_over(kit)
    with kit.engine.begin() as connection:
        assert not give_back(connection, held, kit.parts.desk, now())
    assert kit.rows(conversation)[0].taken_over_by is not None
