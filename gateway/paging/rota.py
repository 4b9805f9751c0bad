"""The clinic's on-call list: one TOML file of who is paged, in which order, by which way, at which hours."""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers

from gateway.paging.policy import Policy

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHANNELS = ("sms", "email")
ROLES = ("nurse", "physician", "social-worker")
TOP = {"timezone", "timing", "takeover", "tell_patient", "open", "person"}
PERSON = {"key", "name", "role", "username", "sms", "email", "channels", "hours", "escalate_minutes"}
MINUTES = {
    "timing": ("escalate_minutes", "repeat_minutes"),
    "takeover": ("remind_minutes", "hand_back_minutes"),
}
EMAIL = re.compile(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\"]+")
KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
MIDNIGHT = time(0)


class RotaError(ValueError):
    """The on-call file cannot be used; the message names the place and what is wrong there."""


@dataclass(frozen=True)
class Hours:
    """Some days of the week from one time to another; `to` before `begins` ends on the next morning."""

    days: frozenset[int]  # 0 is Monday
    begins: time
    to: time  # midnight is the end of the day

    def has(self, here: datetime) -> bool:
        """Whether a local instant is within."""
        clock, day = here.time(), here.weekday()
        if self.to == MIDNIGHT or self.begins < self.to:
            ends = self.to == MIDNIGHT or clock < self.to
            return day in self.days and self.begins <= clock and ends
        yesterday = (day - 1) % 7
        return (day in self.days and clock >= self.begins) or (yesterday in self.days and clock < self.to)


@dataclass(frozen=True)
class Person:
    """Someone who may be paged."""

    key: str
    name: str
    role: str
    username: str | None  # of their account on the care-team pages
    ways: tuple[tuple[str, str], ...]  # (channel, address), all at once
    hours: tuple[Hours, ...]  # empty: always
    escalate: timedelta | None = None

    def on_duty(self, here: datetime) -> bool:
        return not self.hours or any(each.has(here) for each in self.hours)

    @property
    def phone(self) -> str | None:
        return dict(self.ways).get("sms")


@dataclass(frozen=True)
class Rota:
    """Everyone on the list in order, the clinic's opening hours, and its times."""

    people: tuple[Person, ...]
    zone: ZoneInfo
    opening: tuple[Hours, ...]  # empty: not said
    tell_patient: bool  # whether a patient hears of pages and of who answered
    policy: Policy

    def next_on(self, at: str, tried: Collection[str]) -> Person | None:
        """The first person on duty at an instant who was not tried yet."""
        here = self.local(at)
        return next((each for each in self.people if each.key not in tried and each.on_duty(here)), None)

    def on_duty(self, at: str) -> int:
        here = self.local(at)
        return sum(each.on_duty(here) for each in self.people)

    def patience(self, person: Person) -> timedelta:
        """How long this person has before the next one is paged."""
        return person.escalate or self.policy.escalate

    @property
    def longest(self) -> timedelta:
        """No step of a page is due later than this."""
        own = [each.escalate for each in self.people if each.escalate]
        return max(self.policy.escalate, self.policy.repeat, *own)

    def opens(self, at: str) -> datetime | None:
        """When the clinic is next open, in its own time: now, if it is; None where its hours are not said."""
        here = self.local(at)
        if not self.opening or any(each.has(here) for each in self.opening):
            return here if self.opening else None
        quarter = here.replace(minute=here.minute - here.minute % 15, second=0, microsecond=0)
        later = (quarter + timedelta(minutes=15 * step) for step in range(1, 4 * 24 * 8))
        return next((each for each in later if any(hours.has(each) for hours in self.opening)), None)

    def by_phone(self, number: str) -> Person | None:
        """Whose phone a number is."""
        return next((each for each in self.people if each.phone == number), None)

    def by_username(self, username: str) -> Person | None:
        return next((each for each in self.people if each.username == username), None)

    def local(self, at: str) -> datetime:
        return datetime.fromisoformat(at).astimezone(self.zone)

    @property
    def channels(self) -> frozenset[str]:
        """Every way someone is paged by."""
        return frozenset(channel for each in self.people for channel, _ in each.ways)


def load(path: Path, zone: str, policy: Policy) -> Rota:
    """The list in a file; RotaError names what is wrong in it. `zone` is the clinic's own."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RotaError(f"{path}: {error}") from error
    try:
        return parse(table, zone, policy)
    except RotaError as error:
        raise RotaError(f"{path}: {error}") from None


def parse(table: Mapping[str, Any], zone: str, policy: Policy) -> Rota:
    """The same from a table already read."""
    _only(table, TOP, "the file")
    people = tuple(_person(row, place) for place, row in enumerate(_rows(table, "person"), 1))
    _once("key", [each.key for each in people])
    _once("sms", [each.phone for each in people if each.phone])
    _once("username", [each.username for each in people if each.username])
    opening = tuple(_hours(row, "open") for row in _rows(table, "open"))
    if not people and not opening:
        raise RotaError("it names neither a [[person]] to page nor the hours the clinic is [[open]]")
    tell = table.get("tell_patient", True)
    if not isinstance(tell, bool):
        raise RotaError("tell_patient is true or false")
    return Rota(people, _zone(table.get("timezone", zone)), opening, tell, _timed(policy, table))


def _person(row: Mapping[str, Any], place: int) -> Person:
    where = f"person {place}"
    _only(row, PERSON, where)
    key, name = str(row.get("key", row.get("username", ""))), str(row.get("name", "")).strip()
    if not KEY.fullmatch(key):
        raise RotaError(f"{where} needs a key (or a username) of small letters, digits, . _ or -")
    if not name or len(name) > 60:
        raise RotaError(f"{where} needs a name of at most 60 characters")
    role = row.get("role", "nurse")
    if role not in ROLES:
        raise RotaError(f"{where} ({key}): role is one of {', '.join(ROLES)}")
    return Person(
        key=key,
        name=name,
        role=role,
        username=row.get("username"),
        ways=_ways(row, f"{where} ({key})"),
        hours=tuple(_hours(each, f"{where} ({key}) hours") for each in _rows(row, "hours")),
        escalate=_minutes(row, "escalate_minutes", f"{where} ({key})"),
    )


def _ways(row: Mapping[str, Any], where: str) -> tuple[tuple[str, str], ...]:
    """Channels in the order asked for; by default every one there is an address for."""
    given = [each for each in CHANNELS if each in row]
    chosen = row.get("channels", given)
    if not isinstance(chosen, list) or not chosen or any(each not in CHANNELS for each in chosen):
        raise RotaError(f"{where}: channels is a list of sms, email or both, each with its address")
    missing = [each for each in chosen if each not in row]
    if missing:
        raise RotaError(f"{where}: channel {missing[0]} has no address; add {missing[0]} = ...")
    return tuple((each, _address(each, row[each], where)) for each in dict.fromkeys(chosen))


def _address(channel: str, value: Any, where: str) -> str:
    if channel == "email":
        if not isinstance(value, str) or len(value) > 200 or not EMAIL.fullmatch(value):
            raise RotaError(f"{where}: {value!r} is no email address")
        return value
    try:
        number = phonenumbers.parse(str(value), None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise RotaError(f"{where}: {value!r} is no phone number; write it as +12025550123")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _hours(row: Any, where: str) -> Hours:
    if not isinstance(row, Mapping):
        raise RotaError(f'{where}: write {{ days = ["mon"], from = "08:00", to = "17:00" }}')
    _only(row, {"days", "from", "to"}, where)
    days = row.get("days", list(DAYS))
    if not isinstance(days, list) or not days or any(day not in DAYS for day in days):
        raise RotaError(f"{where}: days is a list of {', '.join(DAYS)}")
    begins, to = (_clock(row.get(name, "00:00"), where) for name in ("from", "to"))
    if begins == to and begins != MIDNIGHT:
        raise RotaError(f"{where}: from and to are the same; 00:00 to 00:00 is the whole day")
    return Hours(frozenset(DAYS.index(day) for day in days), begins, to)


def _clock(value: Any, where: str) -> time:
    text = value.isoformat() if isinstance(value, time) else str(value)
    try:
        return time.fromisoformat("00:00" if text == "24:00" else text)
    except ValueError:
        raise RotaError(f"{where}: {text!r} is no time of day; write 08:00") from None


def _zone(name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RotaError(f"{name!r} is no time zone; write one as America/New_York") from None


def _timed(policy: Policy, table: Mapping[str, Any]) -> Policy:
    changes: dict[str, Any] = {}
    for section, names in MINUTES.items():
        given = table.get(section, {})
        if not isinstance(given, Mapping):
            raise RotaError(f"{section} is a table: [{section}]")
        _only(given, set(names), f"[{section}]")
        for name in names:
            if (span := _minutes(given, name, f"[{section}]")) is not None:
                changes[name.removesuffix("_minutes")] = span
    timed = replace(policy, **changes)
    if timed.hand_back <= timed.remind:
        raise RotaError("[takeover] hand_back_minutes must be more than remind_minutes")
    return timed


def _minutes(row: Mapping[str, Any], name: str, where: str) -> timedelta | None:
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 24 * 60:
        raise RotaError(f"{where}: {name} is a number of minutes above 0, at most a day")
    return timedelta(minutes=value)


def _rows(table: Mapping[str, Any], name: str) -> Sequence[Any]:
    found = table.get(name, [])
    if not isinstance(found, list):
        raise RotaError(f"{name} is a list: [[{name}]]")
    return found


def _only(row: Any, known: Collection[str], where: str) -> None:
    """A misspelt word in this file must not leave a nurse unpaged."""
    if not isinstance(row, Mapping):
        raise RotaError(f"{where} is to be a table")
    unknown = sorted(set(row) - set(known))
    if unknown:
        raise RotaError(f"{where}: {unknown[0]} is not known here; known are {', '.join(sorted(known))}")


def _once(what: str, values: Sequence[str]) -> None:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise RotaError(f"{what} {twice[0]} is there twice")
