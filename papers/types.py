"""What reading a paper gives: words with how sure they are, and where they stand."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal["jpeg", "png", "gif", "webp", "pdf"]

Problem = Literal[
    "empty",  # no bytes at all
    "unknown-kind",  # neither a picture nor a PDF, whatever it is called
    "too-large",  # more bytes or pixels than are looked at
    "broken",  # cut off, or not what its first bytes say
    "locked",  # a PDF with a password
    "no-reader",  # tesseract is not installed
    "too-slow",  # the time or the memory allowed ran out
    "nothing",  # read, and no words found
]


class Unreadable(Exception):
    """The paper cannot be read; the reason is one of `Problem`, never anything of its content."""

    def __init__(self, problem: Problem) -> None:
        self.problem: Problem = problem
        super().__init__(problem)


@dataclass(frozen=True)
class Word:
    """A word on a page, in any unit of length; `top` grows downwards. `sure` is 0 to 100."""

    text: str
    left: float
    top: float
    width: float
    height: float
    sure: float = 100.0
    line: tuple[int, ...] | None = None  # where the reader has already found the lines


@dataclass(frozen=True)
class Reading:
    """A paper read. `doubtful` are spans of `text` whose digits may be wrong."""

    kind: Kind | None
    text: str = ""
    doubtful: tuple[tuple[int, int], ...] = ()
    pages: int = 0
    pages_read: int = 0
    problem: Problem | None = None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "doubtful": [list(span) for span in self.doubtful]}

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "Reading":
        return cls(**{**raw, "doubtful": tuple((start, end) for start, end in raw.get("doubtful", ()))})


@dataclass(frozen=True)
class Outcome:
    """What came of one file: its words, and the file as it may safely be kept (None: not at all)."""

    reading: Reading
    content: bytes | None = field(default=None, repr=False)
