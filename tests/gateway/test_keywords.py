"""What a person says about being texted is heard; the same words inside a story are a story."""

import pytest

from gateway.keywords import keyword, rows

ROWS = list(rows())
HEARD_AS = {"start_after_stop": "start"}


@pytest.mark.parametrize(
    ("kind", "row"), ROWS, ids=lambda each: each if isinstance(each, str) else each["case"]
)
def test_every_row_has_a_source_a_case_and_a_refusal(kind: str, row: dict[str, str]) -> None:
    assert row["source"]
    opted_out = kind == "start_after_stop"
    assert keyword(row["case"], opted_out=opted_out) == HEARD_AS.get(kind, kind)
    assert keyword(row["refused"], opted_out=opted_out) is None


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("STOP", "stop"), ("stop all", "stop"), ("Opt-out", "stop"), ("REVOKE", "stop"), ("OPTOUT", "stop"),
        ("Parar.", "stop"), ("yes", None), ("ayuda", "help"),
        ("please stop texting me", "stop"), ("Can you please stop sending me these messages", "stop"),
        ("take me off this list", "stop"), ("no more messages", "stop"), ("No more texts please!!", "stop"),
        ("don\u2019t text me anymore", "stop"), ("dont message me again", "stop"),
        ("I don't want any more texts from you", "stop"), ("unsubscribe me", "stop"), ("opt me out please", "stop"),  # noqa: E501
        ("Remove my number from your list", "stop"), ("i no longer want to receive messages", "stop"),
        ("I am fine. Stop texting me.", "stop"), ("quit messaging me", "stop"), ("stop texting", "stop"),
        ("No quiero m\u00e1s mensajes", "stop"), ("dejen de mandarme mensajes por favor", "stop"),
        ("leave me alone", "ask"), ("please stop", "ask"), ("My leg hurts. Please stop.", None),
        ("wrong number", "wrong_number"), ("u have the wrong number", "wrong_number"),
        ("She doesn't have this number anymore", "wrong_number"), ("Numero equivocado", "wrong_number"),
    ],
)  # fmt: skip
def test_said_plainly(text: str, heard: str | None) -> None:
    assert keyword(text, opted_out=False) == heard


@pytest.mark.parametrize(
    "text",
    [
        "I want the pain to stop", "my ex won't stop texting me", "please stop the bleeding", "when can I stop",  # noqa: E501
        "should I stop taking it", "take me off this medicine", "I had to cancel", "at the end of my rope",
        "he said no more messages from him", "tell my son to stop texting me", "the doctor took me off the list",  # noqa: E501
        "I got no more messages from the clinic", "don't stop", "I don't want any more tests",
        "stop me if you heard this", "they put me on the transplant list", "stop sending my kids to school?",
        "no more pills", "no", "I can't end it", "quitting smoking", "is this the wrong number of pills",
        "I have to stop texting now, my boss is here and I would lose my job if he saw me and I need that money "  # noqa: E501
        "for my insulin. Stop texting me is what he said to everyone",
    ],
)  # fmt: skip
def test_a_story_is_a_story(text: str) -> None:
    assert keyword(text, opted_out=False) is None


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("Stop please", "stop"), ("STOP, PLEASE!", "stop"), ("Stop thanks", "stop"), ("stop. thank you", "stop"),  # noqa: E501
        ("STOP STOP", "stop"), ("Stop! Stop! Stop!", "stop"), ("STOP STOP STOP please", "stop"),
        ("unsubscribe please", "stop"), ("please unsubscribe", "stop"), ("Hi, please unsubscribe. Thanks", "stop"),  # noqa: E501
        ("opt out please", "stop"), ("please opt-out", "stop"), ("alto por favor", "stop"),
        ("STOP texts", "stop"), ("stop messages", "stop"), ("please stop messages", "stop"),
        ("Stop\n\nRosa", "stop"), ("STOP\nRosa M.", "stop"), ("stop\r\n\r\nrosa", "stop"),
        ("Stop\n\nSent from my iPhone", "stop"), ("Stop please\n- Rosa", "stop"), ("Cancel\n\nRosa", "stop"),
        ("cancel please", "ask"), ("please cancel", "ask"), ("end please", "ask"), ("Quit, thank you", "ask"),
        ("please stop", "ask"), ("just stop", "ask"), ("stop now please", "ask"),
    ],
)  # fmt: skip
def test_a_stop_that_is_polite_repeated_or_signed_is_heard(text: str, heard: str) -> None:
    assert keyword(text, opted_out=False) == heard


@pytest.mark.parametrize(
    "text",
    [
        "help me please stop the pain", "stop the pain please", "Stop\nthe pain", "Stop\n\nthe bleeding",
        "Stop\nmy heart is racing", "stop\nit hurts", "My leg hurts. Stop please.", "Stop Lisinopril please",
        "please end it all", "end it please", "stop stop hurting me", "stop and go", "HELP HELP HELP",
        "please help", "start start", "the messages stop", "stop\ntaking it?", "Cancel\nmy visit please",
        "Stop\n\nSent from my iPhone\nwhat is potassium", "stop medicine thanks", "bus stop please",
    ],
)  # fmt: skip
def test_a_polite_word_beside_a_story_ends_nothing(text: str) -> None:
    assert keyword(text, opted_out=False) is None


def test_yes_is_a_start_only_after_a_stop() -> None:
    assert keyword("S\u00ed", opted_out=True) == "start"
    assert keyword("si", opted_out=False) is None
