"""The log of who saw what cannot be changed without it showing."""

from threading import Thread

import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from record import audit, database
from record.tables import audit_event

AT = "2026-03-09T14:00:00.000000Z"


def fill(connection: Connection, count: int = 5) -> None:
    for number in range(count):
        audit.append(connection, at=AT, agent="nurse-1", action="R", entity=f"Patient/{number}")


def test_an_untouched_log_is_whole(store: Connection) -> None:
    assert audit.verify(store) == audit.Verdict(0)
    fill(store)
    assert audit.verify(store) == audit.Verdict(5)
    assert audit.verify(store).whole


def test_each_line_seals_the_one_before(store: Connection) -> None:
    fill(store, 2)
    first, second = store.execute(select(audit_event).order_by(audit_event.c.seq)).all()
    assert first.previous == audit.BEGINNING
    assert second.previous == first.digest


@pytest.mark.parametrize("change", [update(audit_event).values(agent="x"), delete(audit_event)])
def test_the_database_refuses_to_rewrite_it(engine: Engine, change: object) -> None:
    with engine.begin() as connection:
        fill(connection)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(change)  # type: ignore[call-overload]


def unguard(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP TRIGGER audit_event_append_only ON audit_event"))
    else:
        connection.execute(text("DROP TRIGGER audit_event_no_update"))
        connection.execute(text("DROP TRIGGER audit_event_no_delete"))


third = audit_event.c.seq == 3
TAMPERING = [
    (update(audit_event).where(third).values(agent="someone-else"), 3),
    (update(audit_event).where(third).values(outcome="failure"), 3),
    (update(audit_event).where(third).values(digest="f" * 64), 3),
    (delete(audit_event).where(third), 4),
    (delete(audit_event).where(audit_event.c.seq == 1), 2),
    (
        insert(audit_event).values(
            seq=6,
            at=AT,
            agent="x",
            action="R",
            entity="Patient/9",
            outcome="ok",
            previous="0" * 64,
            digest="0" * 64,
        ),
        6,
    ),
]


@pytest.mark.parametrize(("tamper", "broken_at"), TAMPERING)
def test_tampering_shows(store: Connection, tamper: object, broken_at: int) -> None:
    fill(store)
    unguard(store)
    store.execute(tamper)  # type: ignore[call-overload]
    assert audit.verify(store).broken_at == broken_at


def test_two_writing_at_once_make_one_chain(engine: Engine) -> None:
    def write() -> None:
        for _ in range(5):
            with engine.begin() as connection:
                fill(connection, 2)

    writers = [Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with database.reading(engine) as connection:
        assert audit.verify(connection) == audit.Verdict(30)
