"""One condition of a pattern: a test that is high, at least so much, many times another, or on the move."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from clinical.findings import Finding, Series
from clinical.interpret_words import NEGATIVES, POSITIVES

WORDS: dict[str, frozenset[str]] = {
    "high": frozenset({"H", "HH"}),
    "low": frozenset({"L", "LL"}),
    "normal": frozenset({"N"}),
    "positive": frozenset({"A", "AA", "H", "HH"}),
    "out": frozenset({"A", "AA", "H", "HH", "L", "LL"}),
}
NUMBERS = (
    "at_least", "above", "at_most", "below", "times_at_least", "times_below",
    "rises_times", "rises_by", "falls_by", "falls_to_share",
)  # fmt: skip
Known = Mapping[str, Series]
"""Results by test."""


@dataclass(frozen=True)
class Clause:
    """Holds for one of the tests in `of`. Limits are in the test's own unit; `at_` includes the limit."""

    of: tuple[str, ...]
    beside: tuple[str, ...] = ()  # the number is divided by this test's: BUN by creatinine
    by_limits: bool = False  # both as shares of their upper limits first: ALT by ALP, the "R value"
    when: frozenset[str] = frozenset()
    found: bool | None = None  # as a word, whatever it means: hepatitis B surface antibody "positive"
    at_least: Decimal | None = None
    above: Decimal | None = None
    at_most: Decimal | None = None
    below: Decimal | None = None
    times_at_least: Decimal | None = None  # of the upper limit
    times_below: Decimal | None = None
    again_after_days: int | None = None  # on two days at least this far apart
    moves_within_days: int | None = None
    rises_times: Decimal | None = None
    rises_by: Decimal | None = None
    falls_by: Decimal | None = None
    falls_to_share: Decimal | None = None

    def holding(self, known: Known) -> tuple[Finding, ...]:
        """The results that make it hold, none where it does not."""
        for key in self.of:
            held = self._in(known[key], known) if key in known else ()
            if held:
                return held
        return ()

    def _in(self, series: Series, known: Known) -> tuple[Finding, ...]:
        newest = series.first
        if newest is None or not self._stands(newest, known):
            return ()
        if self.again_after_days is not None:
            return self._again(newest, series)
        if self.moves_within_days is not None:
            return (newest,) if self._moved_since(newest, series) else ()
        beside = self._beside(known)
        return (newest, beside) if beside else (newest,)

    def _beside(self, known: Known) -> Finding | None:
        return next((found for key in self.beside if key in known and (found := known[key].first)), None)

    def _stands(self, each: Finding, known: Known) -> bool:
        if self.when and each.interpretation not in self.when:
            return False
        if self.found is not None and each.word not in (POSITIVES if self.found else NEGATIVES):
            return False
        return self._reached(each) if not self.beside else self._share_reached(each, known)

    def _reached(self, each: Finding) -> bool:
        low = each.number.low if each.number else None
        high = each.number.high if each.number else None
        strict = bool(each.number and each.number.strict)
        if self.at_least is not None and (low is None or low < self.at_least):
            return False
        if self.above is not None and (
            low is None or not (low > self.above or (strict and low == self.above))
        ):
            return False
        if self.at_most is not None and (high is None or high > self.at_most):
            return False
        if self.below is not None and (
            high is None or not (high < self.below or (strict and high == self.below))
        ):
            return False
        return self._times_reached(each)

    def _times_reached(self, each: Finding) -> bool:
        if self.times_at_least is None and self.times_below is None:
            return True
        if each.of_high is None:
            return False
        if self.times_at_least is not None and each.of_high < self.times_at_least:
            return False
        return self.times_below is None or each.of_high < self.times_below

    def _share_reached(self, each: Finding, known: Known) -> bool:
        other = self._beside(known)
        if other is None:
            return False
        top = each.of_high if self.by_limits else each.exact
        bottom = other.of_high if self.by_limits else other.exact
        if top is None or not bottom:
            return False
        share = top / bottom
        return (
            (self.at_least is None or share >= self.at_least)
            and (self.above is None or share > self.above)
            and (self.at_most is None or share <= self.at_most)
            and (self.below is None or share < self.below)
        )

    def _again(self, newest: Finding, series: Series) -> tuple[Finding, ...]:
        """The newest with an older one that says the same; none where one between says otherwise."""
        apart = self.again_after_days or 0
        for earlier in islice(series, 1, None):
            if not self._stands(earlier, {}):
                return ()
            if abs((newest.day - earlier.day).days) >= apart:
                return (newest, earlier)
        return ()

    def _moved_since(self, newest: Finding, series: Series) -> bool:
        """Whether it moved this much since any earlier result within the days."""
        for earlier in islice(series, 1, None):
            if self._moved(newest, earlier):
                return True
            if not earlier.now and (newest.day - earlier.day).days > (self.moves_within_days or 0):
                return False  # the record goes on backwards in time
        return False

    def _moved(self, newest: Finding, earlier: Finding) -> bool:
        """Whether it rose or fell this much since an earlier result, which the record may hold."""
        days = (newest.day - earlier.day).days
        if newest.exact is None or earlier.exact is None or not 0 < days <= (self.moves_within_days or 0):
            return False
        rise = newest.exact - earlier.exact
        if self.rises_by is not None and rise >= self.rises_by:
            return True
        if self.falls_by is not None and -rise >= self.falls_by:
            return True
        if earlier.exact <= 0:
            return False
        share = newest.exact / earlier.exact
        return (self.rises_times is not None and share >= self.rises_times) or (
            self.falls_to_share is not None and share <= self.falls_to_share
        )


def clause(row: Mapping[str, Any]) -> Clause:
    """A row's inline table: `{ of = ["ferritin"], at_most = "30" }`."""
    known: dict[str, Any] = {"of": tuple(row["of"])}
    for name, value in row.items():
        if name == "of":
            continue
        if name == "is":
            known["when"] = WORDS[value]
        elif name == "beside":
            known["beside"] = (value,)
        else:
            known[name] = Decimal(value) if name in NUMBERS else value
    return Clause(**known)
