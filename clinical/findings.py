"""Judged results as patterns over several results look at them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clinical import interpret_units, interpret_words, units
from clinical.analyte import Analyte
from clinical.types import Interpretation, Judgement, Result
from clinical.values import Amount, amount


@dataclass(frozen=True)
class Finding:
    """A result with its verdict. `number` stands in the test's own unit, None where that is not sure."""

    analyte: str
    interpretation: Interpretation | None
    day: date
    now: bool  # brought by the message at hand, not taken from the record
    number: Amount | None = None
    of_high: Decimal | None = None  # times the upper limit it was judged by: 3 is three times as much
    word: str | None = None  # a result in words, by its one spelling: "not detected"
    worked_out: bool = False  # by us, from another result (eGFR from creatinine)

    @property
    def exact(self) -> Decimal | None:
        """The number where it is one: "<30" and "12-14" are none."""
        if self.number is None or self.number.low is None or self.number.low != self.number.high:
            return None
        return self.number.low


class Series:
    """Results of one test, the one that counts first. Recorded ones are judged only when asked for:

    of a long record a pattern looks at the newest result of a few tests, and seldom further.
    """

    def __init__(self, new: Sequence[Finding], recorded: Sequence[Callable[[], Finding | None]] = ()) -> None:
        self._known: list[Finding] = list(new)
        self._waiting = list(recorded[::-1])

    def __iter__(self) -> Iterator[Finding]:
        yield from self._known
        while self._waiting:
            made = self._waiting.pop()()
            if made is not None:
                self._known.append(made)
                yield made

    @property
    def first(self) -> Finding | None:
        """The one that counts."""
        return next(iter(self), None)


def finding(
    result: Result, judgement: Judgement, on: date, analyte: Analyte | None, *, now: bool
) -> Finding | None:
    """A result as patterns see it; None for a test the catalogue does not have."""
    if result.analyte is None or analyte is None:
        return None
    number = amount(result.value)
    unit = judgement.unit or result.unit
    standing = None
    if number and unit and units.fits(unit, analyte):
        standing = interpret_units.to_canonical(number, unit, analyte)
    word = None if number else interpret_words.canonical(result.value)
    limits = judgement.range
    high = limits.high if limits else None
    times = None
    if number and high and high > 0 and number.low is not None and number.low == number.high:
        times = number.low / high
    return Finding(analyte.key, judgement.interpretation, result.effective or on, now, standing, times, word)
