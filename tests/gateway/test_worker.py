"""The dialogue fails in every way it can: the message is kept, the person told once, and answered later."""

from contextlib import ExitStack
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import event, select, update

from gateway.crowd import MANY
from record.tables import conversation, inbox, message, observation, statement, task
from tests.gateway.conftest import QUICK, Dialogue, Kit, until

FAILURES = ("500", "empty", "list", "no payload", "bad replies", "html", "hang")


@pytest.mark.parametrize("mode", FAILURES)
def test_trouble_is_said_once_and_the_answer_comes_when_it_can(kit: Kit, mode: str) -> None:
    kit.dialogue.mode = mode
    kit.phone("first")
    kit.phone("second")
    trouble = kit.parts.phrases.patient["trouble"]
    until(lambda: kit.on_phone() == [trouble])
    assert [row.state for row in kit.rows(inbox)] == ["pending", "pending"]
    kit.dialogue.mode = "answer"
    until(lambda: kit.on_phone() == [trouble, "About first", "About second"])
    assert kit.rows(conversation)[0].apologised_at is None


def test_trouble_is_not_said_again_to_those_it_was_said_to(make_kit) -> None:
    """Several messages wait; when the dialogue is back, the last of them waits for those before it."""
    kit = make_kit(timing=replace(QUICK, apologise_after=3.0, slow_after=4.0, rasa_timeout=20.0))
    kit.dialogue.mode, kit.dialogue.takes = "500", 1.5
    trouble = kit.parts.phrases.patient["trouble"]
    for number in range(3):
        kit.text(f"message {number}")
    until(lambda: kit.said() == [trouble])
    kit.dialogue.mode = "answer"
    answers = [f"About message {number}" for number in range(3)]
    until(lambda: len(kit.said()) > len(answers))
    assert kit.said() == [trouble, *answers]
    assert kit.rows(conversation)[0].apologised_at is None


def test_a_second_outage_is_said_again(kit: Kit) -> None:
    trouble = kit.parts.phrases.patient["trouble"]
    for n in (1, 2):
        kit.dialogue.mode = "500"
        kit.text(f"message {n}")
        until(lambda n=n: kit.said().count(trouble) == n)
        kit.dialogue.mode = "answer"
        until(lambda n=n: f"About message {n}" in kit.said())
    assert kit.said().count(trouble) == 2


def test_the_dialogue_not_running_at_all(make_kit) -> None:
    kit = make_kit(rasa_url="http://127.0.0.1:9")
    kit.phone("hello")
    until(lambda: kit.on_phone() == [kit.parts.phrases.patient["trouble"]])
    [row] = kit.rows(inbox)
    assert (row.state, row.error) == ("pending", "ClientConnectorError")


def test_a_slow_answer_is_waited_for_without_a_word(make_kit) -> None:
    kit = make_kit(timing=replace(QUICK, rasa_timeout=20.0, slow_after=20.0, apologise_after=20.0))
    kit.dialogue.mode, kit.dialogue.hang = "hang", 0.2
    kit.text("hello")
    until(lambda: kit.dialogue.heard)
    kit.dialogue.mode = "answer"
    until(lambda: kit.said() == ["About hello"])


def test_hands_that_hang_do_not_keep_others_uninformed(make_kit) -> None:
    kit = make_kit(workers=1)
    kit.dialogue.mode = "hang"
    for n in range(3):
        kit.phone("hello", number=f"+1202555010{n}")
    until(lambda: all(kit.on_phone(f"+1202555010{n}") for n in range(3)))


def test_a_message_the_dialogue_will_never_take_goes_to_a_person(kit: Kit) -> None:
    kit.dialogue.mode = "400"
    kit.text("odd words")
    until(lambda: kit.said() == [kit.parts.phrases.patient["gave_up"]])
    assert [(row.code, row.quote) for row in kit.rows(task)] == [("unanswered", "odd words")]
    kit.dialogue.mode = "answer"
    kit.text("plain words")
    until(lambda: kit.said()[-1] == "About plain words")


def test_one_message_that_breaks_the_dialogue_does_not_hold_up_the_rest(make_kit) -> None:
    dialogue = Dialogue(mode="500", failing=lambda body: body["text"] == "poison")
    kit = make_kit(dialogue=dialogue)
    kit.text("poison")
    kit.text("after it")
    kit.text("someone else", From="+12025550199")
    until(lambda: "About someone else" in kit.said())
    assert "About after it" not in kit.said()
    until(lambda: "About after it" in kit.said())
    assert kit.parts.phrases.patient["gave_up"] in kit.said()
    assert [row.code for row in kit.rows(task)] == ["unanswered"]


def test_an_outage_gives_up_nothing(make_kit) -> None:
    kit = make_kit()
    kit.dialogue.mode = "500"
    kit.text("hello")
    until(lambda: kit.rows(inbox)[0].attempts > 15)
    assert kit.rows(inbox)[0].state == "pending"
    assert kit.rows(task) == []


def test_what_waited_through_an_outage_outlives_a_few_more_failures(make_kit) -> None:
    kit = make_kit()
    kit.dialogue.mode = "500"
    kit.text("hello")
    until(lambda: kit.rows(inbox)[0].attempts > 15)
    more = iter([True] * 3)

    def failing(body: dict[str, Any]) -> bool:
        return body["text"] == "hello" and ("About plain" not in kit.said() or next(more, False))

    kit.dialogue.failing = failing
    kit.text("plain", From="+12025550199")
    until(lambda: "About hello" in kit.said())
    assert next(more, None) is None
    assert kit.rows(task) == []


def test_a_message_tried_thousands_of_times_still_waits_its_pause(make_kit) -> None:
    kit = make_kit()
    kit.dialogue.mode = "500"
    kit.text("hello")

    def climbs_from_3000() -> bool:
        with kit.engine.begin() as connection:
            connection.execute(update(inbox).where(inbox.c.attempts < 3000).values(attempts=3000))
        return bool(kit.rows(inbox)[0].attempts > 3003)

    until(climbs_from_3000)
    assert kit.rows(inbox)[0].state == "pending"


def test_a_failure_that_cannot_be_written_is_no_hot_loop(make_kit) -> None:
    kit = make_kit()
    with kit.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE UPDATE OF attempts ON inbox BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    kit.dialogue.mode = "500"
    began = monotonic()
    kit.text("hello")
    until(lambda: len(kit.dialogue.heard) >= 3)
    assert monotonic() - began >= 2.0


def test_proposals_become_record_with_the_reply(kit: Kit) -> None:
    kit.dialogue.proposals = [
        {"kind": "observation", "analyte": "potassium", "text": "potassium", "value": "5.9", "quote": "5.9"},
        {"kind": "statement", "category": "feeling", "code": "fear", "quote": "I'm scared"},
    ]
    kit.text("my potassium is 5.9, I'm scared")
    until(lambda: kit.said())
    line = kit.rows(message, direction="in")[0]
    assert [(row.value, row.message_id) for row in kit.rows(observation)] == [("5.9", line.id)]
    assert [row.quote for row in kit.rows(statement)] == ["I'm scared"]
    assert kit.rows(task) == []


@pytest.mark.parametrize("wrong", ["words", [{"kind": "wonder"}], [None], {"kind": "task"}, 7, [["x"]]])
def test_malformed_proposals_cost_no_reply_and_tell_a_person(kit: Kit, wrong) -> None:
    kit.dialogue.proposals = wrong
    kit.text("my potassium is 5.9")
    until(lambda: kit.said() == ["About my potassium is 5.9"])
    assert [row.code for row in kit.rows(task)] == ["proposals-refused"]
    assert kit.rows(inbox)[0].state == "done"


def test_one_wrong_proposal_loses_only_itself(kit: Kit) -> None:
    good = {"kind": "statement", "category": "feeling", "code": "fear", "quote": "scared"}
    kit.dialogue.proposals = [{"kind": "wonder"}, good, {**good, "quote": "never said"}]
    kit.text("I am scared")
    until(lambda: kit.said())
    assert [row.quote for row in kit.rows(statement)] == ["scared"]
    assert [row.code for row in kit.rows(task)] == ["proposals-refused"]


def test_why_and_card_stand_with_the_reply(kit: Kit) -> None:
    why = [{"says": "a little high", "rule": "laboratory-range", "source": "laboratory"}]
    kit.dialogue.replies = [
        {"text": "One", "about": ["2823-3"], "why": why, "card": {"a": 1}},
        {"text": "Two"},
    ]
    kit.text("hello")
    until(lambda: kit.said() == ["One", "Two"])
    first = kit.rows(message, direction="out")[0]
    assert (first.about, first.why, first.card) == (["2823-3"], why, {"a": 1})
    assert [row.effect_key.rpartition(":")[2] for row in kit.rows(message, direction="out")] == ["0", "1"]


def test_texts_go_out_in_plain_punctuation(kit: Kit) -> None:
    kit.dialogue.replies = [{"text": "It’s 5.9 – “high”…"}]
    kit.text("hello")
    until(lambda: kit.said() == ['It\'s 5.9 - "high"...'])


def test_a_long_reply_becomes_several_texts_in_order(kit: Kit) -> None:
    long = " ".join(f"Sentence number {n} is here." for n in range(120))
    kit.dialogue.replies = [{"text": long}]
    kit.phone("hello")
    until(lambda: " ".join(kit.on_phone()) == long)
    assert all(len(each) <= 1600 for each in kit.on_phone())
    assert len(kit.on_phone()) == 3


def test_a_turn_that_cannot_be_written_is_taken_up_again(kit: Kit) -> None:
    broken = iter([True, True])

    @event.listens_for(kit.parts.store.engine, "before_cursor_execute")
    def fail(connection, cursor, statement, parameters, context, many):
        if "INSERT INTO message" in statement and "out" in parameters and next(broken, False):
            raise OSError("disk full")

    kit.text("hello")
    until(lambda: "About hello" in kit.said())
    assert len(kit.dialogue.heard) >= 2
    assert kit.said().count("About hello") == 1  # beside it at most an apology, where the machine is slow


def test_a_lease_left_by_a_killed_process_is_dropped_at_the_start(make_kit, sqlite_url: str) -> None:
    first = make_kit(sqlite_url)
    first.dialogue.mode = "500"
    first.text("hello")
    with first.engine.begin() as connection:
        connection.execute(
            conversation.update().values(leased_by="dead", leased_until="2999-01-01T00:00:00Z")
        )
    second = make_kit(sqlite_url)
    until(lambda: second.said()[-1:] == ["About hello"])


def test_a_finished_turn_is_not_written_twice(kit: Kit) -> None:
    from gateway import inbox as waiting
    from gateway import turn
    from gateway.rasa import Turn

    kit.dialogue.mode = "500"
    kit.text("hello")
    with kit.engine.begin() as connection:
        row = connection.execute(waiting.first()).one()
        one = waiting.read(row)
        answer = Turn.model_validate({"replies": [{"text": "Hi"}], "proposals": []})
        arguments = (connection, one, answer, kit.parts.phrases, "me", "2030-01-01T00:00:00.000000Z")
        assert turn.commit(*arguments) is True
        assert turn.commit(*arguments) is False
        assert connection.execute(select(message).where(message.c.text == "Hi")).all()
    assert kit.said().count("Hi") == 1


def test_timings_keep_their_order() -> None:
    from gateway.config import Timing

    for timing in (Timing(), QUICK):
        assert timing.rasa_timeout < timing.lease
        assert timing.send_timeout < timing.send_lease
        assert timing.webhook < 15


def test_in_a_burst_the_door_comes_first_but_nobody_starves(make_kit) -> None:
    kit = make_kit()
    with ExitStack() as at_the_door:
        for _ in range(MANY):
            at_the_door.enter_context(kit.parts.crowd)
        with kit.parts.crowd:
            began = monotonic()
            kit.text("hello")
            until(lambda: "About hello" in kit.said())  # on a slow machine after other words
    assert monotonic() - began >= 0.9
