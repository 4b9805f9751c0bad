"""Spelling of quotes, spaces and case made plain, letter for letter, so that offsets still hold."""

_FOLD = str.maketrans(
    {
        "‘": "'", "’": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"',
        "–": "-", "—": "-", "‑": "-", "−": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
        "\t": " ", "\r": " ",
    }
)  # fmt: skip


def fold(text: str) -> str:
    """The same length as `text`: straight quotes, plain hyphens and spaces, lower case.

    >>> fold("I can’t STOP")
    "i can't stop"
    """
    plain = text.translate(_FOLD)
    return "".join(low if len(low := char.lower()) == 1 else char for char in plain)
