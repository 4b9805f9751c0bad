"""Phone numbers in one spelling: E.164, by Google's `phonenumbers`."""

from functools import lru_cache

import phonenumbers

REGION = "US"  # of a number written without its country


@lru_cache(maxsize=4096)  # most who write have just written
def e164(text: str, region: str = REGION) -> str | None:
    """A number as "+12025550123"; None when no such number can exist.

    >>> e164("(202) 555-0123")
    '+12025550123'
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    # A number without its area code is possible too, but only among neighbours.
    possible = (
        phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    )
    if not possible or number.extension:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def sender(text: str) -> str:
    """Who sent a text: a phone in E.164; a short code or a name stays as the network gave it."""
    return (text.startswith("+") and e164(text)) or text
