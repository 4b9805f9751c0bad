"""What the columns of a clinic's CSV file are, from a small TOML file the clinic writes once."""

import tomllib
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, fields
from typing import Any

from record.incoming import LOINC

TABLES = {"file", "patient", "codes", "columns", "flags"}
DECIMALS = (".", ",")


class MappingError(ValueError):
    """The mapping file cannot be used; the message names the line of it and says what is wrong."""


@dataclass(frozen=True)
class Columns:
    """The header of the column that holds each thing; None: the file has none such."""

    value: str
    patient: str | None = None  # the identifier the clinic knows the patient by
    family: str | None = None
    given: str | None = None
    birth_date: str | None = None
    sex: str | None = None
    code: str | None = None
    name: str | None = None
    unit: str | None = None
    range: str | None = None  # "3.5-5.1" in one column ...
    low: str | None = None  # ... or its ends in two
    high: str | None = None
    flag: str | None = None
    time: str | None = None
    status: str | None = None
    note: str | None = None
    id: str | None = None  # what the laboratory knows the result by

    def named(self) -> dict[str, str]:
        """Each thing the file has, and the header of its column."""
        return {each.name: header for each in fields(self) if (header := getattr(self, each.name))}


@dataclass(frozen=True)
class Mapping:
    """A whole mapping file."""

    columns: Columns
    delimiter: str = ","
    decimal: str = "."
    times: tuple[str, ...] = ()  # strptime formats; none: ISO 8601
    dates: tuple[str, ...] = ()  # of birth dates; none: ISO 8601
    patient_system: str = "urn:kith:csv:patient"
    code_system: str = LOINC
    flags: tuple[tuple[str, str], ...] = ()  # this laboratory's own marks, as HL7 interpretation codes

    def flag(self, mark: str) -> str:
        """A mark of this laboratory as HL7 writes it, or as it came."""
        return dict(self.flags).get(mark.casefold(), mark)


def load(text: str) -> Mapping:
    """A mapping from its TOML; MappingError says what is missing or not known."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"not TOML: {error}") from error
    _refuse("", set(document) - TABLES, TABLES)
    for name, table in document.items():
        if not isinstance(table, dict):
            raise MappingError(f"[{name}] is to be a table")
    file = _table(document, "file", {"delimiter", "decimal", "time_format", "date_format"})
    return Mapping(
        columns=_columns(_table(document, "columns", {each.name for each in fields(Columns)})),
        delimiter=_one_character(file.get("delimiter", ","), "delimiter"),
        decimal=_decimal(file.get("decimal", ".")),
        times=_formats(file, "time_format"),
        dates=_formats(file, "date_format"),
        patient_system=_word(_table(document, "patient", {"system"}), "system", Mapping.patient_system),
        code_system=_word(_table(document, "codes", {"system"}), "system", Mapping.code_system),
        flags=_flags(document.get("flags", {})),
    )


def _table(document: AnyMapping[str, Any], name: str, known: set[str]) -> dict[str, Any]:
    table: dict[str, Any] = document.get(name, {})
    _refuse(f"[{name}] ", set(table) - known, known)
    return table


def _refuse(where: str, unknown: set[str], known: set[str]) -> None:
    """A misspelt name would leave a column out without a word."""
    if unknown:
        raise MappingError(
            f"{where}{sorted(unknown)[0]} is not known here; known are {', '.join(sorted(known))}"
        )


def _columns(table: AnyMapping[str, Any]) -> Columns:
    for name, header in table.items():
        if not isinstance(header, str) or not header.strip():
            raise MappingError(f"[columns] {name} is to be the header of a column")
    if "value" not in table:
        raise MappingError("[columns] value is missing: which column holds the result?")
    if "code" not in table and "name" not in table:
        raise MappingError("[columns] code or name is missing: which column says the test?")
    if len(set(table.values())) < len(table):
        raise MappingError("[columns] one header stands for two things")
    return Columns(**table)


def _one_character(text: Any, name: str) -> str:
    if not isinstance(text, str) or len(text) != 1:
        raise MappingError(f"[file] {name} is to be one character")
    return text


def _decimal(text: Any) -> str:
    if text not in DECIMALS:
        raise MappingError('[file] decimal is to be "." or ","')
    return str(text)


def _formats(file: AnyMapping[str, Any], name: str) -> tuple[str, ...]:
    given = file.get(name, [])
    formats = [given] if isinstance(given, str) else given
    if not isinstance(formats, list) or not all(isinstance(each, str) and "%" in each for each in formats):
        raise MappingError(f'[file] {name} is to be a format such as "%m/%d/%Y %H:%M", or a list of them')
    return tuple(formats)


def _word(table: AnyMapping[str, Any], name: str, otherwise: str) -> str:
    word = table.get(name, otherwise)
    if not isinstance(word, str) or not word.strip():
        raise MappingError(f"{name} is to be a text")
    return word


def _flags(table: AnyMapping[str, Any]) -> tuple[tuple[str, str], ...]:
    for mark, code in table.items():
        if code not in ("N", "L", "LL", "H", "HH", "A", "AA"):
            raise MappingError(f"[flags] {mark} is to be one of N L LL H HH A AA")
    return tuple((mark.casefold(), code) for mark, code in table.items())
