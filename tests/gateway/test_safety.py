"""Danger is answered at the door, in the same breath as the message is stored, whatever else is down."""

from dataclasses import replace

import pytest

from listening import safety
from listening.redflags import RedFlag, Screening
from record.tables import contact_point, conversation, flag, inbox, message, outbox, task
from tests.gateway.conftest import EAR, PHONE, Kit, until


@pytest.mark.parametrize(
    ("text", "level", "flag_level", "priority", "reply"),
    [
        ("I have chest pain", "emergency", "emergency", "stat", "Call 911 now. (emergency)"),
        ("I want to end my life", "crisis", "crisis", "stat", "Call 911 now. (crisis)"),
        ("a tight chest", "ask", "soon", "asap", "Are you having chest pain right now?"),
    ],
)
def test_danger_is_answered_with_the_dialogue_down(
    kit: Kit, text, level, flag_level, priority, reply
) -> None:
    kit.dialogue.mode = "500"
    assert kit.text(text).status_code == 200
    [raised] = kit.rows(flag)
    assert (raised.level, raised.status, raised.quote in text) == (flag_level, "active", True)
    [opened] = kit.rows(task)
    assert (opened.code, opened.priority, opened.quote) == (f"red-flag-{level}", priority, text)
    assert kit.said()[0] == reply
    assert kit.rows(message)[1].seq == 2
    until(lambda: kit.on_phone()[:1] == [reply])


def test_something_to_look_at_soon_is_a_task_and_no_alarm(kit: Kit) -> None:
    kit.text("I have a rash")
    until(lambda: kit.said() == ["About I have a rash"])
    assert [(row.level, row.code) for row in kit.rows(flag)] == [("soon", "rash")]
    assert [row.priority for row in kit.rows(task)] == ["urgent"]


def test_no_danger_opens_nothing(kit: Kit) -> None:
    kit.text("what is potassium?")
    until(lambda: kit.said())
    assert kit.rows(flag) == []
    assert kit.rows(task) == []


def test_the_dialogue_still_hears_an_emergency(kit: Kit) -> None:
    kit.dialogue.replies = []
    kit.text("chest pain since noon")
    body = until(lambda: kit.dialogue.heard)[0]
    assert body["metadata"]["screen"] == {"level": "emergency", "kinds": ["chest-pain"]}
    until(lambda: kit.rows(inbox)[0].state == "done")
    assert kit.said() == ["Call 911 now. (emergency)"]


def test_an_emergency_while_a_clinician_speaks_is_answered(kit: Kit) -> None:
    kit.text("hello")
    until(lambda: kit.said())
    with kit.engine.begin() as connection:
        connection.execute(conversation.update().values(taken_over_by="nurse"))
    kit.text("chest pain")
    assert kit.said()[-1] == "Call 911 now. (emergency)"
    kit.text("are you there")
    until(lambda: all(row.state == "done" for row in kit.rows(inbox)))
    assert len(kit.dialogue.heard) == 1
    assert kit.said()[-1] == "Call 911 now. (emergency)"


def test_an_emergency_after_a_stop_is_answered_and_says_to_call(make_kit) -> None:
    kit = make_kit(standin={"opt_out": "off"})
    kit.phone("STOP")
    until(lambda: kit.rows(contact_point) and kit.rows(contact_point)[0].opted_out_at)
    kit.phone("chest pain")
    until(lambda: "Call 911 now. (emergency)" in kit.on_phone())
    assert "call them" in kit.rows(task, code="red-flag-emergency")[0].description


def test_a_screen_that_breaks_loses_nothing_and_tells_a_person(kit: Kit) -> None:
    kit.text("screen breaks on this")
    until(lambda: kit.said() == ["About screen breaks on this"])
    [opened] = kit.rows(task)
    assert (opened.code, opened.priority, opened.quote) == (
        "screen-failed",
        "urgent",
        "screen breaks on this",
    )


def test_a_safety_text_that_does_not_arrive_is_a_call_to_make(kit: Kit) -> None:
    kit.fault("undelivered", code=30003)
    kit.phone("chest pain")
    until(lambda: kit.rows(task, code="undelivered"))
    [opened] = kit.rows(task, code="undelivered")
    assert opened.priority == "stat"
    assert "30003" in opened.description
    assert kit.rows(outbox)[0].state == "later"  # and it is tried again


@pytest.mark.parametrize(
    "word", ["STOP", "stop.", " Stopall ", "Unsubscribe", "CANCEL", "end", "QUIT", "revoke"]
)
def test_stop_ends_texts_and_the_clinic_is_told(make_kit, word: str) -> None:
    kit = make_kit(standin={"opt_out": "off"})
    kit.phone(word)
    until(lambda: kit.on_phone() == [kit.parts.phrases.patient["opted_out"]])
    assert kit.rows(contact_point)[0].opted_out_at
    assert [row.code for row in kit.rows(task)] == ["opted-out"]
    kit.phone("my potassium is 5.9")
    until(lambda: kit.rows(task, code="wrote-after-opt-out"))
    assert len(kit.on_phone()) == 1
    assert len(kit.rows(message, direction="out")) == 1
    assert kit.rows(message, direction="in")[1].text == "my potassium is 5.9"


@pytest.mark.parametrize(
    "text", ["please cancel my visit", "don't stop", "the end of my rope", "help me understand"]
)
def test_a_keyword_in_a_sentence_is_a_sentence(kit: Kit, text: str) -> None:
    kit.text(text)
    until(lambda: kit.said() == [f"About {text}"])
    assert kit.rows(contact_point)[0].opted_out_at is None


def test_start_brings_texts_back_and_yes_too_but_only_then(make_kit) -> None:
    kit = make_kit(standin={"opt_out": "off"})
    for word in ("START", "yes"):
        kit.phone("stop")
        until(lambda: kit.rows(contact_point) and kit.rows(contact_point)[0].opted_out_at)
        kit.phone(word)
        until(lambda: kit.rows(contact_point)[0].opted_out_at is None)
        until(lambda: kit.on_phone()[-1:] == [kit.parts.phrases.patient["back"]])
    kit.phone("yes")
    until(lambda: kit.on_phone()[-1:] == ["About yes"])


def test_a_yes_to_a_safety_text_after_a_stop_is_no_start(make_kit) -> None:
    kit = make_kit(standin={"opt_out": "off"})
    kit.phone("please stop texting me")
    until(lambda: kit.on_phone() == [kit.parts.phrases.patient["opted_out"]])
    kit.phone("chest pain")
    until(lambda: kit.on_phone()[1:] == ["Call 911 now. (emergency)"])
    kit.phone("Yes")
    until(lambda: kit.rows(task, code="wrote-after-opt-out", quote="Yes"))
    assert kit.rows(contact_point)[0].opted_out_at
    kit.phone("START")
    until(lambda: kit.on_phone()[2:] == [kit.parts.phrases.patient["back"]])


@pytest.mark.parametrize("yes", ["Yes", "si"])
def test_a_yes_to_the_direct_question_after_a_stop_is_the_danger_and_no_start(make_kit, yes: str) -> None:
    kit = make_kit(standin={"opt_out": "off"})
    for said in ("stop", "a tight chest", yes):
        assert kit.text(said).status_code == 200
    assert kit.said()[-1] == "Call 911 now. (emergency)"
    assert kit.rows(contact_point)[0].opted_out_at


def test_a_yes_twilio_takes_as_a_start_is_one_here(make_kit) -> None:
    kit = make_kit(standin={"opt_out": "advanced"})
    kit.phone("stop")
    until(lambda: kit.rows(contact_point) and kit.rows(contact_point)[0].opted_out_at)
    kit.phone("yes")
    until(lambda: kit.rows(contact_point)[0].opted_out_at is None)


def test_help_is_answered_here(make_kit) -> None:
    kit = make_kit(standin={"opt_out": "off"})
    kit.phone("HELP")
    until(lambda: kit.on_phone() == [kit.parts.phrases.patient["help"]])
    assert kit.dialogue.heard == []


@pytest.mark.parametrize("word", ["STOP", "HELP", "START"])
def test_what_twilio_has_answered_is_not_answered_again(make_kit, word: str) -> None:
    kit = make_kit(standin={"opt_out": "advanced"})
    kit.phone(word)
    until(lambda: kit.rows(inbox))
    assert kit.rows(message, direction="out") == []
    assert (kit.rows(contact_point)[0].opted_out_at is not None) == (word == "STOP")


def test_a_network_that_blocks_our_goodbye_is_no_failure(kit: Kit) -> None:
    kit.phone("STOP")
    until(lambda: kit.rows(outbox) and kit.rows(outbox)[0].state == "failed")
    assert kit.rows(outbox)[0].error_code == "21610"
    assert [row.code for row in kit.rows(task)] == ["opted-out"]


def test_a_block_we_did_not_know_of_is_learnt(kit: Kit) -> None:
    kit.fault("error", code=21610, number=PHONE)
    kit.phone("hello")
    until(lambda: kit.rows(contact_point) and kit.rows(contact_point)[0].opted_out_at)
    assert kit.rows(task)[0].code == "undelivered"


@pytest.mark.parametrize("yes", ["yes", "Yes.", "a little", "I'm not sure"])
def test_a_yes_to_the_direct_question_is_the_danger_itself(kit: Kit, yes: str) -> None:
    kit.text("a tight chest")
    until(lambda: len(kit.said()) == 2)
    kit.text(yes)
    assert kit.said()[-1] == "Call 911 now. (emergency)"
    assert [row.priority for row in kit.rows(task)] == ["asap", "stat"]
    assert [(row.level, row.code) for row in kit.rows(flag)] == [
        ("soon", "chest-pain"),
        ("emergency", "chest-pain"),
    ]
    assert f"they answered: {yes}" in kit.rows(task)[0].description


def test_a_no_is_thanked_for_and_the_flag_stays(kit: Kit) -> None:
    kit.text("a tight chest")
    until(lambda: len(kit.said()) == 2)
    kit.text("No")
    until(lambda: kit.rows(inbox)[1].state == "done")
    assert kit.said()[-1] == safety.thanks("chest-pain")
    assert kit.dialogue.texts() == ["a tight chest"]
    assert [row.status for row in kit.rows(flag)] == ["active"]
    [asked] = kit.rows(task)
    assert "they answered: No" in asked.description


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (["hello"], "yes"),
        (["a tight chest", "what is potassium?"], "yes"),
        (["a tight chest"], "yes my potassium is 5.9"),
    ],
)
def test_what_is_no_answer_to_a_direct_question_goes_on(kit: Kit, before: list[str], said: str) -> None:
    for words in (*before, said):
        kit.text(words)
    until(lambda: kit.said()[-1:] == [f"About {said}"])
    assert not kit.rows(task, code="red-flag-emergency")


def test_an_answer_a_day_late_is_an_answer_to_something_else(kit: Kit) -> None:
    kit.text("a tight chest")
    with kit.engine.begin() as connection:
        connection.execute(inbox.update().values(received_at="2020-01-01T00:00:00.000000Z"))
    kit.text("yes")
    until(lambda: kit.said()[-1:] == ["About yes"])


def test_danger_in_the_answer_is_heard_for_itself(kit: Kit) -> None:
    kit.text("a tight chest")
    until(lambda: len(kit.said()) == 2)
    kit.text("I want to end my life")
    assert kit.said()[-1] == "Call 911 now. (crisis)"


def likely(text: str) -> Screening:
    flag = RedFlag("unclear-crisis", "crisis", text, 0, len(text), "patient", "second-opinion", "s")
    return Screening("crisis", (flag,)) if "his room" in text else Screening("none", ())


def test_a_crisis_heard_in_likeness_alone_is_a_question_too(make_kit) -> None:
    kit = make_kit(ear=replace(EAR, screen=likely))
    kit.text("i sit in his room at night")
    until(lambda: kit.rows(inbox)[0].state == "done")
    kit.text("no")
    assert kit.said()[-1] == safety.thanks("unclear-crisis")
    assert "no" not in kit.dialogue.texts()
    [asked] = kit.rows(task)
    assert asked.code == "red-flag-crisis"
    assert "they answered: no" in asked.description


def test_after_a_yes_to_it_a_no_settles_nothing(make_kit) -> None:
    kit = make_kit(ear=replace(EAR, screen=likely))
    for words in ("i sit in his room at night", "yes", "no"):
        kit.text(words)
    until(lambda: "no" in kit.dialogue.texts())
    assert len(kit.rows(task, code="red-flag-crisis")) == 2
