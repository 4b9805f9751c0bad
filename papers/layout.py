"""Words on a page become lines of text, a table's row staying one line, with what is not sure marked."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from statistics import median

from papers.limits import table
from papers.types import Word

COLUMN_GAP = 1.2  # heights of a letter between two words: wider is the next column of a table
DIGIT = re.compile(r"\d")

Text = tuple[str, tuple[tuple[int, int], ...]]


def text_of(words: Sequence[Word]) -> Text:
    """The page as text, and the spans in it whose digits may be wrong."""
    written: list[str] = []
    doubtful: list[tuple[int, int]] = []
    length = 0
    for line in lines(words):
        before: Word | None = None
        for word in line:
            gap = "" if before is None else _gap(before, word)
            written.append(gap + word.text)
            length += len(gap) + len(word.text)
            if word.sure < table("sure")["digits"] and DIGIT.search(word.text):
                doubtful.append((length - len(word.text), length))
            before = word
        written.append("\n")
        length += 1
    return "".join(written), tuple(doubtful)


def joined(pages: Iterable[Text]) -> Text:
    """Several pages after one another."""
    whole, doubtful = "", []
    for text, spans in pages:
        doubtful += [(start + len(whole), end + len(whole)) for start, end in spans]
        whole += text
    return whole, tuple(doubtful)


def lines(words: Sequence[Word]) -> Iterator[list[Word]]:
    """The words of each line from left to right, the lines from top to bottom."""
    if words and words[0].line is not None:
        yield from (list(line) for _, line in groupby(words, key=lambda word: word.line))
        return
    row: list[Word] = []
    for word in sorted(words, key=_middle):
        if row and _middle(word) - median(map(_middle, row)) > 0.6 * median(each.height for each in row):
            yield sorted(row, key=lambda each: each.left)
            row = []
        row.append(word)
    if row:
        yield sorted(row, key=lambda each: each.left)


def _middle(word: Word) -> float:
    return word.top + word.height / 2


def _gap(before: Word, word: Word) -> str:
    """Two spaces where a new column begins; none where a word was cut in pieces."""
    space = word.left - (before.left + before.width)
    height = max(before.height, word.height)
    if space > COLUMN_GAP * height:
        return "  "
    return "" if space < 0.05 * height and before.line is None else " "
