"""What identifies a person is taken out before anything is sent, and comes back in the answer."""

import pytest

from actions.rephrasing.masking import mask

SECRETS = ("Marrowbone Clinic", "555-0142", "Rosalind", "Quillfeather")


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Call Marrowbone Clinic: 555-0142.", "Call NAME1: NAME2."),
        ("Hello rosalind!", "Hello NAME1!"),
        ("It was 4.9 on August 10.", "It was 4.9 on DAY1."),
        ("It was 4.9 on August 10, 2025.", "It was 4.9 on DAY1."),
        ("2026-03-01: Potassium 5.9 is high.", "DAY1: Potassium 5.9 is high."),
        ("Call (212) 555-0199 or +1 212-555-0199.", "Call PHONE1 or PHONE2."),
        ("Write to a.b@example.org now.", "Write to MAIL1 now."),
        ("Record 12345678 is yours.", "Record LONG1 is yours."),
        ("August 10 and again August 10.", "DAY1 and again DAY1."),
        # What a result says is not what a person is.
        ("Potassium 5.9 is high (3.5 to 5.1 mmol/L).", "Potassium 5.9 is high (3.5 to 5.1 mmol/L)."),
        ("White cells 12000 is high (4500 to 11000).", "White cells 12000 is high (4500 to 11000)."),
        ("Call 911.", "Call 911."),
        ("Rosalinda is another name.", "Rosalinda is another name."),
    ],
)
def test_mask(text: str, sent: str) -> None:
    masked = mask(text, SECRETS)
    assert masked.text == sent
    assert masked.restored(masked.text) == text


def test_a_stand_in_that_was_changed_is_not_filled_in() -> None:
    masked = mask("Call 555-0142.", SECRETS)
    assert masked.restored("Call NAME9.") == "Call NAME9."
    assert masked.restored("Call NAME11.") == "Call NAME11."


def test_words_in_a_secret_are_no_pattern() -> None:
    assert mask("Ask Dr. (Lee)+ now.", ["Dr. (Lee)+"]).restored("Ask NAME1 now.") == "Ask Dr. (Lee)+ now."
