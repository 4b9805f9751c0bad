"""The directory file: who helps with what, where, in which language, and when that was last checked."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from record.fhir.codes import OWN_DOMAINS, SDOH_DOMAINS

NATIONAL = Path(__file__).with_name("national.toml")
NEEDS = SDOH_DOMAINS | OWN_DOMAINS
STALE = timedelta(days=365)  # a number nobody checked for a year may ring in the wrong house
EVERYWHERE = "US"
MOST = 2
FIELDS = {"id", "name", "needs", "phone", "hours", "languages", "places", "source", "checked"}


class DirectoryError(ValueError):
    """The file cannot be used; the message says which row and why."""


@dataclass(frozen=True)
class Resource:
    """One row. `places`: "US", the beginning of a ZIP code ("zip:112"), or a county of the file."""

    id: str
    name: str
    needs: tuple[str, ...]
    phone: str
    hours: str
    languages: tuple[str, ...]
    places: tuple[str, ...]
    source: str
    checked: date

    @property
    def local(self) -> bool:
        return EVERYWHERE not in self.places


@dataclass(frozen=True)
class Directory:
    """All rows, and which ZIP codes a county has."""

    resources: tuple[Resource, ...]
    counties: Mapping[str, tuple[str, ...]]

    def fitting(self, need: str, language: str, postal_code: str | None) -> tuple[Resource, ...]:
        """Two at most: for this need, in their language or English, nearby first and then for everyone."""
        found = [each for each in self.resources if need in each.needs and self._covers(each, postal_code)]
        spoken = [each for each in found if language in each.languages]
        rest = [each for each in found if each not in spoken and "en" in each.languages]
        ranked = sorted([*spoken, *rest], key=lambda each: (not each.local, each not in spoken))
        return tuple(ranked[:MOST])

    def _covers(self, resource: Resource, postal_code: str | None) -> bool:
        """Whether it serves where they live. Where that is not known, the clinic's own rows stand for it."""
        if not resource.local or postal_code is None:
            return True
        return any(postal_code.startswith(zone) for zone in self._zones(resource))

    def _zones(self, resource: Resource) -> Iterator[str]:
        for place in resource.places:
            yield from self.counties.get(place, ())
            if place.startswith("zip:"):
                yield place.removeprefix("zip:")

    def stale(self, on: date) -> tuple[Resource, ...]:
        """Rows nobody has checked for a year."""
        return tuple(each for each in self.resources if on - each.checked > STALE)


def load(path: str | Path = "") -> Directory:
    """The clinic's file, the national numbers without one; DirectoryError names what cannot be used."""
    file = Path(path) if path else NATIONAL
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DirectoryError(f"{file.name} cannot be read: {type(error).__name__}") from error
    counties = {name: tuple(map(str, zones)) for name, zones in table.get("counties", {}).items()}
    rows = tuple(_resource(row, counties) for row in table.get("resource", ()))
    if not rows:
        raise DirectoryError(f"{file.name} has no [[resource]]")
    twice = {each.id for each in rows if sum(other.id == each.id for other in rows) > 1}
    if twice:
        raise DirectoryError(f"the id {sorted(twice)[0]} stands twice")
    return Directory(rows, counties)


def _resource(row: Mapping[str, Any], counties: Mapping[str, Sequence[str]]) -> Resource:
    name = row.get("id", "a row without an id")
    missing = FIELDS - row.keys()
    if missing or row.keys() - FIELDS:
        wrong = f"lacks {', '.join(sorted(missing))}" if missing else "has a field that is not known"
        raise DirectoryError(f"{name} {wrong}")
    if not isinstance(row["checked"], date):
        raise DirectoryError(f"{name}: `checked` is no date")
    if unknown := set(row["needs"]) - NEEDS:
        raise DirectoryError(f"{name}: no need is called {sorted(unknown)[0]}")
    for place in row["places"]:
        if place != EVERYWHERE and not place.startswith("zip:") and place not in counties:
            raise DirectoryError(f"{name}: the county {place} stands not in [counties]")
    for field in ("id", "name", "phone", "hours", "source"):
        text = row[field]
        if not isinstance(text, str) or not text.strip() or not text.isascii() or len(text) > 120:
            raise DirectoryError(f"{name}: `{field}` must be short plain text")
    if not (row["needs"] and row["languages"] and row["places"]):
        raise DirectoryError(f"{name}: needs, languages and places may not be empty")
    lists = {field: tuple(row[field]) for field in ("needs", "languages", "places")}
    return Resource(**{**row, **lists})
