"""How much is said at once: two SMS segments, or a readable bubble on the web; MORE brings the rest."""

from collections.abc import Sequence

from clinical.wording import Sentence

SMS_PAGE = 306  # two concatenated GSM-7 segments (3GPP TS 23.038: 153 septets each)
WEB_PAGE = 700


def page_size(channel: str) -> int:
    """Characters of one page on a channel."""
    return SMS_PAGE if channel == "sms" else WEB_PAGE


def split(sentences: Sequence[Sentence], size: int, note: Sentence) -> tuple[list[Sentence], list[Sentence]]:
    """The first page, closed by `note` when something is left, and what is left.

    A sentence is never cut. One longer than a page stands alone.
    """
    if _length(sentences) <= size:
        return list(sentences), []
    page: list[Sentence] = []
    for sentence in sentences:
        if page and _length([*page, sentence, note]) > size:
            break
        page.append(sentence)
    rest = list(sentences[len(page) :])
    return [*page, note] if rest else page, rest


def _length(sentences: Sequence[Sentence]) -> int:
    return len(" ".join(sentence.text for sentence in sentences))
