"""A clinic's own limits, laid over the catalogue: checked row by row, named by WHY, never guessed at."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from clinical import units
from clinical.analyte import Analyte, Limits, RangeRow
from clinical.catalogue import Catalogue, build

CLINIC = "clinic:"  # what the source of a clinic's own limit begins with
OLDEST = 130  # years
ROW_KEYS = {
    "analyte", "unit", "sex", "age_min", "age_max", "pregnant", "low", "high",
    "critical_low", "critical_high", "source", "approved_by", "approved_on",
}  # fmt: skip
FILE_KEYS = {"clinic", "approved_by", "approved_on", "limits"}


class OverrideError(ValueError):
    """The file cannot be used; the message names the row and what is wrong with it."""


@dataclass(frozen=True)
class Override:
    """One row: limits in the test's own unit, whom they hold for, and who stands for them."""

    analyte: str
    usual: RangeRow | None
    critical: Limits | None


def parse(text: str, catalogue: Catalogue) -> tuple[Override, ...]:
    """The rows of a file; OverrideError at the first that is not sure in every part."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise OverrideError(f"it is not TOML: {error}") from error
    _only(document, FILE_KEYS, "the file")
    rows = document.get("limits")
    if not isinstance(rows, list) or not rows:
        raise OverrideError("it has no [[limits]] row")
    clinic = _text(document, "clinic", "the file")
    shared: dict[str, Any] = {key: document[key] for key in ("approved_by", "approved_on") if key in document}
    return tuple(
        _row({**shared, **row}, f"row {number}", clinic, catalogue) for number, row in enumerate(rows, 1)
    )


def apply(overrides: Iterable[Override], catalogue: Catalogue) -> Catalogue:
    """The catalogue with the clinic's limits in place of its own; names and codes stay as they are."""
    changed = dict(catalogue.by_key)
    seen: set[tuple[object, ...]] = set()
    for each in overrides:
        analyte = changed[each.analyte]
        if each.usual is not None:
            _once(seen, each.analyte, _population(each.usual))
            analyte = replace(analyte, ranges=_laid_over(analyte, each.usual))
        if each.critical is not None:
            _once(seen, each.analyte, "critical")
            analyte = replace(analyte, critical=_merged(each.critical, analyte.critical))
        _sensible(analyte)
        changed[each.analyte] = analyte
    return build(changed.values())


def is_clinics(limits: Limits | None) -> bool:
    """Whether a limit is the clinic's own."""
    return bool(limits and limits.source and limits.source.startswith(CLINIC))


def _row(row: Mapping[str, Any], where: str, clinic: str, catalogue: Catalogue) -> Override:
    key = _text(row, "analyte", where)
    where = f"{where} ({key})"
    _only(row, ROW_KEYS, where)
    analyte = catalogue.get(key)
    if analyte is None:
        raise OverrideError(f"{where}: the catalogue has no such test")
    unit = _text(row, "unit", where)
    if not units.fits(unit, analyte):
        raise OverrideError(f"{where}: {unit!r} is no unit of this test; the catalogue's is {analyte.unit!r}")
    source = (
        f"{CLINIC} {clinic}: {_text(row, 'source', where)}. "
        f"Approved by {_text(row, 'approved_by', where)} on {_day(row, where)}."
    )
    usual = _limits(row, "low", "high", unit, analyte, source, where)
    critical = _limits(row, "critical_low", "critical_high", unit, analyte, source, where)
    if usual is None and critical is None:
        raise OverrideError(f"{where}: it names no limit")
    about = _about(row, where)
    if critical is not None and any(value is not None for value in about.values()):
        raise OverrideError(f"{where}: critical limits hold for everyone; give them a row of their own")
    return Override(key, RangeRow(usual, **about) if usual else None, critical)


def _about(row: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Whom a row holds for."""
    about = {name: row.get(name) for name in ("sex", "age_min", "age_max", "pregnant")}
    if about["sex"] not in (None, "female", "male"):
        raise OverrideError(f"{where}: sex is female or male")
    for name in ("age_min", "age_max"):
        years = about[name]
        if years is not None and (type(years) is not int or not 0 <= years <= OLDEST):
            raise OverrideError(f"{where}: {name} is a whole number of years")
    if about["pregnant"] not in (None, True, False):
        raise OverrideError(f"{where}: pregnant is true or false")
    low, high = about["age_min"], about["age_max"]
    if low is not None and high is not None and low > high:
        raise OverrideError(f"{where}: age_min is above age_max")
    return about


def _limits(
    row: Mapping[str, Any], low: str, high: str, unit: str, analyte: Analyte, source: str, where: str
) -> Limits | None:
    ends = [_number(row, name, unit, analyte, where) for name in (low, high)]
    if ends == [None, None]:
        return None
    if ends[0] is not None and ends[1] is not None and ends[0] >= ends[1]:
        raise OverrideError(f"{where}: {low} is not below {high}")
    return Limits(ends[0], ends[1], source)


def _number(row: Mapping[str, Any], name: str, unit: str, analyte: Analyte, where: str) -> Decimal | None:
    """A limit in the test's own unit; it must be one a body can have."""
    if name not in row:
        return None
    try:
        written = Decimal(str(row[name]))
    except InvalidOperation as error:
        raise OverrideError(f"{where}: {name} is not a number") from error
    number = units.to_canonical(written, unit, analyte) if written.is_finite() else None
    if number is None:
        raise OverrideError(f"{where}: {name} is not a number")
    bounds = analyte.plausible
    if bounds and (
        (bounds.low is not None and number < bounds.low) or (bounds.high and number > bounds.high)
    ):
        raise OverrideError(f"{where}: {name} {written} {unit} is beyond what this test can show")
    return number


def _text(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise OverrideError(f"{where}: {name} is missing")
    return " ".join(value.split())


def _day(row: Mapping[str, Any], where: str) -> date:
    value = row.get("approved_on")
    if not isinstance(value, date):
        raise OverrideError(f"{where}: approved_on is missing, or not a date like 2026-10-01")
    return value


def _only(row: Mapping[str, Any], known: set[str], where: str) -> None:
    """A misspelt key must not be silently ignored: the limit it meant would not hold."""
    strange = sorted(set(row) - known)
    if strange:
        raise OverrideError(f"{where}: {strange[0]!r} is not known here")


def _once(seen: set[tuple[object, ...]], key: str, what: object) -> None:
    if (key, what) in seen:
        raise OverrideError(f"{key}: two rows speak of the same people")
    seen.add((key, what))


def _population(row: RangeRow) -> tuple[object, ...]:
    return (row.sex, row.age_min, row.age_max, row.pregnant)


def _laid_over(analyte: Analyte, own: RangeRow) -> tuple[RangeRow, ...]:
    """The rows with the clinic's in place of those it covers; one that covers half of another is refused."""
    kept = []
    for row in analyte.ranges:
        if bool(row.pregnant) != bool(own.pregnant) or not _same_sex(row, own):
            kept.append(row)
        elif _covers(own, row):
            continue
        elif _covers(row, own) or _apart(row, own):
            kept.append(row)
        else:
            raise OverrideError(
                f"{analyte.key}: the ages cut through the ages of another row; give the same ages"
            )
    return (*kept, own)


def _same_sex(row: RangeRow, own: RangeRow) -> bool:
    return own.sex is None or row.sex is None or own.sex == row.sex


def _covers(wide: RangeRow, narrow: RangeRow) -> bool:
    """Whether everyone the narrow row holds for is in the wide one."""
    if wide.sex is not None and wide.sex != narrow.sex:
        return False
    low = wide.age_min is None or (narrow.age_min is not None and narrow.age_min >= wide.age_min)
    high = wide.age_max is None or (narrow.age_max is not None and narrow.age_max <= wide.age_max)
    return low and high


def _apart(row: RangeRow, own: RangeRow) -> bool:
    """Whether no one is in both."""
    below = row.age_max is not None and own.age_min is not None and row.age_max < own.age_min
    above = row.age_min is not None and own.age_max is not None and row.age_min > own.age_max
    return below or above


def _merged(own: Limits, old: Limits | None) -> Limits:
    """A side the clinic does not name stays as it was."""
    if old is None:
        return own
    low = own.low if own.low is not None else old.low
    high = own.high if own.high is not None else old.high
    return Limits(low, high, own.source)


def _sensible(analyte: Analyte) -> None:
    """A critical limit inside a usual range would call the same number fine and a danger."""
    limits = analyte.critical
    if limits is None:
        return
    for row in analyte.ranges:
        low = limits.low is not None and row.limits.low is not None and limits.low >= row.limits.low
        high = limits.high is not None and row.limits.high is not None and limits.high <= row.limits.high
        if (low or high) and (is_clinics(limits) or is_clinics(row.limits)):
            raise OverrideError(f"{analyte.key}: a critical limit lies inside the usual range")
