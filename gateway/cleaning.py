"""Makes a person's text safe to store and show, without changing a word of it."""

import re

# C0 and C1 controls but tab and newline; Unicode's direction controls, which can make a clinician
# read something else than was written; and the byte order mark. Joiners stay: emoji need them.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_NEWLINES = re.compile("\r\n?|\u2028|\u2029")


def clean(text: str) -> str:
    """The words without NUL, control and direction characters; half characters become U+FFFD.

    >>> clean("che\\x00st pain\\u202e")
    'chest pain'
    """
    return _CONTROLS.sub("", _SURROGATES.sub("�", _NEWLINES.sub("\n", text))).strip()


def storable(value: object) -> object:
    """Any JSON value with its strings made storable: NUL and half characters as visible escapes.

    What a provider sent is kept as it came, as far as a database can hold it.
    """
    if isinstance(value, str):
        return _SURROGATES.sub(_escape, value.replace("\x00", "\\x00"))
    if isinstance(value, dict):
        return {str(storable(name)): storable(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable(each) for each in value]
    return value


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
