"""The store keeps its promises on SQLite and on PostgreSQL alike."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import perf_counter

import pytest
from sqlalchemy import Engine, insert, select, update

from gateway import inbox, outbox, phrases
from gateway.inbox import later
from gateway.intake import Accepted, Claimed, Inbound, accept, find
from gateway.rasa import Turn
from gateway.screening import Look
from gateway.store import Store
from gateway.turn import commit
from listening.redflags.types import RedFlag, Screening
from record.database import reading
from record.ids import now
from record.tables import contact_point, conversation, flag, message, patient, task
from record.tables import inbox as inbox_table
from record.tables import outbox as outbox_table

SAID = phrases.load("Test Clinic", "555-0100")


def text(sid: str, words: str = "hello", number: str = "+12025550123") -> Inbound:
    form = {"MessageSid": sid, "Body": words}
    return Inbound("twilio", "AC1", sid, "sms", number, words, form)


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    store = Store(engine)
    yield store
    store.close()


def take(store: Store, inbound: Inbound, look: Look = Look()) -> Accepted:
    try:
        return store.write_and_wait(lambda c: accept(c, inbound, look, SAID, now()))
    except Claimed:
        found = store.write_and_wait(lambda c: find(c, inbound))
        assert found is not None
        return found


def rows(engine: Engine, table):
    with engine.connect() as connection:
        order = next((table.c[name] for name in ("seq", "created_at") if name in table.c), table.c.id)
        return list(connection.execute(select(table).order_by(order)))


def lease(store: Store, owner: str = "me", limit: int = 10, seconds: float = 60):
    return store.write_and_wait(lambda c: inbox.lease(c, owner, limit=limit, at=now(), until=later(seconds)))


def test_one_message_by_many_at_once_is_one(store: Store, engine: Engine) -> None:
    together = Barrier(8)

    def race(_: int) -> str:
        together.wait()
        return take(store, text("SM1")).inbox_id

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(race, range(8)))
    assert len(ids) == 1
    for table in (inbox_table, message, patient, contact_point, conversation):
        assert len(rows(engine, table)) == 1, table.name
    assert rows(engine, conversation)[0].last_seq == 1


def test_many_messages_of_one_person_at_once_are_numbered_without_a_gap(store: Store, engine: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: take(store, text(f"SM{n}")), range(40)))
    assert [row.seq for row in rows(engine, message)] == list(range(1, 41))
    assert len(rows(engine, patient)) == 1
    taken = rows(engine, inbox_table)
    lines = {row.seq: row for row in rows(engine, message)}
    assert all(lines[row.seq].effect_key == f"{row.id}:in" for row in taken)


def test_the_same_id_of_another_account_is_another_message(store: Store, engine: Engine) -> None:
    take(store, text("SM1"))
    form = {"MessageSid": "SM1"}
    take(store, Inbound("twilio", "AC2", "SM1", "sms", "+12025550123", "x", form))
    assert len(rows(engine, inbox_table)) == 2


def test_danger_and_message_stand_or_fall_together(store: Store, engine: Engine) -> None:
    found = RedFlag("chest-pain", "emergency", "chest pain", 0, 10, "patient", "r", "s")
    look = Look(Screening("emergency", (found,)), words="Call 911 now.")

    def fails(connection):
        accept(connection, text("SM1", "chest pain"), look, SAID, now())
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        store.write_and_wait(fails)
    for table in (inbox_table, message, flag, task, outbox_table, patient):
        assert rows(engine, table) == []
    take(store, text("SM1", "chest pain"), look)
    assert [len(rows(engine, table)) for table in (flag, task, outbox_table)] == [1, 1, 1]


def test_a_conversation_is_leased_to_one(store: Store) -> None:
    for n in range(3):
        take(store, text(f"SM{n}"))
    take(store, text("SM9", number="+12025550199"))
    first = lease(store, "one")
    assert sorted(each.text for each in first) == ["hello", "hello"]
    assert {each.thread.conversation_id for each in first} == {each.thread.conversation_id for each in first}
    assert len({each.thread.conversation_id for each in first}) == 2
    assert lease(store, "two") == []


def test_leases_taken_at_once_never_overlap(store: Store) -> None:
    for n in range(12):
        take(store, text(f"SM{n}", number=f"+1202555{n:04d}"))
    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(lambda n: lease(store, f"worker {n}", limit=4), range(6)))
    ids = [each.inbox_id for batch in taken for each in batch]
    assert len(ids) == len(set(ids))
    rest = [each.inbox_id for each in lease(store, "last", limit=20)]
    assert len(set(ids + rest)) == 12


def test_a_lease_that_ran_out_is_anyones(store: Store) -> None:
    take(store, text("SM1"))
    [held] = lease(store, "dead", seconds=-1)
    [again] = lease(store, "alive")
    assert again.inbox_id == held.inbox_id


def test_messages_come_in_order_and_the_next_waits_for_the_first(store: Store) -> None:
    for n in range(3):
        take(store, text(f"SM{n}", f"message {n}"))
    for n in range(3):
        [waiting] = lease(store)
        assert waiting.text == f"message {n}"
        turn = Turn.model_validate({"replies": [], "proposals": []})
        assert store.write_and_wait(lambda c, w=waiting, t=turn: commit(c, w, t, SAID, "me", now()))
    assert lease(store) == []


def test_a_message_put_back_keeps_its_place(store: Store) -> None:
    take(store, text("SM1", "first"))
    take(store, text("SM2", "second"))
    [waiting] = lease(store)
    store.write_and_wait(lambda c: inbox.put_back(c, waiting, owner="me", error="x" * 999, due=later(60)))
    assert lease(store) == []
    store.write_and_wait(
        lambda c: c.execute(update(inbox_table).where(inbox_table.c.seq == 1).values(next_attempt_at=now()))
    )
    [again] = lease(store)
    assert (again.text, again.attempts) == ("first", 1)


def test_a_turn_is_written_by_one_of_two(store: Store, engine: Engine) -> None:
    take(store, text("SM1"))
    [waiting] = lease(store)
    turn = Turn.model_validate({"replies": [{"text": "Hi"}], "proposals": []})
    with ThreadPoolExecutor(2) as pool:
        done = list(
            pool.map(
                lambda owner: store.write_and_wait(lambda c: commit(c, waiting, turn, SAID, owner, now())),
                ("me", "another"),
            )
        )
    assert sorted(done) == [False, True]
    assert [row.text for row in rows(engine, message)] == ["hello", "Hi"]


def test_proposals_that_fail_in_the_middle_leave_the_reply(store: Store, engine: Engine) -> None:
    take(store, text("SM1"))
    [waiting] = lease(store)
    wrong = [{"kind": "statement", "category": "feeling", "quote": "hello"}, {"kind": "nonsense"}]
    turn = Turn.model_validate({"replies": [{"text": "Hi"}], "proposals": wrong})
    assert store.write_and_wait(lambda c: commit(c, waiting, turn, SAID, "me", now()))
    assert [row.text for row in rows(engine, message)] == ["hello", "Hi"]
    assert [row.code for row in rows(engine, task)] == ["proposals-refused"]


def test_texts_go_one_after_the_other(store: Store) -> None:
    take(store, text("SM1"))
    [waiting] = lease(store)
    turn = Turn.model_validate({"replies": [{"text": "One"}, {"text": "Two"}], "proposals": []})
    store.write_and_wait(lambda c: commit(c, waiting, turn, SAID, "me", now()))

    def due():
        return store.write_and_wait(
            lambda c: outbox.lease(c, limit=9, at=now(), until=later(60), stale=later(-30))
        )

    [one] = due()
    assert one.body == "One"
    assert due() == []
    store.write_and_wait(lambda c: outbox.handed_over(c, one.outbox_id, "SMx", now()))
    assert due() == []
    assert store.write_and_wait(lambda c: outbox.move(c, one.outbox_id, "sent", now()))
    [two] = due()
    assert two.body == "Two"


def test_a_status_never_goes_back(store: Store, engine: Engine) -> None:
    take(store, text("SM1", ""))
    [row] = rows(engine, outbox_table)
    for state, moved in (
        ("sent", True),
        ("sending", False),
        ("delivered", True),
        ("sent", False),
        ("failed", False),
    ):
        assert store.write_and_wait(lambda c, s=state: outbox.move(c, row.id, s, now())) is moved
    assert rows(engine, outbox_table)[0].state == "delivered"


def test_characters_no_database_holds(store: Store, engine: Engine) -> None:
    take(store, text("SM1", "a\x00b \ud83d c \U0001f600"))
    [row] = rows(engine, inbox_table)
    assert row.body == "ab � c \U0001f600"
    assert row.fields["Body"] == "a\\x00b \\ud83d c \U0001f600"


def test_a_job_that_fails_undoes_nothing_of_others(store: Store, engine: Engine) -> None:
    async def together() -> list[object]:
        def fail(connection):
            accept(connection, text("SMbad", number="+12025550666"), Look(), SAID, now())
            raise KeyError("no")

        jobs = [store.write(lambda c, n=n: accept(c, text(f"SM{n}"), Look(), SAID, now())) for n in range(20)]
        return await asyncio.gather(*jobs, store.write(fail), return_exceptions=True)

    results = asyncio.run(together())
    assert isinstance(results[-1], KeyError)
    assert all(isinstance(each, Accepted) for each in results[:-1])
    assert len(rows(engine, inbox_table)) == 20


def test_reading_does_not_wait_for_a_writer(store: Store, engine: Engine) -> None:
    async def read_during_write() -> int:
        import threading

        inside, go_on = threading.Event(), threading.Event()

        def slow(connection):
            accept(connection, text("SM1"), Look(), SAID, now())
            inside.set()
            go_on.wait(5)

        writing = asyncio.ensure_future(store.write(slow))
        await asyncio.to_thread(inside.wait, 5)
        async with asyncio.timeout(2):
            found = await store.read(lambda c: len(c.execute(select(inbox_table)).all()))
        go_on.set()
        await writing
        return found

    assert asyncio.run(read_during_write()) == 0
    assert len(rows(engine, inbox_table)) == 1


def test_closing_finishes_what_was_handed_in(engine: Engine) -> None:
    store = Store(engine)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(take, store, text(f"SM{n}")) for n in range(10)]
        assert all(each.result().seq for each in waiting)
    store.close()
    assert len(rows(engine, inbox_table)) == 10


def test_many_waiting_in_each_of_many_lines_cost_no_more_than_one_each(store: Store, engine: Engine) -> None:
    """Only each line's first is looked at, whatever the database's planner thinks best."""
    for number in range(120):
        take(store, text(f"SM{number}", number=f"+1202555{number:04d}"))

    def cost() -> float:
        with reading(engine) as connection:
            inbox.due(connection, later(1), 8)  # once, so that nothing is read for the first time
            began = perf_counter()
            for _ in range(5):
                assert len(inbox.due(connection, later(1), 200)) == 120
            return perf_counter() - began

    few = cost()
    first = [dict(row._mapping) for row in rows(engine, inbox_table)]
    with engine.begin() as connection:
        for each in range(50):
            own = [
                {**row, "id": f"{row['id'][:30]}{each:06}", "seq": 1000 + each}
                | {"provider_message_id": f"{row['provider_message_id']}-{each}"}
                for row in first
            ]
            connection.execute(insert(inbox_table), own)
    assert cost() < 5 * few
