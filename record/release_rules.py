"""The release policy as data: what a patient hears of at once, what after review, what never from Kith."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

When = Literal["at_once", "after_review", "never_by_bot"]
CAUTION: Mapping[When, int] = {"at_once": 0, "after_review": 1, "never_by_bot": 2}
TABLES = {"default", "quiet", "critical", "notice", "rule"}
RULE_FIELDS = {
    "id", "when", "analytes", "areas", "loinc", "words", "after_hours", "reason", "source", "case", "refused",
}  # fmt: skip


class PolicyError(ValueError):
    """A policy file cannot be used; the message names the row and what is wrong with it."""


@dataclass(frozen=True)
class Rule:
    """One row: the tests it is about, and when they are told."""

    id: str
    when: When
    analytes: frozenset[str]
    areas: frozenset[str]
    loinc: frozenset[str]
    words: re.Pattern[str] | None
    after: timedelta | None  # then it is released by itself; None: only by a person
    reason: str
    source: str

    def fits(self, analyte: str | None, area: str | None, code: str | None, text: str) -> bool:
        """Whether a result is one of those meant, by its catalogue key, its area, its code or its name."""
        return (
            analyte in self.analytes
            or area in self.areas
            or code in self.loinc
            or bool(self.words and self.words.search(text.casefold()))
        )


@dataclass(frozen=True)
class Policy:
    """A clinic's whole release policy. Its own rules are looked at before ours."""

    own: tuple[Rule, ...]
    rules: tuple[Rule, ...]
    default: Rule
    quiet_from: time
    quiet_to: time
    critical_hold: timedelta
    fresh: timedelta
    loss: timedelta

    def rule_for(self, analyte: str | None, area: str | None, code: str | None, text: str) -> Rule:
        """The most cautious rule that fits; where one of the clinic's own fits, ours are not asked."""
        for rules in (self.own, self.rules):
            fitting = [rule for rule in rules if rule.fits(analyte, area, code, text)]
            if fitting:
                return max(fitting, key=lambda rule: CAUTION[rule.when])
        return self.default

    def may_text_from(self, at: str, zone: str) -> str:
        """The first instant from `at` on that is no quiet hour where the patient is.

        >>> load().may_text_from("2026-03-09T03:00:00.000000Z", "America/New_York")  # 11 at night there
        '2026-03-09T12:00:00.000000Z'
        """
        here = datetime.fromisoformat(at).astimezone(ZoneInfo(zone))
        if self.quiet_from <= here.time() < self.quiet_to:
            return at
        day = here.date() if here.time() < self.quiet_from else here.date() + timedelta(days=1)
        opens = datetime.combine(day, self.quiet_from, tzinfo=ZoneInfo(zone))
        return opens.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def zone_or(zone: str | None, otherwise: str) -> str:
    """A patient's time zone where it is a real one, the clinic's otherwise."""
    try:
        return ZoneInfo(zone).key if zone else otherwise
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return otherwise


@cache
def load(clinic_file: str = "") -> Policy:
    """Our policy, with a clinic's own file over it; PolicyError where a file cannot be used."""
    ours = _read(resources.files("record").joinpath("release.toml").read_text("utf-8"), "release.toml")
    theirs = _clinic(clinic_file) if clinic_file else {}
    merged = {name: {**ours[name], **theirs.get(name, {})} for name in TABLES - {"rule"}}
    own = tuple(_rule(row, clinic_file) for row in theirs.get("rule", ()))
    replaced = {rule.id for rule in own}
    try:
        return Policy(
            own=own,
            rules=tuple(_rule(row, "release.toml") for row in ours["rule"] if row["id"] not in replaced),
            default=_rule({"id": "default", **merged["default"]}, clinic_file or "release.toml"),
            quiet_from=time.fromisoformat(merged["quiet"]["from"]),
            quiet_to=time.fromisoformat(merged["quiet"]["to"]),
            critical_hold=timedelta(hours=float(merged["critical"]["hold_hours"])),
            fresh=timedelta(days=float(merged["notice"]["fresh_days"])),
            loss=timedelta(days=float(merged["notice"]["loss_days"])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PolicyError(f"{clinic_file or 'release.toml'}: {error}") from error


def rows() -> Iterable[Mapping[str, Any]]:
    """Our rules as they stand in the table, for the test that every one has its case."""
    text = resources.files("record").joinpath("release.toml").read_text("utf-8")
    rules: Iterable[Mapping[str, Any]] = tomllib.loads(text)["rule"]
    return rules


def held(rule: Rule, reason: str, after: timedelta) -> Rule:
    """The same rule for a critical result: a person first, then by itself."""
    return replace(rule, id="critical", when="after_review", after=after, reason=reason)


def _clinic(path: str) -> dict[str, Any]:
    try:
        return _read(Path(path).read_text("utf-8"), path)
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: cannot be read ({type(error).__name__})") from error


def _read(text: str, name: str) -> dict[str, Any]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{name}: {error}") from error
    if unknown := set(table) - TABLES:
        raise PolicyError(f"{name}: {', '.join(sorted(unknown))} is not part of a release policy")
    return table


def _rule(row: Mapping[str, Any], name: str) -> Rule:
    """A row as a rule. One without a source or a reason is refused: somebody has to answer for it."""
    where = f"{name}: rule {row.get('id', '(without an id)')}"
    if unknown := set(row) - RULE_FIELDS:
        raise PolicyError(f"{where}: {', '.join(sorted(unknown))} is not a field of a rule")
    if missing := [field for field in ("id", "when", "reason", "source") if not row.get(field)]:
        raise PolicyError(f"{where}: {', '.join(missing)} is missing")
    if row["when"] not in get_args(When):
        raise PolicyError(f"{where}: when must be one of {', '.join(get_args(When))}")
    hours = row.get("after_hours")
    return Rule(
        id=row["id"],
        when=row["when"],
        analytes=frozenset(row.get("analytes", ())),
        areas=frozenset(row.get("areas", ())),
        loinc=frozenset(row.get("loinc", ())),
        words=_pattern(row.get("words", ())),
        after=None if hours is None else timedelta(hours=float(hours)),
        reason=row["reason"],
        source=row["source"],
    )


def _pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    """Whole words only: "gene" is in "BRCA1 gene", not in "General chemistry"."""
    each = "|".join(re.escape(word.casefold()) for word in words)
    return re.compile(rf"(?<!\w)(?:{each})(?!\w)") if each else None
