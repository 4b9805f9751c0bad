"""The catalogue of lab tests: read once from the tables beside this file, checked strictly, indexed."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from types import MappingProxyType
from typing import TypeVar

from clinical.analyte import Analyte
from clinical.catalogue.rows import CatalogueError, parse
from clinical.folding import atoms

Key = TypeVar("Key")

__all__ = ["Catalogue", "CatalogueError", "build", "load", "read_table"]


@dataclass(frozen=True)
class Catalogue:
    """Every analyte, found by its key, by any of its codes, and by any of its names."""

    by_key: Mapping[str, Analyte]
    by_loinc: Mapping[str, Analyte]

    def __getitem__(self, key: str) -> Analyte:
        return self.by_key[key]

    def __len__(self) -> int:
        return len(self.by_key)

    def get(self, key: str | None) -> Analyte | None:
        return None if key is None else self.by_key.get(key)

    def find_code(self, loinc: str | None) -> Analyte | None:
        return None if loinc is None else self.by_loinc.get(loinc.strip())

    def find_name(self, name: str) -> Analyte | None:
        """The analyte a person or a laboratory calls this: "S. POTASSIUM" has no entry, "Potassium" has."""
        return self.by_name.get(atoms(name))

    @cached_property
    def by_name(self) -> Mapping[tuple[str, ...], Analyte]:
        return MappingProxyType({name: analyte for name, analyte in _named(self.by_key.values())})


def _named(analytes: Iterable[Analyte]) -> Iterable[tuple[tuple[str, ...], Analyte]]:
    for analyte in analytes:
        for name in (analyte.name, *analyte.names, *analyte.short_names):
            yield atoms(name), analyte


def read_table(text: str, file: str) -> list[Analyte]:
    """The analytes of one TOML table; CatalogueError names file, analyte and what is wrong."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{file}: {error}") from error
    return [parse(file, key, row) for key, row in document.items()]


def build(analytes: Iterable[Analyte]) -> Catalogue:
    """A catalogue of these analytes; one code or one name claimed twice is an error, never a guess."""
    by_key: dict[str, Analyte] = {}
    by_loinc: dict[str, Analyte] = {}
    by_name: dict[tuple[str, ...], Analyte] = {}
    for analyte in analytes:
        if by_key.setdefault(analyte.key, analyte) is not analyte:
            raise CatalogueError(f"{analyte.key}: defined twice")
        for code in (*analyte.loinc, *(variant.loinc for variant in analyte.variants)):
            _claim(by_loinc, code, analyte, f"LOINC {code}")
    for name, analyte in _named(by_key.values()):
        if not any(part.isalpha() for part in name):
            raise CatalogueError(f"{analyte.key}: the name {' '.join(name)!r} has no plain letter")
        _claim(by_name, name, analyte, f"name {' '.join(name)!r}")
    return Catalogue(MappingProxyType(by_key), MappingProxyType(by_loinc))


def _claim(index: dict[Key, Analyte], key: Key, analyte: Analyte, what: str) -> None:
    holder = index.setdefault(key, analyte)
    if holder is not analyte:
        raise CatalogueError(f"{what} is claimed by both {holder.key} and {analyte.key}")


@cache
def load() -> Catalogue:
    """The catalogue that ships with Kith."""
    tables = sorted(
        (entry for entry in resources.files(__name__).iterdir() if entry.name.endswith(".toml")),
        key=lambda entry: entry.name,
    )
    return build(analyte for table in tables for analyte in read_table(table.read_text("utf-8"), table.name))
