"""How a text behaves: never after a no, never by night unasked, at the number's pace, failures seen to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from gateway import conversation, delivery, errors
from gateway.conversation import Saying, Thread
from gateway.pace import Pace
from gateway.phones import e164, sender
from gateway.quiet import Quiet
from gateway.sms import segments
from record import referrals, release_rules
from record.ids import new_id, now, stamp
from record.people import ensure_contact, verify_identity
from record.tables import contact_point, message, outbox, patient, task
from tests.gateway.conftest import PHONE, Kit, until

EVENING, NIGHT, MORNING = (f"2026-07-{at}.000000Z" for at in ("10T00:59:00", "10T01:00:00", "10T12:00:00"))
QUIET = Quiet(release_rules.load(), "America/New_York")


def states(kit: Kit) -> list[str]:
    return [row.state for row in kit.rows(outbox)]


def codes(kit: Kit) -> list[str]:
    return [row.code for row in kit.rows(task)]


def say(kit: Kit, words: str, kind: str) -> None:
    """Kith says something of this kind to the phone that wrote last."""
    with kit.engine.begin() as connection:
        row = connection.execute(contact_point.select()).one()
        thread = Thread(row.patient_id, row.conversation_id, row.id, "sms")
        conversation.say(connection, thread, Saying(words), at=now(), effect_key=f"{new_id()}:{kind}")
    kit.parts.bells.said_from_thread(row.conversation_id)


@pytest.fixture
def bare(make_kit: Callable[..., Kit]) -> Kit:
    """A network that leaves STOP to us."""
    return make_kit(standin={"opt_out": "off"})


def test_plain_words_end_texts_once_confirmed_and_the_web_stays(bare: Kit) -> None:
    bare.phone("Please stop texting me")
    until(lambda: bare.on_phone() == [bare.parts.phrases.patient["opted_out"]])
    assert codes(bare) == ["opted-out"]
    bare.phone("take me off this list")
    bare.phone("stop")
    until(lambda: len(bare.rows(message, direction="in")) == 3)
    say(bare, "Hello again", "0")
    until(lambda: states(bare) == ["delivered", "cancelled"])
    assert len(bare.on_phone()) == 1
    assert codes(bare) == ["opted-out"]
    with bare.widget() as browser:
        browser.post("/widget/messages", json={"client_id": "a", "text": "stop"})
        until(lambda: "About stop" in bare.said())


def test_words_that_may_be_meant_otherwise_are_shown_the_way_out(bare: Kit) -> None:
    bare.phone("leave me alone")
    until(lambda: bare.on_phone() == [bare.parts.phrases.patient["stop_ask"]])
    assert bare.rows(contact_point)[0].opted_out_at is None
    assert bare.dialogue.heard == []


def test_a_danger_beside_a_stop_is_answered_and_the_stop_is_kept(bare: Kit) -> None:
    bare.phone("I have chest pain. Stop texting me.")
    until(lambda: bare.on_phone() == ["Call 911 now. (emergency)"])
    assert bare.rows(contact_point)[0].opted_out_at
    assert sorted(codes(bare)) == ["opted-out", "red-flag-emergency"]


def test_a_wrong_number_is_left_in_peace_and_known_to_nobody(bare: Kit) -> None:
    bare.phone("hello")
    until(lambda: bare.on_phone())
    with bare.engine.begin() as connection:
        verify_identity(connection, bare.rows(patient)[0].id, now())
    bare.phone("you have the wrong number")
    until(lambda: bare.on_phone()[1:] == [bare.parts.phrases.patient["wrong_number"]])
    assert bare.rows(patient)[0].identity_verified_at is None
    assert bare.rows(contact_point)[0].opted_out_at
    assert [(row.code, row.priority) for row in bare.rows(task)] == [("check-identity", "urgent")]


@pytest.mark.parametrize(("days", "known"), [(89, True), (91, False)])
def test_a_number_silent_for_ninety_days_may_be_someone_elses(kit: Kit, days: int, known: bool) -> None:
    long_ago = stamp(datetime.now(UTC) - timedelta(days=days))
    kit.phone("hello")
    until(lambda: states(kit) == ["delivered"])
    with kit.engine.begin() as connection:
        verify_identity(connection, kit.rows(patient)[0].id, long_ago)
        connection.execute(update(message).values(at=long_ago))
    kit.phone("what is my potassium")
    until(lambda: len(kit.on_phone()) == 2)
    assert (kit.rows(patient)[0].identity_verified_at is not None) == known
    assert codes(kit) == ([] if known else ["check-identity"])


def test_a_clinician_hears_that_a_reply_was_not_sent(bare: Kit) -> None:
    bare.phone("STOP")
    until(lambda: bare.on_phone())
    say(bare, "Please call me", "reply")
    until(lambda: "reply-not-sent" in codes(bare))


# --- what did not arrive


@pytest.mark.parametrize("row", errors.table().values(), ids=lambda row: str(row.code))
def test_every_code_has_a_source_and_an_end(row: errors.Policy) -> None:
    assert row.source.startswith("https://www.twilio.com/docs/")
    assert (row.times > 0) == (row.do == "retry")
    assert row.after_minutes > 0 or row.do != "retry"


def test_the_codes_that_matter_are_all_in_the_table() -> None:
    wanted = {30001, 30003, 30004, 30005, 30006, 30007, 30008, 21610, 21611}
    assert wanted <= errors.table().keys()
    assert errors.policy("99999").do == errors.policy(None).do == "task"


@pytest.mark.parametrize("code", [30001, 30003, 30008])
def test_what_may_arrive_later_is_sent_again(kit: Kit, code: int) -> None:
    kit.fault("undelivered", code=code)
    kit.phone("hello")
    until(lambda: states(kit) == ["later"])
    assert codes(kit) == []
    kit.phone("are you there")  # what is asked meanwhile does not wait behind it
    until(lambda: kit.on_phone() == ["About are you there"])
    with kit.engine.begin() as connection:
        connection.execute(update(outbox).where(outbox.c.state == "later").values(next_attempt_at=now()))
    until(lambda: states(kit) == ["delivered", "delivered"])
    first = kit.rows(outbox)[0]
    form = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30003"}
    assert kit.post(form, path=f"/twilio/status?outbox={first.id}").status_code == 204
    assert states(kit) == ["delivered", "delivered"]
    assert kit.on_phone() == ["About are you there", "About hello"]


def test_it_is_not_sent_again_for_ever(kit: Kit) -> None:
    kit.fault("undelivered", code=30008, times=9)
    kit.phone("hello")
    until(lambda: states(kit) == ["later"])
    with kit.engine.begin() as connection:
        connection.execute(update(outbox).values(next_attempt_at=now()))
    until(lambda: states(kit) == ["undelivered"])
    assert codes(kit) == ["undelivered"]


@pytest.mark.parametrize("code", [30004, 30006, 30007])
def test_what_never_arrives_is_told_to_a_person(kit: Kit, code: int) -> None:
    kit.fault("undelivered", code=code)
    kit.phone("hello")
    until(lambda: codes(kit) == ["undelivered"])
    assert states(kit) == ["undelivered"]


def test_a_full_queue_is_waited_for(kit: Kit) -> None:
    kit.fault("error", code=21611, times=2)
    kit.phone("hello")
    until(lambda: states(kit) == ["delivered"])
    assert codes(kit) == []


def test_an_opt_out_at_the_network_is_ours_too(bare: Kit) -> None:
    bare.fault("error", code=21610)
    bare.phone("hello")
    until(lambda: states(bare) == ["failed"])
    assert bare.rows(contact_point)[0].opted_out_at


def test_a_stop_the_network_acted_on_first_is_confirmed_and_told_all_the_same(bare: Kit) -> None:
    """What was on its way when they wrote STOP bounces before their STOP reaches us."""
    bare.fault("error", code=21610)
    bare.phone("hello")
    until(lambda: states(bare) == ["failed"])
    bare.phone("STOP")
    until(lambda: bare.on_phone() == [bare.parts.phrases.patient["opted_out"]])
    assert "opted-out" in codes(bare)
    bare.phone("STOP")
    until(lambda: len(bare.rows(message, direction="in")) == 3)
    assert len(bare.rows(message, direction="out")) == 2  # the hello that bounced, one confirmation
    assert codes(bare).count("opted-out") == 1


def test_what_was_written_before_a_start_and_bounces_after_it_ends_nothing(bare: Kit) -> None:
    bare.phone("hello")
    until(lambda: states(bare) == ["delivered"])
    old = bare.rows(outbox)[0]
    bare.phone("START")
    until(lambda: states(bare) == ["delivered", "delivered"])
    with bare.engine.begin() as connection:
        connection.execute(outbox.update().where(outbox.c.id == old.id).values(state="sending"))
        delivery.rejected(connection, old.id, 21610, bare.parts.phrases, now())
    assert states(bare) == ["failed", "delivered"]
    assert bare.rows(contact_point)[0].opted_out_at is None


# --- when and how fast


@pytest.mark.parametrize(
    ("at", "zone", "opens"),
    [
        (EVENING, None, EVENING),
        (NIGHT, None, MORNING),  # nine in the evening in New York
        (NIGHT, "America/Los_Angeles", NIGHT),
        (MORNING, None, MORNING),
        (MORNING, "not/a-zone", MORNING),
        (MORNING, "Asia/Tokyo", "2026-07-10T23:00:00.000000Z"),
    ],
)
def test_quiet_is_from_nine_to_eight_where_the_patient_is(at: str, zone: str | None, opens: str) -> None:
    assert QUIET.opens(at, zone) == opens


def test_no_network_delivers_it_by_night() -> None:
    assert QUIET.seconds_left(EVENING, None, 3600) <= 60
    assert QUIET.seconds_left(MORNING, None, 3600) == 3600


def night_somewhere() -> str:
    """A zone where it is about two in the night now."""
    ahead = (2 - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


@pytest.mark.parametrize("kind", ["follow-up", referrals.KIND])
def test_by_night_only_what_was_asked_for_is_sent(kit: Kit, kind: str) -> None:
    kit.phone("hello")
    until(lambda: states(kit) == ["delivered"])
    with kit.engine.begin() as connection:
        connection.execute(update(patient).values(timezone=night_somewhere()))
    say(kit, "How did the visit go?", kind)
    until(lambda: states(kit) == ["delivered", "later"])
    kit.phone("I cannot sleep")
    until(lambda: kit.on_phone() == ["About hello", "About I cannot sleep"])
    assert kit.rows(outbox)[1].next_attempt_at > now()


def unheard_of(kit: Kit, kind: str, **more: object) -> None:
    """The text of this kind as it lies there when the gateway died before it heard Twilio's yes."""
    between = {"state": "sending", "provider_message_id": None, "next_attempt_at": now(), **more}
    with kit.engine.begin() as connection:
        connection.execute(update(outbox).where(outbox.c.kind == kind).values(**between))


def test_what_went_out_before_the_night_is_found_by_night_and_not_sent_in_the_morning(kit: Kit) -> None:
    kit.phone("hello")
    until(lambda: states(kit) == ["delivered"])
    with kit.engine.begin() as connection:  # as if it had been an unasked text, and night fell after it
        connection.execute(update(patient).values(timezone=night_somewhere()))
        this = message.c.direction == "out"
        connection.execute(update(message).where(this).values(effect_key=f"{new_id()}:follow-up"))
    unheard_of(kit, "0")
    until(lambda: kit.rows(outbox)[0].provider_message_id is not None)
    assert kit.rows(outbox)[0].state != "later"
    assert kit.on_phone() == ["About hello"]


def test_what_arrived_is_not_called_too_old_to_send(kit: Kit) -> None:
    kit.phone("chest pain")
    until(lambda: "delivered" in states(kit))
    long_ago = stamp(datetime.now(UTC) - timedelta(hours=5))
    unheard_of(kit, "safety", created_at=long_ago)
    until(lambda: kit.rows(outbox, kind="safety")[0].provider_message_id is not None)
    assert kit.rows(outbox, kind="safety")[0].state != "failed"
    assert kit.rows(task, code="undelivered") == []


def test_what_is_too_old_and_cannot_be_looked_for_is_told_to_a_person(kit: Kit) -> None:
    kit.phone("chest pain")
    until(lambda: "delivered" in states(kit))
    kit.fault("500", where="list", times=500)
    unheard_of(kit, "safety", created_at=stamp(datetime.now(UTC) - timedelta(hours=5)))
    until(lambda: [row.priority for row in kit.rows(task, code="undelivered")] == ["stat"])


def test_a_bucket_fills_at_its_rate() -> None:
    at = [0.0]
    pace = Pace(2, clock=lambda: at[0])
    assert pace.wait() == 0
    pace.take(4)
    assert pace.wait() == pytest.approx(1.5)
    at[0] = 1.5
    assert pace.wait() == 0
    assert Pace(0).wait() == 0


def test_texts_leave_at_the_numbers_pace_and_danger_first(make_kit: Callable[..., Kit]) -> None:
    kit = make_kit(pace=2.0)
    kit.dialogue.replies = [{"text": f"Part {n}"} for n in range(6)]
    kit.phone("hello")
    until(lambda: kit.on_phone())
    kit.dialogue.replies = []
    kit.phone("chest pain", "+12025550199")
    until(lambda: kit.on_phone("+12025550199") == ["Call 911 now. (emergency)"])
    until(lambda: len(kit.on_phone()) == 6)
    texts = {row.id: row.text for row in kit.rows(message)}
    sent = {texts[row.message_id]: datetime.fromisoformat(row.sent_at) for row in kit.rows(outbox)}
    assert sent["Call 911 now. (emergency)"] < sent["Part 5"]
    assert (max(sent.values()) - min(sent.values())).total_seconds() > 2


def test_a_safety_text_passes_what_waits_for_the_same_phone(make_kit: Callable[..., Kit]) -> None:
    kit = make_kit()
    kit.phone("hello")
    until(lambda: kit.on_phone())
    with kit.engine.begin() as connection:
        who = ensure_contact(connection, "sms", PHONE, now())
        line = conversation.say(
            connection,
            Thread(who.patient_id, who.conversation_id, who.contact_point_id, "sms"),
            Saying("Kept back"), at=now(), effect_key=f"{new_id()}:0",
        )[0]  # fmt: skip
        wait = stamp(datetime.now(UTC) + timedelta(minutes=5))
        mine = outbox.c.message_id == line.message_id
        connection.execute(update(outbox).where(mine).values(next_attempt_at=wait))
    kit.phone("chest pain")
    until(lambda: kit.on_phone()[1:] == ["Call 911 now. (emergency)"])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+12025550123", "+12025550123"), ("(202) 555-0123", "+12025550123"),
        ("202.555.0123", "+12025550123"),
        ("+44 20 7946 0958", "+442079460958"), ("12345", None), ("555-0100", None),
        ("nobody", None), ("+1202555", None),
        ("+1 202 555 0123 ext. 5", None),
    ],
)  # fmt: skip
def test_numbers_are_spelt_one_way(text: str, number: str | None) -> None:
    assert e164(text) == number


def test_a_short_code_stays_what_it_is() -> None:
    assert (sender("32665"), sender("+1 (202) 555-0123")) == ("32665", "+12025550123")


@pytest.mark.parametrize(
    ("text", "count"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("\u20ac" * 80, 1), ("\u20ac" * 81, 2),
     ("\u00e9" * 160, 1), ("\U0001f600" * 35, 1), ("\U0001f600" * 36, 2), ("\u2019" * 70, 1), ("", 1)],
)  # fmt: skip
def test_segments_are_counted_as_the_network_does(text: str, count: int) -> None:
    assert segments(text) == count
