"""A number that may be a result, and the text it stands in, before its test is known."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property

from clinical import extract_marks as marks
from clinical import units
from clinical.lexicon import Name
from clinical.numbers import Number
from clinical.types import Interpretation, ReferenceRange

FILLER = 12  # letters of "and the lab's" between a value and its limits


@dataclass
class Value:
    """A number that may be a result, before it is known of which test."""

    start: int
    end: int  # of number, unit, flag and range together
    number_end: int
    numbers: tuple[Number, ...]  # two where a range is given: "4-6"
    sign: str = ""
    unit: units.UnitText | None = None
    range: ReferenceRange | None = None
    flag: Interpretation | None = None
    grade: str | None = None  # "2+"
    titer: str | None = None  # "1:160"
    slash: bool = False  # one side of "44/99"
    worded: bool = False  # "one forty"
    hyphen: bool = False  # "4-6", not "4 to 6"
    quoted: bool = False  # the lab's range, standing before its result


@dataclass(frozen=True)
class Ground:
    """What is already known of a text: which stretches are names, dates and limits."""

    text: str
    original: str
    names: tuple[Name, ...]
    taken: tuple[tuple[int, int], ...]
    limits: tuple[marks.Limit, ...]

    @cached_property
    def _starts(self) -> frozenset[int]:
        return frozenset(name.start for name in self.names)

    @cached_property
    def _letters(self) -> frozenset[int]:
        return frozenset(name.start for name in self.names if name.end - name.start == 1 and not name.short)

    def letter_at(self, position: int) -> bool:
        """Whether one letter names a test here: "M4 E3" are monocytes and eosinophils, no thousands."""
        return position in self._letters

    @cached_property
    def name_ends(self) -> frozenset[int]:
        return frozenset(name.end for name in self.names)

    @cached_property
    def _limit_starts(self) -> list[int]:
        return [limit.start for limit in self.limits]

    def name_at(self, position: int) -> bool:
        return position in self._starts

    def limits_near(self, position: int) -> tuple[marks.Limit, ...]:
        """The quoted limits that start here or a few letters on."""
        first = bisect_left(self._limit_starts, position)
        return self.limits[first : bisect_right(self._limit_starts, position + FILLER)]
