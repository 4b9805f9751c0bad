"""Pages in the database, on SQLite and PostgreSQL: each step once, whoever takes it, and nobody forgotten."""

import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text, update

from gateway.paging import pages, policy, rota, sends
from gateway.paging.words import Words
from gateway.store import Store
from record import audit
from record.database import connect, reading
from record.ids import new_id, stamp
from record.oncall import How, acknowledge, of_patients, open_pages
from record.people import ensure_contact
from record.tables import audit_event, message, oncall_page, oncall_send, oncall_task, patient, task
from tests.gateway.conftest import until

NOON = "2026-03-09T16:00:00.000000Z"
WORDS = Words("Test Clinic", "555-0100", "https://kith.clinic.example/care")
LIST = """
[timing]
escalate_minutes = 5
repeat_minutes = 10
[[person]]
key = "ana"
name = "Ana Ruiz"
sms = "+12025550181"
email = "ana@clinic.example"
escalate_minutes = 2
[[person]]
key = "ben"
name = "Ben Ode"
sms = "+12025550182"
"""


def listed(text: str = LIST) -> rota.Rota:
    return rota.parse(tomllib.loads(text), "America/New_York", policy.load())


def after(minutes: float) -> str:
    return stamp(datetime.fromisoformat(NOON) + timedelta(minutes=minutes))


class Clinic:
    """A store, with hands to open tasks and let rounds pass."""

    def __init__(self, store: Store, engine: Engine) -> None:
        self.store, self.engine, self.rota = store, engine, listed()

    def patient(self, number: str = "+12025550123") -> str:
        made = self.store.write_and_wait(lambda c: ensure_contact(c, "sms", number, NOON))
        return made.patient_id

    def task(
        self, patient_id: str, code: str = "red-flag-emergency", priority: str = "stat", **more: Any
    ) -> str:
        row = {
            "id": new_id(), "patient_id": patient_id, "code": code, "priority": priority,
            "description": "x", "status": "requested", "created_at": NOON, **more,
        }  # fmt: skip
        self.store.write_and_wait(lambda c: c.execute(task.insert().values(**row)))
        return str(row["id"])

    def round(self, minutes: float) -> None:
        at = after(minutes)

        def job(connection: Any) -> None:
            pages.open_new(connection, self.rota.policy, at)
            pages.close_done(connection, at)
            pages.settle(connection, self.rota, WORDS, at)
            pages.advance_due(connection, self.rota, WORDS, at)

        self.store.write_and_wait(job)

    def rows(self, table: Any) -> list[Any]:
        with reading(self.engine) as connection:
            order = table.c.created_at if "created_at" in table.c else table.c.seq
            return list(connection.execute(select(table).order_by(order)))

    def paged(self) -> list[tuple[str, str]]:
        return [(row.person, row.channel) for row in self.rows(oncall_send) if row.kind == "page"]

    def someone_waits(self) -> bool:
        """Whether a transaction of PostgreSQL waits for another's commit."""
        with self.engine.connect() as connection:
            return bool(connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))

    def page(self) -> Any:
        [found] = self.rows(oncall_page)
        return found


@pytest.fixture
def clinic(engine: Engine) -> Iterator[Clinic]:
    store = Store(engine)
    yield Clinic(store, engine)
    store.close()


def test_down_the_list_until_it_ends_and_from_its_top_again(clinic: Clinic) -> None:
    clinic.task(clinic.patient())
    clinic.round(0)
    assert clinic.paged() == [("ana", "sms"), ("ana", "email")]
    clinic.round(1.9)
    assert len(clinic.paged()) == 2
    clinic.round(2)
    assert clinic.paged()[2:] == [("ben", "sms")]
    clinic.round(6.9)
    assert clinic.page().exhausted_at is None
    clinic.round(7)
    assert clinic.page().exhausted_at == after(7)
    assert len(clinic.paged()) == 3
    clinic.round(16.9)
    assert len(clinic.paged()) == 3
    clinic.round(17)
    assert clinic.paged()[3:] == [("ana", "sms"), ("ana", "email")]


def test_while_a_list_begun_again_is_paged_nobody_reads_that_it_rests(clinic: Clinic) -> None:
    """The care team reads that nobody answered until someone is paged again; the figures keep counting it."""
    who = clinic.patient()
    clinic.task(who)
    said = {}
    for minutes in (0, 2, 7, 17, 19, 24):
        clinic.round(minutes)
        with reading(clinic.engine) as connection:
            [page] = of_patients(connection, [who], after(minutes))[who]
            said[minutes] = page.exhausted
            counted = [row.exhausted_at is not None for row in pages.oldest_open(connection)]
        assert counted == [minutes >= 7]
    assert said == {0: False, 2: False, 7: True, 17: False, 19: False, 24: True}


def test_a_page_names_nobody(clinic: Clinic) -> None:
    clinic.task(clinic.patient(), quote="my chest hurts", description="Rosa Delgado, chest pain")
    clinic.round(0)
    page = clinic.page()
    for row in clinic.rows(oncall_send):
        whole = f"{row.subject} {row.text}"
        assert page.id in whole
        for secret in (page.patient_id, "chest", "Rosa", "Delgado", "555-0123", "5550123"):
            assert secret not in whole
        assert "EMERGENCY" in whole
        assert page.code in whole


def test_once_acknowledged_nobody_else_is_paged_and_the_others_are_told(clinic: Clinic) -> None:
    clinic.task(clinic.patient())
    clinic.round(0)
    clinic.round(2)
    for row in clinic.rows(oncall_send):
        clinic.store.write_and_wait(lambda c, i=row.id: sends.sent(c, i, None, "sent", NOON))
    taken = [
        clinic.store.write_and_wait(
            lambda c, n=name: acknowledge(
                c, clinic.page().id, name=n, role="nurse", how="sms", at=after(3), agent=f"on-call {n}"
            )
        )
        for name in ("Ben Ode", "Ana Ruiz")
    ]
    assert taken == [True, False], "the first one has it"
    clinic.round(3)
    clinic.round(60)
    assert len(clinic.paged()) == 3
    down = [(row.person, row.channel) for row in clinic.rows(oncall_send) if row.kind == "stand-down"]
    assert sorted(down) == [("ana", "email"), ("ana", "sms")]
    assert clinic.page().acknowledged_by == "Ben Ode"


def test_a_page_taken_while_its_texts_are_in_hand_is_stood_down_only_for_what_went_out(
    clinic: Clinic,
) -> None:
    clinic.task(clinic.patient())
    clinic.round(0)
    leased = clinic.store.write_and_wait(lambda c: sends.lease(c, limit=9, at=NOON, until=after(1)))
    clinic.store.write_and_wait(lambda c: c.execute(update(task).values(status="completed")))
    clinic.round(1)
    assert clinic.page().status == "closed"

    def stood_down() -> list[tuple[str, str]]:
        return [(row.person, row.channel) for row in clinic.rows(oncall_send) if row.kind == "stand-down"]

    for each in leased:
        clinic.store.write_and_wait(lambda c, i=each.id: sends.put_back(c, i, due=after(1), ambiguous=False))
    clinic.round(1)
    assert stood_down() == [], "nothing of it went out"
    clinic.store.write_and_wait(lambda c: sends.sent(c, leased[0].id, None, "sent", after(1)))
    for _ in range(2):
        clinic.store.write_and_wait(lambda c: pages.came_late(c, leased[0].id, clinic.rota, WORDS, after(1)))
    assert sorted(stood_down()) == [("ana", "email"), ("ana", "sms")]


def test_a_page_still_open_when_its_text_is_out_stands_nobody_down(clinic: Clinic) -> None:
    clinic.task(clinic.patient())
    clinic.round(0)
    first = clinic.rows(oncall_send)[0].id
    clinic.store.write_and_wait(lambda c: pages.came_late(c, first, clinic.rota, WORDS, after(1)))
    assert len(clinic.rows(oncall_send)) == 2


def test_a_page_whose_tasks_are_done_is_over(clinic: Clinic) -> None:
    who = clinic.patient()
    clinic.task(who)
    clinic.round(0)
    clinic.store.write_and_wait(lambda c: c.execute(update(task).values(status="completed")))
    clinic.round(2)
    assert (clinic.page().status, clinic.page().acknowledged_how) == ("closed", "done")
    assert len(clinic.paged()) == 2


def test_more_danger_of_one_patient_joins_the_open_page(clinic: Clinic) -> None:
    who, other = clinic.patient(), clinic.patient("+12025550124")
    clinic.task(who, "critical-result", "asap")
    clinic.round(0)
    clinic.task(who, "red-flag-emergency")
    clinic.round(1)
    assert clinic.page().risk == "emergency"
    assert clinic.paged()[2:] == [("ana", "sms"), ("ana", "email")], (
        "worse than before: the first one at once"
    )
    assert "EMERGENCY" in clinic.rows(oncall_send)[2].text
    clinic.task(who, "undelivered", "stat")
    clinic.round(1.5)
    assert (clinic.page().risk, len(clinic.paged())) == ("emergency", 4)
    clinic.task(other)
    clinic.round(1.6)
    assert len(clinic.rows(oncall_page)) == 2
    assert len(clinic.rows(oncall_task)) == 4


@pytest.mark.parametrize("minutes", [3, 8])
def test_worse_danger_after_everyone_was_paged_begins_the_list_again_at_once(
    clinic: Clinic, minutes: float
) -> None:
    """While the last person's time runs, and while the list rests."""
    who = clinic.patient()
    clinic.task(who, "critical-result", "asap")
    for step in (0, 2, 7):
        clinic.round(min(step, minutes))
    assert [key for key, _ in clinic.paged()] == ["ana", "ana", "ben"]
    clinic.task(who, "red-flag-emergency")
    clinic.round(minutes)
    assert [key for key, _ in clinic.paged()[3:]] == ["ana", "ana"]
    assert all("EMERGENCY" in row.text for row in clinic.rows(oncall_send)[3:])
    clinic.round(minutes + 2)
    assert clinic.paged()[5:] == [("ben", "sms")]


def test_worse_danger_pages_a_list_of_one_again_at_once(clinic: Clinic) -> None:
    clinic.rota = listed('[[person]]\nkey = "ana"\nname = "Ana"\nsms = "+12025550181"\n')
    who = clinic.patient()
    clinic.task(who, "critical-result", "asap")
    clinic.round(0)
    clinic.task(who, "red-flag-emergency")
    clinic.round(1)
    assert clinic.paged() == [("ana", "sms"), ("ana", "sms")]
    assert clinic.page().exhausted_at is None


def test_danger_after_somebody_had_the_last_page_is_a_page_of_its_own(clinic: Clinic) -> None:
    who = clinic.patient()
    clinic.task(who)
    clinic.round(0)
    page_id = clinic.page().id
    clinic.store.write_and_wait(
        lambda c: acknowledge(c, page_id, name="Ana Ruiz", role=None, how="page", at=after(1), agent="ana")
    )
    clinic.task(who)
    clinic.round(2)
    assert len(clinic.rows(oncall_page)) == 2
    with clinic.engine.connect() as connection:
        shown = of_patients(connection, [who], after(2))[who]
        assert [each.status for each in shown] == ["open", "acknowledged"]
        assert len(open_pages(connection, who)) == 1


def test_danger_in_the_moment_somebody_takes_the_last_page_is_a_page_of_its_own(postgres_url: str) -> None:
    """On PostgreSQL two write at once: what is heard before the other's commit waits for it."""
    engine = connect(postgres_url)
    clinic = Clinic(Store(engine), engine)
    who = clinic.patient()
    clinic.task(who)
    clinic.round(0)
    first = clinic.page().id
    clinic.task(who)
    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as taking:
            acknowledge(taking, first, name="Ana Ruiz", role=None, how="page", at=after(1), agent="ana")
            round_ = pool.submit(clinic.round, 1)
            until(lambda: round_.done() or clinic.someone_waits())
        round_.result()
    assert sorted(row.status for row in clinic.rows(oncall_page)) == ["acknowledged", "open"]
    assert len({row.page_id for row in clinic.rows(oncall_task)}) == 2
    clinic.store.close()
    engine.dispose()


def test_whoever_took_the_last_page_stands_before_who_did_an_earlier_one(clinic: Clinic) -> None:
    """The care list says the first of these: a page closed long ago says nothing of who has it now."""
    who = clinic.patient()

    def taken(at: float, name: str, how: How) -> None:
        clinic.task(who)
        clinic.round(at)
        with reading(clinic.engine) as connection:
            [page_id] = open_pages(connection, who)
        clinic.store.write_and_wait(
            lambda c: acknowledge(c, page_id, name=name, role=None, how=how, at=after(at + 1), agent="x")
        )

    taken(0, "Ben Ode", "done")
    taken(1200, "Ana Ruiz", "page")
    with reading(clinic.engine) as connection:
        shown = of_patients(connection, [who], after(1205))[who]
    assert [each.acknowledged_by for each in shown] == ["Ana Ruiz", "Ben Ode"]


@pytest.mark.parametrize(
    ("code", "priority", "more", "opened"),
    [
        ("red-flag-soon", "urgent", {}, 0),
        ("red-flag-emergency", "stat", {"status": "completed"}, 0),
        ("red-flag-emergency", "stat", {"created_at": "2026-03-07T15:59:00.000000Z"}, 0),
        ("red-flag-emergency", "stat", {"created_at": "2026-03-07T16:00:00.000000Z"}, 1),
        ("critical-result", "asap", {}, 1),
        ("undelivered", "urgent", {}, 0),
        ("undelivered", "stat", {}, 1),
        ("something-new", "stat", {}, 1),
        ("something-new", "asap", {}, 0),
    ],
)
def test_what_opens_a_page(
    clinic: Clinic, code: str, priority: str, more: dict[str, str], opened: int
) -> None:
    clinic.task(clinic.patient(), code, priority, **more)
    with clinic.engine.connect() as connection:
        assert pages.anything_to_do(connection, clinic.rota.policy, NOON) == bool(opened)
    clinic.round(0)
    assert len(clinic.rows(oncall_page)) == opened


def test_nobody_is_paged_about_someone_who_was_deleted(clinic: Clinic) -> None:
    clinic.task(clinic.patient())
    clinic.store.write_and_wait(lambda c: c.execute(update(patient).values(deleted_at=NOON)))
    clinic.round(0)
    assert clinic.rows(oncall_page) == []


@pytest.mark.parametrize(("minutes", "wrote_more", "paged"), [(9, False, 0), (10, False, 1), (10, True, 0)])
def test_a_safety_question_nobody_answers_is_paged(
    clinic: Clinic, minutes: float, wrote_more: bool, paged: int
) -> None:
    made = clinic.store.write_and_wait(lambda c: ensure_contact(c, "sms", "+12025550123", NOON))
    line = {
        "patient_id": made.patient_id, "conversation_id": made.conversation_id, "channel": "sms",
        "author": "patient", "text": "x", "at": NOON, "direction": "in",
    }  # fmt: skip
    asked = new_id()
    clinic.store.write_and_wait(lambda c: c.execute(message.insert().values(id=asked, seq=1, **line)))
    if wrote_more:
        clinic.store.write_and_wait(lambda c: c.execute(message.insert().values(id=new_id(), seq=2, **line)))
    clinic.task(made.patient_id, "red-flag-ask", "asap", message_id=asked)
    clinic.round(minutes)
    assert len(clinic.rows(oncall_page)) == paged


def test_nobody_on_duty_is_said_and_whoever_comes_on_is_paged(clinic: Clinic) -> None:
    clinic.rota = listed(
        '[timing]\nrepeat_minutes = 10\n[[person]]\nkey = "ana"\nname = "Ana"\nsms = "+12025550181"\n'
        'hours = [{ days = ["mon"], from = "12:15", to = "17:00" }]\n'
    )
    clinic.task(clinic.patient())
    clinic.round(0)  # Monday noon there
    assert clinic.page().exhausted_at == NOON
    clinic.round(10)
    assert clinic.paged() == []
    clinic.round(20)
    assert clinic.paged() == [("ana", "sms")]


def test_many_gateways_take_each_step_once(clinic: Clinic) -> None:
    for n in range(4):
        clinic.task(clinic.patient(f"+1202555{n:04d}"))
    for minutes in (0, 2):
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda _, m=minutes: clinic.round(m), range(6)))
    assert len(clinic.rows(oncall_page)) == 4
    assert sorted(clinic.paged()) == sorted([("ana", "sms"), ("ana", "email"), ("ben", "sms")] * 4)
    keys = [row.effect_key for row in clinic.rows(oncall_send)]
    assert len(keys) == len(set(keys))


def test_many_gateways_send_each_text_once(clinic: Clinic) -> None:
    for n in range(6):
        clinic.task(clinic.patient(f"+1202555{n:04d}"))
    clinic.round(0)

    def lease(_: int) -> list[str]:
        rounds = [
            clinic.store.write_and_wait(lambda c: sends.lease(c, limit=4, at=after(1), until=after(2)))
            for _ in range(6)
        ]
        return [each.id for found in rounds for each in found]

    with ThreadPoolExecutor(8) as pool:
        taken = [each for found in pool.map(lease, range(8)) for each in found]
    assert len(taken) == len(set(taken)) == 12


def test_a_text_that_reached_nobody_moves_the_page_on_at_once(clinic: Clinic) -> None:
    clinic.task(clinic.patient())
    clinic.round(0)
    first, second = clinic.rows(oncall_send)
    for row in (first, second):
        assert clinic.page().due_at > after(0.1)
        clinic.store.write_and_wait(lambda c, i=row.id: sends.failed(c, i, "30003", after(0.1)))
    clinic.round(0.1)
    assert clinic.paged()[2:] == [("ben", "sms")]


def test_each_step_is_in_the_audit_log_and_the_log_is_whole(clinic: Clinic) -> None:
    clinic.task(clinic.patient())
    for minutes in (0, 2, 7):
        clinic.round(minutes)
    clinic.store.write_and_wait(
        lambda c: acknowledge(
            c, clinic.page().id, name="Ana", role=None, how="sms", at=after(8), agent="on-call ana"
        )
    )
    found = [(row.agent, row.action, row.outcome) for row in clinic.rows(audit_event)]
    assert found == [
        ("gateway", "C:page", "success"),
        ("gateway", "E:page", "success"),
        ("gateway", "E:page", "success"),
        ("gateway", "E:page-exhausted", "failure"),
        ("on-call ana", "U:page-sms", "success"),
    ]
    with clinic.engine.connect() as connection:
        assert audit.verify(connection).whole
