"""In a crowd the model is asked after the door: nothing is heard less, said twice, or answered before it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import update

from gateway import screening, second
from gateway.intake import Inbound
from gateway.reception import can_wait
from gateway.spool import Spool
from listening.redflags.types import Screening
from record.tables import flag, inbox, outbox, task
from tests.gateway.conftest import EAR, Dialogue, Kit, screen, until

HINT = "chest pain"  # to the words alone these say nothing in this file; the model hears them
HARD_OF_HEARING = replace(
    EAR, glance=lambda text: screen(text) if "plainly" in text else Screening("none", ())
)
HEARD_LATE = {"level": "emergency", "kinds": ["chest-pain"]}


@contextmanager
def crowd(kit: Kit, count: int = 6) -> Iterator[None]:
    """So many messages are being taken in."""
    with ExitStack() as at_the_door:
        for _ in range(count):
            at_the_door.enter_context(kit.parts.crowd)
        yield


@pytest.fixture
def kit(make_kit: Callable[..., Kit], database_url: str) -> Kit:
    return make_kit(database_url, ear=HARD_OF_HEARING)


def test_what_only_the_model_hears_is_answered_and_paged_with_the_dialogue_down(
    make_kit: Callable[..., Kit], database_url: str
) -> None:
    kit = make_kit(database_url, ear=HARD_OF_HEARING, dialogue=Dialogue(mode="500"))
    with crowd(kit):
        kit.text(f"a little {HINT}")
        until(lambda: "Call 911 now. (emergency)" in kit.said())
    assert [row.code for row in kit.rows(task, code="red-flag-emergency")] == ["red-flag-emergency"]
    assert [row.code for row in kit.rows(flag)] == ["chest-pain"]
    assert kit.rows(inbox)[0].screen == HEARD_LATE
    until(lambda: "Call 911 now. (emergency)" in kit.on_phone())


def test_what_the_words_hear_is_answered_at_the_door(kit: Kit) -> None:
    with crowd(kit):
        kit.text(f"plainly {HINT}")
    assert kit.said()[0] == "Call 911 now. (emergency)"
    assert screening.DUE not in kit.rows(inbox)[0].screen


def test_without_a_crowd_the_model_is_asked_at_the_door(kit: Kit) -> None:
    kit.text(f"a little {HINT}")
    assert kit.said()[0] == "Call 911 now. (emergency)"


def test_the_dialogue_is_told_what_the_model_said(kit: Kit) -> None:
    with crowd(kit):
        kit.text(f"a little {HINT}")
        until(lambda: kit.dialogue.heard)
    assert kit.dialogue.heard[0]["metadata"]["screen"] == HEARD_LATE


def test_a_calm_message_is_answered_and_nothing_is_due_afterwards(kit: Kit) -> None:
    with crowd(kit):
        kit.text("hello")
        assert kit.rows(inbox)[0].screen.get(screening.DUE) in ("due", None)
        until(lambda: kit.said() == ["About hello"])
    assert kit.rows(inbox)[0].screen == {"level": "none", "kinds": []}
    assert kit.rows(task) == []


def test_a_model_that_fails_late_loses_nothing_and_tells_a_person(kit: Kit) -> None:
    with crowd(kit):
        kit.text("the screen breaks over this")
        until(lambda: kit.rows(task, code="screen-failed"))
    until(lambda: kit.said() == ["About the screen breaks over this"])


def test_what_a_gateway_that_died_left_is_looked_at(make_kit: Callable[..., Kit], sqlite_url: str) -> None:
    kit = make_kit(sqlite_url, ear=replace(EAR, screen=lambda text: Screening("none", ())))
    kit.text(f"a little {HINT}")
    until(lambda: kit.said())
    due = {"level": "none", "kinds": [], screening.DUE: "due"}
    later = "2999-01-01T00:00:00.000000Z"  # its turn is far away: the look does not wait for it
    with kit.engine.begin() as connection:
        connection.execute(update(inbox).values(state="pending", screen=due, next_attempt_at=later))
    again = make_kit(sqlite_url, ear=HARD_OF_HEARING)
    until(lambda: "Call 911 now. (emergency)" in again.said())


def test_what_the_words_fear_most_is_looked_at_first_and_nothing_waits_for_ever(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr("gateway.second.time.monotonic", lambda: clock[0])
    looks = second.Second(
        kit.parts.store, EAR, kit.parts.phrases, kit.parts.bells, kit.parts.metrics, kit.parts.crowd
    )
    for later, name, fear in (
        (0, "calm", 0.05),
        (1, "some fear", 0.4),
        (31, "calm, later", 0.05),
        (90, "fear", 0.4),
    ):
        clock[0] = 1000.0 + later
        looks.expect(name, "text", fear)
    order = [looks._waiting.get_nowait()[1] for _ in range(4)]
    assert order == ["some fear", "calm", "calm, later", "fear"]


def test_looks_at_one_persons_flood_leave_room_for_others(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some in a row each is followed by a rest; another person's message ends the row."""
    rests: list[float] = []
    clock = [1000.0]

    async def looked(*_: object) -> None:
        clock[0] += 0.01

    async def rest(seconds: float) -> None:
        rests.append(seconds)

    async def run() -> None:
        looks = second.Second(
            kit.parts.store, EAR, kit.parts.phrases, kit.parts.bells, kit.parts.metrics, kit.parts.crowd
        )
        monkeypatch.setattr(looks, "_settle", looked)
        for number, conversation in enumerate(["one"] * 8 + ["other"] + ["one"] * 3):
            clock[0] += 0.001
            looks.expect(f"{number:02}", "text", 0.0, conversation)
        going = asyncio.create_task(looks.run())
        while len(looks):  # noqa: ASYNC110 - it tells nobody when it is done
            await asyncio.sleep(0.01)
        going.cancel()

    monkeypatch.setattr(second, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(second, "asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": rest}))
    asyncio.run(run())
    assert [round(each, 3) for each in rests] == [0.01 * second.REST] * 3


@pytest.mark.parametrize(
    ("waited", "took", "room"),
    [
        (0.0, 0.05, second.ROOM),  # not late: the door has all the time it asks for
        (second.LONG, 0.005, second.LESS),
        (second.LONG, 0.02, second.SLOW * 0.02),  # a slow machine's door needs more
        (second.LONG, 0.5, second.ROOM),  # and never more than at first
    ],
)
def test_how_much_room_a_look_leaves_in_a_crowd(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, waited: float, took: float, room: float
) -> None:
    rooms: list[float] = []
    clock = [1000.0]

    async def looked(*_: object) -> None:
        clock[0] += took

    async def thin_out(seconds: float) -> None:
        rooms.append(seconds)

    async def run() -> None:
        looks = second.Second(
            kit.parts.store,
            EAR,
            kit.parts.phrases,
            kit.parts.bells,
            kit.parts.metrics,
            SimpleNamespace(thin_out=thin_out),
        )
        monkeypatch.setattr(looks, "_settle", looked)
        for number in range(2):
            looks.expect(f"{number}", "text")
        clock[0] += waited
        going = asyncio.create_task(looks.run())
        while len(rooms) < 2:  # noqa: ASYNC110 - it tells nobody when it is done
            await asyncio.sleep(0.01)
        going.cancel()

    monkeypatch.setattr(second, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    asyncio.run(run())
    assert rooms[1] == pytest.approx(room)


def test_as_likely_a_danger_as_not_is_looked_at_whole_at_the_door(make_kit: Callable[..., Kit]) -> None:
    kit = make_kit(ear=replace(EAR, glance=lambda text: Screening("none", (), fear=0.6)))
    with crowd(kit):
        kit.text(f"a little {HINT}")
    assert kit.said()[0] == "Call 911 now. (emergency)"
    assert screening.DUE not in kit.rows(inbox)[0].screen


def test_told_twice_is_told_once(kit: Kit) -> None:
    seen = screening.look(EAR, kit.parts.phrases, HINT)
    with crowd(kit):
        kit.text(f"a little {HINT}")
        until(lambda: "Call 911 now. (emergency)" in kit.said())
    inbox_id = kit.rows(inbox)[0].id
    with kit.engine.begin() as connection:
        assert second.tell(connection, inbox_id, seen, kit.parts.phrases, "2030-01-01T00:00:00.0Z") is None
    assert kit.said().count("Call 911 now. (emergency)") == 1


def test_a_message_spooled_in_a_crowd_is_looked_at_whole(make_kit: Callable[..., Kit], tmp_path: Any) -> None:
    spool = Spool(tmp_path / "spool", reserve=1 << 16)
    kit = make_kit(ear=HARD_OF_HEARING, spool=spool)
    with kit.engine.begin(), crowd(kit):  # the one write lock is taken
        began = monotonic()
        kit.text(f"a little {HINT}")
        until(lambda: kit.on_phone() == ["Call 911 now. (emergency)"])
        assert monotonic() - began < 15
    until(lambda: len(spool) == 0)
    spool.close()


@pytest.mark.parametrize(
    ("text", "media", "waits"),
    [
        ("the bus stopped running", 0, True),
        ("STOP", 0, False),
        ("please stop texting me", 0, False),
        ("start", 0, False),
        ("yes", 0, False),
        ("no", 0, False),
        ("a photo of my foot", 1, False),
    ],
)
def test_only_what_a_turn_will_follow_waits_for_the_model(text: str, media: int, waits: bool) -> None:
    inbound = Inbound("twilio", "AC", "SM", "sms", "+13035550100", text, {}, media=media)
    assert can_wait(inbound) is waits


def test_a_network_that_hangs_keeps_nobody_from_being_heard(make_kit: Callable[..., Kit]) -> None:
    kit = make_kit()
    for number in range(12):
        kit.fault("hang", number=f"+1303555{number:04d}", seconds=12)
        kit.text("hello", From=f"+1303555{number:04d}")
    until(lambda: len(kit.rows(outbox, state="sending")) >= 7)  # more than there are threads to share
    began = monotonic()
    kit.text("chest pain", From="+13035559999")
    assert monotonic() - began < 8
    assert "Call 911 now. (emergency)" in kit.said()
