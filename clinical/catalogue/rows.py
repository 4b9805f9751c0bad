"""One catalogue row from TOML, checked field by field, so that a slip in a table is caught at once."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, NoReturn

from clinical.analyte import Analyte, Limits, RangeRow, Variant

LOINC = re.compile(r"\d{1,6}-\d")
KINDS = {"quantity", "ordinal", "titer", "text"}
FIELDS = {
    "name": str, "plain": str, "area": str, "kind": str, "specimen": str, "loinc": list, "names": list,
    "short_names": list, "unit": str, "units": dict, "ranges": list, "critical": dict, "plausible": dict,
    "expected": list, "rcv": dict, "article": str, "variants": list,
}  # fmt: skip
REQUIRED = ("name", "plain", "area", "kind", "specimen", "loinc", "names")
RANGE_FIELDS = {"low", "high", "source", "sex", "age_min", "age_max", "pregnant", "note"}


class CatalogueError(ValueError):
    """A table of the catalogue says something it may not; the message names file, analyte and field."""


class _Row:
    """A row with the words to complain in."""

    def __init__(self, file: str, key: str, data: Mapping[str, Any]) -> None:
        self.where, self.data = f"{file}: [{key}]", data

    def fail(self, problem: str) -> NoReturn:
        raise CatalogueError(f"{self.where} {problem}")

    def check(self) -> None:
        for name in self.data.keys() - FIELDS.keys():
            self.fail(f"unknown field {name!r}")
        for name in REQUIRED:
            if name not in self.data:
                self.fail(f"{name} is missing")
        for name, value in self.data.items():
            if not isinstance(value, FIELDS[name]):
                self.fail(f"{name} must be {FIELDS[name].__name__}, not {value!r}")

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.data.get(name, [])
        if any(not isinstance(value, str) or not value.strip() for value in values):
            self.fail(f"{name} must be non-empty strings")
        return tuple(values)

    def decimal(self, value: object, name: str) -> Decimal | None:
        """Numbers stand as strings in the tables: a float would already have lost what was written."""
        if value is None:
            return None
        if not isinstance(value, str):
            self.fail(f'{name} must be a number in quotes, like "3.5", not {value!r}')
        try:
            number = Decimal(value)
        except InvalidOperation:
            self.fail(f"{name} is not a number: {value!r}")
        if not number.is_finite():
            self.fail(f"{name} is not a finite number: {value!r}")
        return number

    def limits(self, data: Mapping[str, Any], name: str, *, sourced: bool) -> Limits:
        low, high = (
            self.decimal(data.get("low"), f"{name}.low"),
            self.decimal(data.get("high"), f"{name}.high"),
        )
        if low is None and high is None:
            self.fail(f"{name} has neither low nor high")
        if low is not None and high is not None and low > high:
            self.fail(f"{name}.low {low} is above {name}.high {high}")
        source = data.get("source")
        if sourced and not source:
            self.fail(f"{name} has no source")
        return Limits(low, high, source)

    def optional_limits(self, name: str, *, sourced: bool) -> Limits | None:
        return self.limits(self.data[name], name, sourced=sourced) if name in self.data else None

    def range_rows(self, rows: object, name: str = "ranges") -> tuple[RangeRow, ...]:
        if not isinstance(rows, list):
            self.fail(f"{name} must be a list")
        return tuple(self.range_row(row, f"{name}[{index}]") for index, row in enumerate(rows))

    def range_row(self, row: Mapping[str, Any], name: str) -> RangeRow:
        for unknown in row.keys() - RANGE_FIELDS:
            self.fail(f"{name} has an unknown field {unknown!r}")
        if row.get("sex") not in (None, "female", "male"):
            self.fail(f"{name}.sex must be female or male, not {row['sex']!r}")
        for age in ("age_min", "age_max"):
            if not isinstance(row.get(age), int | None):
                self.fail(f"{name}.{age} must be whole years")
        return RangeRow(
            self.limits(row, name, sourced=True),
            row.get("sex"), row.get("age_min"), row.get("age_max"), row.get("pregnant"), row.get("note"),
        )  # fmt: skip

    def units(self) -> MappingProxyType[str, Decimal]:
        factors: dict[str, Decimal] = {}
        for unit, factor in self.data.get("units", {}).items():
            number = self.decimal(factor, f"units.{unit}")
            if number is None or number <= 0:
                self.fail(f"units.{unit} must be above zero")
            factors[unit] = number
        return MappingProxyType(factors)

    def codes(self) -> tuple[str, ...]:
        codes = self.texts("loinc")
        if not codes:
            self.fail("loinc is empty")
        for code in codes:
            if not LOINC.fullmatch(code):
                self.fail(f"loinc {code!r} is not a LOINC code")
        return codes

    def variant(self, row: Mapping[str, Any], index: int) -> Variant:
        name = f"variants[{index}]"
        if not LOINC.fullmatch(str(row.get("loinc", ""))) or not row.get("when"):
            self.fail(f"{name} needs loinc and when")
        return Variant(row["loinc"], row["when"], self.range_rows(row.get("ranges", []), f"{name}.ranges"))


def parse(file: str, key: str, data: object) -> Analyte:
    """An Analyte from `[key]` of `file`; anything missing, unknown or absurd is a CatalogueError."""
    if not isinstance(data, dict):
        raise CatalogueError(f"{file}: {key} is not a table")
    row = _Row(file, key, data)
    row.check()
    if data["kind"] not in KINDS:
        row.fail(f"kind must be one of {sorted(KINDS)}, not {data['kind']!r}")
    if data["kind"] == "quantity" and "unit" not in data:
        row.fail("a quantity needs a unit")
    rcv = data.get("rcv", {})
    if rcv and not rcv.get("source"):
        row.fail("rcv has no source")
    return Analyte(
        key=key,
        name=data["name"],
        plain=data["plain"],
        area=data["area"],
        kind=data["kind"],
        specimen=data["specimen"],
        loinc=row.codes(),
        names=row.texts("names"),
        short_names=row.texts("short_names"),
        unit=data.get("unit"),
        units=row.units(),
        ranges=row.range_rows(data.get("ranges", [])),
        critical=row.optional_limits("critical", sourced=True),
        plausible=row.optional_limits("plausible", sourced=False),
        expected=row.texts("expected"),
        rcv_percent=row.decimal(rcv.get("percent"), "rcv.percent"),
        rcv_source=rcv.get("source"),
        article=data.get("article"),
        variants=tuple(row.variant(variant, index) for index, variant in enumerate(data.get("variants", []))),
    )
