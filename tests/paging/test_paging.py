"""A danger wakes somebody: texts through Twilio's stand-in, answers from phones, words to the patient."""

import asyncio
import re
from pathlib import Path

import pytest

from gateway import spool_entry
from gateway.config import LOCAL_ACCOUNT_SID
from gateway.inbox import later
from gateway.intake import Inbound
from gateway.paging.rota import RotaError
from gateway.spool import Spool
from gateway.spool_entry import Kept
from record.tables import inbox, message, oncall_inbound, oncall_page, oncall_send, outbox, patient, task
from tests.gateway.conftest import PHONE, Kit, until
from tests.paging.conftest import ANA, BEN, LIST

SAFETY = "Call 911 now. (emergency)"
CODE = re.compile(r"ACK (\d{4})")


def page_on(kit: Kit, number: str) -> str:
    """The newest page on a phone."""
    return until(lambda: [text for text in kit.on_phone(number) if "Someone needs you" in text])[-1]


def code_on(kit: Kit, number: str) -> str:
    found = CODE.search(page_on(kit, number))
    assert found
    return found[1]


def due_now(kit: Kit) -> None:
    """The first person's time is up."""
    with kit.engine.begin() as connection:
        connection.execute(oncall_page.update().values(due_at="2026-01-01T00:00:00.000000Z"))


def test_a_danger_pages_the_first_of_the_list(paged: Kit) -> None:
    paged.phone("chest pain, this is Rosa")
    text = page_on(paged, ANA)
    assert "EMERGENCY" in text
    assert f"{paged.config.public_url}/care/oncall/" in text
    for secret in ("Rosa", "chest", PHONE[1:], paged.rows(patient)[0].id):
        assert secret not in text
    assert paged.on_phone(BEN) == []
    until(lambda: paged.rows(oncall_send)[0].state == "delivered")


def test_the_patient_hears_the_fixed_words_first_then_what_is_true(paged: Kit) -> None:
    paged.dialogue.replies = []
    paged.phone("chest pain")
    heard = until(lambda: len(paged.on_phone()) == 2 and paged.on_phone())
    assert heard[0] == SAFETY
    assert "has paged its care team" in heard[1]
    assert "cannot promise" in heard[1]
    assert "911" in heard[1]
    paged.phone("chest pain again")
    until(lambda: len(paged.on_phone()) == 3)
    assert paged.on_phone()[2] == SAFETY, "the rest is said once"


def test_without_a_list_nobody_is_promised(make_kit_without_list) -> None:
    kit: Kit = make_kit_without_list()
    kit.dialogue.replies = []
    kit.phone("chest pain")
    until(lambda: kit.on_phone() == [SAFETY])
    until(lambda: len(kit.dialogue.heard) == 1)
    assert kit.rows(oncall_page) == []
    assert len(kit.rows(outbox)) == 1


def test_an_ack_by_text_takes_the_page_and_is_no_patients_message(paged: Kit) -> None:
    paged.phone("chest pain")
    code = code_on(paged, ANA)
    paged.phone(f"ack {code}", number=ANA)
    answer = until(lambda: [text for text in paged.on_phone(ANA) if "You have page" in text])[0]
    assert code in answer
    [page] = paged.rows(oncall_page)
    assert (page.status, page.acknowledged_by, page.acknowledged_how) == ("acknowledged", "Ana Ruiz", "sms")
    assert len(paged.rows(inbox)) == len(paged.rows(patient)) == 1
    told = until(lambda: [text for text in paged.on_phone() if "knows of your message" in text])[0]
    assert told.startswith("Ana Ruiz, a nurse, at Test Clinic knows of your message now.")
    assert not [text for text in paged.dialogue.texts() if "ack" in text.lower()]


def test_nobody_answers_and_the_next_one_is_paged(paged: Kit) -> None:
    paged.phone("chest pain")
    page_on(paged, ANA)
    due_now(paged)
    page_on(paged, BEN)
    paged.phone("ACK", number=BEN)
    until(lambda: paged.rows(oncall_page)[0].status == "acknowledged")
    until(lambda: [text for text in paged.on_phone(ANA) if "Ben Ode has page" in text])
    assert sum("Someone needs you" in text for text in paged.on_phone(ANA)) == 1


def test_the_whole_list_in_vain_is_said_to_the_patient_and_in_the_figures(paged: Kit) -> None:
    paged.phone("chest pain")
    page_on(paged, ANA)
    due_now(paged)
    page_on(paged, BEN)
    due_now(paged)
    told = until(lambda: [text for text in paged.on_phone() if "has answered yet" in text])[0]
    assert "Please do not wait for us" in told
    figures = paged.client.get("/metrics").text
    assert "kith_pages_exhausted 1.0" in figures
    assert "kith_pages_unacknowledged 1.0" in figures
    assert 'kith_page_sends_total{channel="sms",outcome="sent"} 2.0' in figures
    due_now(paged)
    until(lambda: sum("Someone needs you" in text for text in paged.on_phone(ANA)) == 2)


def test_with_nobody_on_duty_the_patient_hears_that(make_paged) -> None:
    never = LIST.replace(
        'key = "ana"', 'key = "ana"\nhours = [{ days = ["mon"], from = "03:00", to = "03:01" }]'
    )
    never = never.replace(
        'key = "ben"', 'key = "ben"\nhours = [{ days = ["mon"], from = "03:00", to = "03:01" }]'
    )
    kit: Kit = make_paged(never + '\n[[open]]\nfrom = "00:00"\nto = "24:00"\n')
    kit.dialogue.replies = []
    kit.phone("chest pain")
    heard = until(lambda: len(kit.on_phone()) == 2 and kit.on_phone())
    assert heard[0] == SAFETY
    assert heard[1].startswith(
        "No one at Test Clinic is on call right now. Your message is saved for them. Do not wait"
    )


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("ACK", "Several pages are open for you"),
        ("ack all", "You have pages"),
        ("ACK 0000", "No page is open"),
        ("who is this?", "on the clinic's on-call list"),
    ],
)
def test_what_is_not_clear_is_asked(paged: Kit, words: str, answer: str) -> None:
    paged.phone("chest pain")
    page_on(paged, ANA)
    paged.phone("chest pain", number="+12025550124")
    until(lambda: sum("Someone needs you" in text for text in paged.on_phone(ANA)) == 2)
    paged.phone(words, number=ANA)
    until(lambda: [text for text in paged.on_phone(ANA) if answer in text])
    taken = [row.status for row in paged.rows(oncall_page)]
    assert taken == (["acknowledged"] * 2 if "all" in words else ["open"] * 2)
    assert len(paged.rows(patient)) == 2


def test_an_on_call_phone_in_danger_is_a_patient(paged: Kit) -> None:
    paged.phone("chest pain", number=ANA)
    until(lambda: SAFETY in paged.on_phone(ANA))
    assert len(paged.rows(patient)) == 1
    assert paged.rows(oncall_inbound) == []


def test_a_nurse_who_is_a_patient_too_is_answered_as_one(paged: Kit) -> None:
    paged.phone("chest pain", number=ANA)
    until(lambda: SAFETY in paged.on_phone(ANA))
    paged.phone("what is my potassium", number=ANA)
    until(lambda: "About what is my potassium" in paged.on_phone(ANA))
    code = code_on(paged, ANA)
    paged.phone(f"ACK {code}", number=ANA)
    until(lambda: paged.rows(oncall_page)[0].status == "acknowledged")
    assert [row.body for row in paged.rows(inbox)] == ["chest pain", "what is my potassium"]


def test_ack_from_any_other_phone_is_only_words(paged: Kit) -> None:
    paged.phone("chest pain")
    code = code_on(paged, ANA)
    paged.phone(f"ACK {code}", number="+12025550199")
    until(lambda: f"About ACK {code}" in paged.on_phone("+12025550199"))
    assert paged.rows(oncall_page)[0].status == "open"


def test_the_same_ack_five_times_and_from_the_reconciler_is_one(paged: Kit) -> None:
    paged.phone("chest pain")
    code = code_on(paged, ANA)
    form = paged.form(f"ACK {code}", From=ANA)
    assert {paged.post(form).status_code for _ in range(5)} == {200}
    before = paged.parts.metrics.reconciled._value.get()
    paged.fault("drop-webhook")
    paged.phone(f"ACK {code}", number=ANA)
    until(lambda: len(paged.rows(oncall_inbound)) == 2)
    until(lambda: sum("You have page" in text for text in paged.on_phone(ANA)) == 2)
    until(lambda: "ok" in paged.client.get("/health/ready").text)
    assert paged.parts.metrics.reconciled._value.get() == before + 1


def test_stop_from_an_on_call_phone_is_not_answered(paged: Kit) -> None:
    paged.post(paged.form("STOP", From=ANA))
    until(lambda: paged.rows(oncall_inbound))
    assert paged.rows(oncall_send) == []
    assert paged.rows(patient) == []


@pytest.mark.parametrize("kind", ["429", "500", "reset", "accept-then-reset", "accept-then-hang", "hang"])
def test_each_failure_ends_with_one_page(paged: Kit, kind: str) -> None:
    paged.fault(kind, times=2, seconds=1.0, number=ANA)
    paged.phone("chest pain")
    page_on(paged, ANA)
    until(lambda: paged.rows(oncall_send)[0].state == "delivered")
    assert sum("Someone needs you" in text for text in paged.on_phone(ANA)) == 1


@pytest.mark.parametrize("kind", ["error", "undelivered"])
def test_a_phone_that_cannot_be_reached_hands_the_page_on(paged: Kit, kind: str) -> None:
    paged.fault(kind, code=30003 if kind == "undelivered" else 21211, number=ANA)
    paged.phone("chest pain")
    page_on(paged, BEN)
    [ana] = [row for row in paged.rows(oncall_send) if row.person == "ana"]
    assert (ana.state, ana.error) == ("failed", "30003" if kind == "undelivered" else "21211")


def test_a_safety_message_that_does_not_arrive_pages(paged: Kit) -> None:
    paged.fault("undelivered", code=30003, number=PHONE)
    paged.phone("chest pain")
    until(lambda: any(row.code == "undelivered" for row in paged.rows(task)))
    until(lambda: len(paged.rows(oncall_page)) == 1 and page_on(paged, ANA))


def test_a_person_who_said_stop_gets_the_fixed_words_and_no_others(make_paged) -> None:
    kit: Kit = make_paged(standin={"opt_out": "off"})
    kit.phone("STOP")
    until(lambda: len(kit.on_phone()) == 1)
    kit.phone("chest pain")
    page_on(kit, ANA)
    until(lambda: kit.on_phone()[1:] == [SAFETY])
    assert len(kit.rows(outbox)) == 2


def test_a_page_taken_before_it_went_out_wakes_nobody(paged: Kit) -> None:
    paged.fault("429", times=50, number=ANA)
    paged.phone("chest pain")
    until(lambda: paged.rows(oncall_send))
    with paged.engine.begin() as connection:
        connection.execute(task.update().values(status="completed"))
    until(lambda: [row.state for row in paged.rows(oncall_send)] == ["cancelled"])
    assert paged.on_phone(ANA) == []


def test_a_clock_set_back_does_not_keep_the_next_one_asleep(paged: Kit) -> None:
    """The page stands as a clock two hours ahead would have written it; no step of this list is that long."""
    paged.phone("chest pain")
    page_on(paged, ANA)
    with paged.engine.begin() as connection:
        connection.execute(oncall_page.update().values(due_at=later(7200)))
    page_on(paged, BEN)


def test_danger_that_lay_in_the_spool_for_days_is_paged_for_once_it_is_taken_in(
    make_paged, tmp_path: Path
) -> None:
    came, spool = later(-3 * 24 * 3600), Spool(tmp_path / "spool", reserve=1 << 20)
    inbound = Inbound("twilio", LOCAL_ACCOUNT_SID, "SM1", "sms", PHONE, "chest pain", {})
    asyncio.run(spool.append(spool_entry.write(Kept(inbound, came))))
    kit: Kit = make_paged(spool=spool)
    assert "EMERGENCY" in page_on(kit, ANA)
    assert kit.rows(inbox)[0].received_at == came
    assert next(row.at for row in kit.rows(message) if row.direction == "in") == came


def test_a_gateway_started_again_goes_on_where_it_was(make_paged, sqlite_url: str) -> None:
    first: Kit = make_paged()
    first.phone("chest pain")
    page_on(first, ANA)
    second: Kit = make_paged(url=sqlite_url)
    due_now(second)
    until(lambda: second.rows(oncall_page)[0].step == 2)
    assert [row.person for row in second.rows(oncall_send)] == ["ana", "ben"]


def test_two_gateways_page_once(make_paged, postgres_url: str) -> None:
    one, two = (make_paged(url=postgres_url) for _ in range(2))
    for n in range(6):
        (one, two)[n % 2].text("chest pain", From=f"+1202555{n:04d}")
    until(lambda: len(one.rows(oncall_page)) == 6)
    due_now(one)
    until(lambda: len([row for row in one.rows(oncall_send) if row.sent_at]) == 12)
    pages = {(row.page_id, row.person) for row in one.rows(oncall_send)}
    assert len(pages) == len(one.rows(oncall_send)) == 12
    for number in (ANA, BEN):
        until(lambda n=number: len([*one.on_phone(n), *two.on_phone(n)]) == 6)
        texts = [*one.on_phone(number), *two.on_phone(number)]
        assert len(texts) == len(set(texts)) == 6


def test_a_list_that_needs_email_wants_a_server(make_paged) -> None:
    with pytest.raises(RotaError, match="KITH_SMTP_HOST is not set"):
        make_paged('[[person]]\nkey = "a"\nname = "A"\nemail = "a@clinic.example"\n')


def test_what_goes_to_phones_is_on_the_list_alone(paged: Kit, tmp_path: Path) -> None:
    """A list changed while Kith runs: the next page goes to whoever stands there now."""
    (tmp_path / "oncall.toml").write_text(LIST.replace(ANA, "+12025550199"))
    paged.phone("chest pain")
    page_on(paged, "+12025550199")
    assert paged.on_phone(ANA) == []
