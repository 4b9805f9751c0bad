"""The clock is set back by hours: what waited in line is answered and sent all the same."""

from sqlalchemy import Connection, select, update

from gateway.clock import is_behind, make_due
from gateway.inbox import later
from record.ids import new_id
from record.tables import conversation, inbox, oncall_page, outbox, patient
from tests.gateway.conftest import Kit, until

AHEAD = 7200.0


def test_what_a_clock_two_hours_ahead_stored_is_answered_now(kit: Kit) -> None:
    kit.dialogue.mode = "500"
    kit.text("hello")
    until(lambda: kit.dialogue.heard)
    with kit.engine.begin() as connection:
        connection.execute(update(inbox).values(received_at=later(AHEAD)))
    kit.dialogue.mode = "answer"
    until(lambda: _put_off(kit) or kit.said()[-1:] == ["About hello"])
    until(lambda: kit.on_phone()[-1:] == ["About hello"])


def _put_off(kit: Kit) -> bool:
    """As its turn and its text would stand, had they been written by that clock; False: too late to."""
    with kit.engine.begin() as connection:
        waiting = update(inbox).where(inbox.c.state == "pending").values(next_attempt_at=later(AHEAD))
        return connection.execute(waiting).rowcount == 1


def test_what_is_kept_for_the_morning_stays_and_what_waits_moves(kit: Kit) -> None:
    kit.text("hello")
    until(lambda: kit.on_phone() == ["About hello"])
    far, limit, at = later(AHEAD), later(600), later(0)
    with kit.engine.begin() as connection:
        assert not is_behind(connection, limit)
        connection.execute(update(outbox).values(state="later", next_attempt_at=far))
        assert not is_behind(connection, limit)
        connection.execute(update(outbox).values(state="queued"))
        connection.execute(update(conversation).values(leased_by="gone", leased_until=far))
        assert is_behind(connection, limit)
        assert make_due(connection, limit, at) == 2
        assert not is_behind(connection, limit)
        assert connection.scalar(select(outbox.c.next_attempt_at)) == at
        assert connection.scalar(select(conversation.c.leased_until)) is None
        connection.rollback()


def test_an_open_page_later_than_any_step_moves_and_one_within_a_step_stays(kit: Kit) -> None:
    kit.text("hello")
    until(lambda: kit.on_phone() == ["About hello"])
    limit, step, at = later(600), later(3660), later(0)
    with kit.engine.begin() as connection:
        for due in (3600, AHEAD):
            _page(connection, "open", later(due))
        _page(connection, "acknowledged", later(AHEAD))
        assert not is_behind(connection, limit), "without a list nobody is paged"
        assert is_behind(connection, limit, step)
        assert make_due(connection, limit, at, step) == 1
        assert not is_behind(connection, limit, step)
        connection.rollback()


def _page(connection: Connection, status: str, due: str) -> None:
    page = {"id": new_id(), "patient_id": connection.scalar(select(patient.c.id)), "risk": "emergency"}
    line = {"code": "4821", "status": status, "due_at": due, "created_at": later(0)}
    connection.execute(oncall_page.insert().values(**page, **line))
