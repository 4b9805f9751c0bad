"""One row of the catalogue: what is known of a lab test, whoever measured it."""

from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

Kind = Literal["quantity", "ordinal", "titer", "text"]


@dataclass(frozen=True)
class Limits:
    """Low and high in the canonical unit; an open side is None."""

    low: Decimal | None = None
    high: Decimal | None = None
    source: str | None = None


@dataclass(frozen=True)
class RangeRow:
    """A reference range and whom it holds for; None in a condition means *anyone*."""

    limits: Limits
    sex: str | None = None
    age_min: int | None = None
    age_max: int | None = None
    pregnant: bool | None = None
    note: str | None = None


@dataclass(frozen=True)
class Variant:
    """A code and range of the same test taken another way: glucose `when` fasting."""

    loinc: str
    when: str
    ranges: tuple[RangeRow, ...] = ()


@dataclass(frozen=True)
class Analyte:
    """A lab test: its names, codes, units, ranges and limits, each with where it was checked."""

    key: str
    name: str
    plain: str
    area: str
    kind: Kind
    specimen: str
    loinc: tuple[str, ...]
    names: tuple[str, ...]
    short_names: tuple[str, ...] = ()
    unit: str | None = None
    units: MappingProxyType[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    ranges: tuple[RangeRow, ...] = ()
    critical: Limits | None = None
    plausible: Limits | None = None
    expected: tuple[str, ...] = ()
    rcv_percent: Decimal | None = None
    rcv_source: str | None = None
    article: str | None = None
    variants: tuple[Variant, ...] = ()

    @property
    def primary_loinc(self) -> str:
        return self.loinc[0]
