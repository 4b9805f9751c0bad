"""What the database cannot take is kept on disk, its danger answered, and taken in later, in order, once."""

import asyncio
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pysqlite3
import pytest
from sqlalchemy.engine import make_url

from gateway.spool import FILE, Spool, SpoolError
from record.tables import inbox, message, outbox, task
from tests.gateway.conftest import PHONE, QUICK, Kit, until

HASTY = replace(QUICK, store_patience=0.3)
ROOM = 1 << 20


def entry(number: int, address: str = "sms:+1") -> dict[str, Any]:
    return {"key": f"SM{number}", "address": address, "n": number}


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    made = Spool(tmp_path / "spool", reserve=ROOM)
    yield made
    made.close()


def reopened(spool: Spool) -> Spool:
    """As after a kill: nothing was said to it, the system took its files away."""
    spool.close()
    return Spool(spool.folder, reserve=ROOM)


def test_kept_messages_outlive_the_process_in_order(tmp_path: Path) -> None:
    async def fill(spool: Spool) -> None:
        await asyncio.gather(*(spool.append(entry(n)) for n in range(50)))
        assert not await spool.append(entry(7))

    spool = Spool(tmp_path, reserve=ROOM)
    asyncio.run(fill(spool))
    spool = reopened(spool)
    assert [each["n"] for each in spool.first(100)] == list(range(50))
    spool.drop(20)
    assert [each["n"] for each in spool.first(2)] == [20, 21]
    spool = reopened(spool)  # nothing was wiped yet: offered again, and claimed once
    assert len(spool) == 50
    spool.close()


def test_nothing_readable_stays_behind(spool: Spool) -> None:
    asyncio.run(spool.append({**entry(1), "text": "canary"}))
    assert b"canary" in (spool.folder / FILE).read_bytes()
    spool.drop(1)
    assert set((spool.folder / FILE).read_bytes()) == {0}
    assert (spool.folder / FILE).stat().st_size == ROOM


def test_a_torn_record_at_the_end_was_never_promised(spool: Spool) -> None:
    asyncio.run(spool.append(entry(1)))
    end = spool._end
    asyncio.run(spool.append(entry(2)))
    with (spool.folder / FILE).open("r+b") as file:
        file.seek(end + 12)
        file.write(b"\xff")
    again = reopened(spool)
    assert [each["n"] for each in again.first(9)] == [1]
    asyncio.run(again.append(entry(3)))
    again = reopened(again)
    assert [each["n"] for each in again.first(9)] == [1, 3]
    spool._file, spool._lock = again._file, again._lock  # the fixture closes these


def test_only_its_owner_reads_it(spool: Spool) -> None:
    assert stat.S_IMODE((spool.folder / FILE).stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolError, match=r"cannot be written .*KITH_SPOOL_DIR"):
        Spool(tmp_path / "file" / "spool")


def test_two_gateways_do_not_share_a_folder(spool: Spool) -> None:
    with pytest.raises(SpoolError, match="another gateway uses"):
        Spool(spool.folder)


@contextmanager
def locked(kit: Kit) -> Iterator[None]:
    """Another process holds the database's one write lock."""
    other = pysqlite3.connect(str(make_url(str(kit.engine.url)).database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


@pytest.fixture
def spooling(make_kit: Callable[..., Kit], tmp_path: Path) -> Kit:
    return make_kit(timing=HASTY, spool=Spool(tmp_path / "spool", reserve=ROOM))


def waiting(kit: Kit) -> int:
    return len(kit.parts.spool or ())


def test_while_the_database_is_locked_texts_are_kept_and_then_answered_in_order(spooling: Kit) -> None:
    kit = spooling
    kit.text("before")
    until(lambda: kit.said() == ["About before"])
    with locked(kit):
        assert [kit.text(f"message {n}").status_code for n in range(5)] == [200] * 5
        assert waiting(kit) == 5
        assert "kith_spool_messages 5.0" in kit.client.get("/metrics").text
    until(lambda: len(kit.said()) == 6, 40)
    assert waiting(kit) == 0
    assert [row.text for row in kit.rows(message, direction="in")] == [
        "before", *(f"message {n}" for n in range(5))
    ]  # fmt: skip
    assert kit.dialogue.texts() == ["before", *(f"message {n}" for n in range(5))]


def test_the_same_webhook_five_times_is_one_message(spooling: Kit) -> None:
    form = spooling.form("hello")
    with locked(spooling):
        assert [spooling.post(form).status_code for _ in range(5)] == [200] * 5
        assert waiting(spooling) == 1
    until(lambda: spooling.said() == ["About hello"], 40)
    assert spooling.post(form).status_code == 200
    assert len(spooling.rows(inbox)) == 1


def test_danger_is_answered_while_nothing_can_be_stored_and_once(spooling: Kit) -> None:
    kit = spooling
    kit.dialogue.replies = []  # as the real one after a safety reply
    with locked(kit):
        assert kit.text("chest pain").status_code == 200
        until(lambda: kit.on_phone() == ["Call 911 now. (emergency)"])
        assert kit.rows(message) == []
    until(lambda: [row.state for row in kit.rows(outbox)] == ["delivered"], 40)
    assert kit.on_phone() == kit.said() == ["Call 911 now. (emergency)"]
    assert [row.code for row in kit.rows(task)] == ["red-flag-emergency"]
    assert kit.rows(inbox)[0].screen["level"] == "emergency"


@pytest.mark.parametrize("fault", ["accept-then-reset", "500", "429", "reset"])
def test_it_is_said_once_whatever_twilio_does(spooling: Kit, fault: str) -> None:
    kit = spooling
    kit.fault(fault, times=1)
    kit.dialogue.replies = []
    with locked(kit):
        kit.text("chest pain")
        until(lambda: kit.on_phone())
    until(lambda: [row.state for row in kit.rows(outbox)] == ["delivered"], 40)
    assert kit.on_phone() == ["Call 911 now. (emergency)"]


def test_what_was_kept_before_a_kill_is_answered_after_it(
    make_kit: Callable[..., Kit], tmp_path: Path
) -> None:
    first = Spool(tmp_path / "spool", reserve=ROOM)
    kit = make_kit(timing=HASTY, spool=first)
    with locked(kit):
        kit.text("hello")
        os.close(first._lock)  # as a killed process's are; its file stays open here and is not written again
        kept = (first.folder / FILE).read_bytes()
    until(lambda: kit.said(), 40)
    other = tmp_path / "other"
    other.mkdir()
    (other / FILE).write_bytes(kept)
    again = make_kit(timing=HASTY, spool=Spool(other, reserve=ROOM))
    until(lambda: not waiting(again))
    assert len(again.rows(inbox)) == 1  # both gateways had it: claimed once


def test_a_widget_is_told_the_safety_words_and_to_ask_again(spooling: Kit) -> None:
    kit = spooling
    with kit.widget() as browser:
        with locked(kit):
            sent = {"client_id": "one", "text": "chest pain"}
            answer = browser.post("/widget/messages", json=sent)
            assert (answer.status_code, answer.json()["say"]) == (503, "Call 911 now. (emergency)")
            assert browser.post("/widget/messages", json=sent).status_code == 503
        until(lambda: kit.rows(inbox), 40)
        answer = until(lambda: (a := browser.post("/widget/messages", json=sent)).status_code == 202 and a)
        assert answer.json()["seq"] == 1
    assert kit.said()[0] == "Call 911 now. (emergency)"
    assert len(kit.rows(inbox)) == 1


def test_health_says_that_messages_wait(spooling: Kit) -> None:
    assert spooling.client.get("/health/ready").json()["parts"]["spool"] == "ok"
    with locked(spooling):
        spooling.text("hello")
        answer = spooling.client.get("/health/accepting")
        assert answer.status_code == 200
        assert answer.json()["parts"]["spool"] == "1 messages wait for the database"


def test_a_message_no_database_takes_does_not_hold_back_the_others(spooling: Kit) -> None:
    spool = spooling.parts.spool
    assert spool is not None
    with locked(spooling):
        spooling.text("hello")
        record = spool.first(1)[0]
        record["key"] += "x"
        record["inbound"]["channel"] = "x" * 9000
        record["inbound"]["provider_message_id"] = None
        until(lambda: waiting(spooling) == 1)
        asyncio.run_coroutine_threadsafe(spool.append(record), spooling.parts.bells._loop).result(5)  # type: ignore[arg-type]
        spooling.text("again")
    until(lambda: spooling.said() == ["About hello", "About again"], 40)
    assert "kith_spool_refused_total 1.0" in spooling.client.get("/metrics").text
    assert (spool.folder / "refused.jsonl").exists()
    assert PHONE
