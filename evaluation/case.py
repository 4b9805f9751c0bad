"""Labelled cases: one JSON object a line, checked before anything is sent."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EXPECTED = {
    "results", "explained", "urgency", "stressors", "reply_contains", "reply_lacks", "recorded",
}  # fmt: skip
URGENCIES = ("none", "soon", "emergency", "crisis")


class CaseError(Exception):
    """A case file cannot be used; the message names file and line."""


@dataclass(frozen=True)
class Case:
    """One patient, what they say or bring, and what must hold at the end."""

    id: str
    say: tuple[str, ...] = ()
    patient: Mapping[str, Any] = field(default_factory=dict)
    record: Mapping[str, str] | None = None  # {"format": …, "content": …}, a machine's record to take in
    expect: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""
    formalities: bool = False  # meet the welcome and the question of consent too


def load(paths: Iterable[Path]) -> list[Case]:
    """Every case of these files and folders (`*.jsonl`), in order; ids must be unique."""
    cases: list[Case] = []
    seen: dict[str, str] = {}
    for path in _files(paths):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            case = _read(line, f"{path}:{number}")
            if case.id in seen:
                raise CaseError(f"{path}:{number}: id {case.id!r} is also at {seen[case.id]}")
            seen[case.id] = f"{path}:{number}"
            cases.append(case)
    if not cases:
        raise CaseError("no case found in " + ", ".join(map(str, paths)))
    return cases


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.exists():
            raise CaseError(f"{path} does not exist")
        yield from sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]


def _read(line: str, where: str) -> Case:
    try:
        raw = json.loads(line)
    except json.JSONDecodeError as error:
        raise CaseError(f"{where}: not JSON: {error}") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
        raise CaseError(f"{where}: a case is an object with an id")
    expect = raw.get("expect") or {}
    unknown = set(expect) - EXPECTED  # a misspelt expectation would be a check that never fails
    if unknown:
        raise CaseError(f"{where}: nothing here scores {', '.join(sorted(unknown))}")
    if expect.get("urgency", "none") not in URGENCIES:
        raise CaseError(f"{where}: urgency is one of {', '.join(URGENCIES)}")
    return Case(
        raw["id"],
        tuple(raw.get("say") or ()),
        raw.get("patient") or {},
        raw.get("import"),
        expect,
        where.split(":")[0],
    )
