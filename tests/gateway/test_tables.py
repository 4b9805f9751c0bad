"""The small pure parts, by tables: refusals stand beside matches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from gateway import phrases, sms
from gateway.cleaning import clean, storable
from gateway.config import LOCAL_ACCOUNT_SID, GatewayConfig
from gateway.keywords import keyword
from gateway.twilio_form import inbound_from, is_signed, parse, signature
from twilio_standin.config import ACCOUNT_SID, OUR_NUMBER


@pytest.mark.parametrize(
    ("text", "opted_out", "expected"),
    [
        ("STOP", False, "stop"),
        ("Stop.", False, "stop"),
        ("  stop all ", False, "stop"),
        ('"STOP"', False, "stop"),
        ("opt-out", False, "stop"),
        ("REVOKE", False, "stop"),
        ("stop it", False, "ask"),
        ("stopp", False, None),
        ("cancel my visit", False, None),
        ("END", False, "stop"),
        ("the end", False, None),
        ("start", False, "start"),
        ("unstop", True, "start"),
        ("yes", False, None),
        ("YES!", True, "start"),
        ("yes please", True, None),
        ("Help", False, "help"),
        ("info?", False, "help"),
        ("help me", False, None),
        ("", False, None),
        ("...", False, None),
    ],
)
def test_keywords_are_whole_messages(text: str, opted_out: bool, expected: str | None) -> None:
    assert keyword(text, opted_out=opted_out) == expected


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 10, 2),  # the extended pair is not split: it moves to the second
        ("’" * 70, 1),
        ("’" * 71, 2),
        ("’" * 134, 2),
        ("’" * 135, 3),
        ("\U0001f600" * 35, 1),
        ("\U0001f600" * 36, 2),
    ],
)
def test_segments(text: str, count: int) -> None:
    assert sms.segments(text) == count


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("It’s “fine” – really…", 'It\'s "fine" - really...'),
        ("a\u00a0b", "a b"),
        ("≥ 7 and ≤ 9", ">= 7 and <= 9"),
        ("• one", "- one"),
        ("plain", "plain"),
        ("señor", "señor"),
        ("\U0001f600", "\U0001f600"),
    ],
)
def test_plain_punctuation(text: str, plain: str) -> None:
    assert sms.plain(text) == plain


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400), st.integers(10, 80))
def test_cutting_loses_no_word(text: str, longest: int) -> None:
    pieces = sms.cut(text, longest)
    assert all(0 < len(piece) <= longest for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("short", ["short"]),
        ("One is here. Two is here.", ["One is here.", "Two is here."]),
        ("aaaaaaaaaaaaaaaaaaaaaaaaa", ["aaaaaaaaaaaaaaaaaaaa", "aaaaa"]),
        ("words without any end of sentence", ["words without any", "end of sentence"]),
    ],
)
def test_cutting_prefers_the_end_of_a_sentence(text: str, pieces: list[str]) -> None:
    assert sms.cut(text, 20) == pieces


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("hello", "hello"),
        ("\x00", ""),
        ("a\u202eb\u2066c\u2069\u200f", "abc"),
        ("\ufeffhello", "hello"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\ud800x", "�x"),
        ("\u200d", "\u200d"),
        ("ÄÖ 漢字 मानक", "ÄÖ 漢字 मानक"),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text())
def test_clean_text_can_always_be_stored_and_stays_clean(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.encode().decode() == cleaned
    assert "\x00" not in cleaned
    assert clean(cleaned) == cleaned


def test_storable_keeps_the_form_of_everything_else() -> None:
    given_value = {"a": ["x\x00y", {"b\x00": "\ud800"}], "n": 1, "none": None}
    kept = storable(given_value)
    assert kept == {"a": ["x\\x00y", {"b\\x00": "\\ud800"}], "n": 1, "none": None}


URL = "https://clinic.example/twilio/inbound?x=1"


@pytest.mark.parametrize(
    ("url", "fields"),
    [
        (URL, [("From", "+12025550123"), ("Body", "hello"), ("City", "")]),
        (URL, []),
        (URL, [("Digits", "5678"), ("Digits", "1234"), ("Sid", "CA1")]),
        (URL, [("Digits", "1234"), ("Digits", "1234")]),
        (URL, [("Body", "naïve \U0001f600 & = + %")]),
        ("http://127.0.0.1:8080/twilio/inbound", [("Body", "x")]),
    ],
)
def test_our_signature_is_what_twilios_own_library_makes(url: str, fields: list[tuple[str, str]]) -> None:
    from starlette.datastructures import ImmutableMultiDict

    expected = RequestValidator("12345").compute_signature(url, ImmutableMultiDict(fields))
    assert signature("12345", url, fields) == expected
    assert is_signed(["other", "12345"], url, fields, expected)
    assert not is_signed(["other"], url, fields, expected)


@pytest.mark.parametrize(
    ("signed", "configured", "good"),
    [
        ("https://c.example/p", "https://c.example/p", True),
        ("https://c.example:443/p", "https://c.example/p", True),
        ("https://c.example/p", "https://c.example:8443/p", True),
        ("http://c.example:80/p", "http://c.example/p", True),
        ("http://c.example/p", "https://c.example/p", False),
        ("https://d.example/p", "https://c.example/p", False),
        ("https://c.example/q", "https://c.example/p", False),
    ],
)
def test_the_port_may_be_said_or_not(signed: str, configured: str, good: bool) -> None:
    fields = [("Body", "x")]
    made = RequestValidator("t").compute_signature(signed, dict(fields))
    assert is_signed(["t"], configured, fields, made) is good


@given(st.binary(max_size=40))
def test_no_random_signature_is_ever_taken(noise: bytes) -> None:
    assert not is_signed(["t"], URL, [("Body", "x")], noise.decode("latin-1"))


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"A=1&B=", [("A", "1"), ("B", "")]),
        (b"A=1&A=2", [("A", "1"), ("A", "2")]),
        (b"Body=a%2Bb+c%00", [("Body", "a+b c\x00")]),
        (b"", []),
    ],
)
def test_forms_are_parsed_with_their_blank_fields(body: bytes, fields: list[tuple[str, str]]) -> None:
    assert parse(body) == fields


@pytest.mark.parametrize("body", [b"\xff=1", b"A=%ff", b"&".join(b"f%d=1" % n for n in range(400))])
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"(?i)utf-8|max number"):
        parse(body)


@pytest.mark.parametrize("missing", ["MessageSid", "From"])
def test_a_message_needs_its_id_and_sender(missing: str) -> None:
    form = {"MessageSid": "SM1", "From": "+12025550123", "Body": "x"}
    assert inbound_from(form).text == "x"
    with pytest.raises(ValueError, match="missing"):
        inbound_from({**form, missing: ""})


def test_a_strange_count_of_pictures_is_none() -> None:
    assert inbound_from({"MessageSid": "SM1", "From": "+1", "NumMedia": "many"}).media == 0


def test_secrets_do_not_show_themselves() -> None:
    config = GatewayConfig("https://a.example", "AC1", ("token-1",), "http://r", "secret-2", "admin-3")
    assert not any(secret in repr(config) for secret in ("token-1", "secret-2", "admin-3"))


def test_both_sides_mean_the_same_local_account() -> None:
    assert LOCAL_ACCOUNT_SID == ACCOUNT_SID
    assert OUR_NUMBER == "+15005550006"


def test_a_clinic_without_a_number_is_not_called_at_nothing() -> None:
    said = phrases.load("Test Clinic", "").patient
    assert not any("at ." in text or "  " in text or "Call ." in text for text in said.values())
    assert "call Test Clinic." in said["trouble"]
