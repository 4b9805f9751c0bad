"""Writes one parcel into the record: each result once, corrections in their place, nothing lost."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from clinical.patterns import Match
from clinical.triage import TIERS
from clinical.types import Person
from record import alarms, owners, release, together, values
from record.ids import new_id
from record.incoming import IncomingFact, IncomingResult, Parcel, Skipped
from record.judging import Judge, Judged
from record.tables import condition, medication, observation
from record.view import person_of

WITHDRAWN = "entered-in-error"
NO_LONGER = (WITHDRAWN, "cancelled", "registered")
STANDING = {"preliminary": 0, "unknown": 0, "final": 1, "amended": 2, "corrected": 2}
CHUNK = 400  # keys looked up at once: SQLite's oldest limit on parameters is 999


@dataclass
class Filed:
    """What one parcel changed."""

    patient_ids: list[str] = field(default_factory=list)
    taken: int = 0
    replaced: int = 0  # results a correction took the place of, or that the sender withdrew
    unchanged: int = 0
    facts: int = 0
    not_judged: list[Skipped] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    written: list[Mapping[str, Any]] = field(default_factory=list)  # new laboratory rows, for their release


def file(
    connection: Connection,
    parcel: Parcel,
    judge: Judge,
    *,
    at: str,
    patient_id: str | None = None,
) -> Filed:
    """Write a parcel inside the caller's transaction; Malformed when whose it is cannot be said."""
    settled = owners.settle(connection, parcel, patient_id, at)
    filed = Filed(skipped=[*parcel.skipped, *settled.skipped])
    by_owner = owners.by_owner(settled.by_ref)
    filed.patient_ids = list(by_owner)
    _file_facts(connection, parcel.facts, settled.by_ref, filed)
    of_ref: dict[str, list[IncomingResult]] = {}
    for result in parcel.results:
        of_ref.setdefault(result.patient, []).append(result)
    for owner, refs in by_owner.items():
        mine = [result for ref in refs for result in of_ref.get(ref, ())]
        _Writing(connection, owner, judge, at, filed).write(mine, parcel.source)
    return filed


def _file_facts(
    connection: Connection, facts: Iterable[IncomingFact], whose: Mapping[str, str], filed: Filed
) -> None:
    for fact in facts:
        table = condition if fact.kind == "condition" else medication
        status = "clinical_status" if fact.kind == "condition" else "status"
        key = _effect_key(whose[fact.patient], fact.source_key)
        said: dict[str, Any] = {"text": fact.text, "system": fact.coding.system, "code": fact.coding.code}
        said[status] = fact.status
        if fact.kind == "condition":
            said["onset"] = fact.onset
        known = connection.execute(select(table).where(table.c.effect_key == key)).one_or_none()
        if known is None:
            said |= {"id": new_id(), "patient_id": whose[fact.patient], "effect_key": key}
            connection.execute(insert(table).values(**said))
        elif any(getattr(known, name) != value for name, value in said.items()):
            connection.execute(update(table).where(table.c.id == known.id).values(**said))
        else:
            filed.unchanged += 1
            continue
        filed.facts += 1


@dataclass
class _Writing:
    """One patient's results on their way in."""

    connection: Connection
    patient_id: str
    judge: Judge
    at: str
    filed: Filed
    new: list[dict[str, Any]] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)  # of `new`, in its order
    superseded: list[Row[Any]] = field(default_factory=list)
    withdrawn: list[Row[Any]] = field(default_factory=list)

    def write(self, results: Sequence[IncomingResult], source: str) -> None:
        if not results:
            return
        person = person_of(self.connection, self.patient_id)
        incoming = _last_of_each(self.patient_id, results)
        known = _known(self.connection, list(incoming))
        for key, result in incoming.items():
            self._settle(key, result, known.get(key), person)
        for wrong in self.superseded:
            _supersede(self.connection, wrong)
        if gone := [row.id for row in (*self.superseded, *self.withdrawn)]:
            release.withdraw(self.connection, self.patient_id, gone, self.at)
        fitting = self._together(person)
        rows = [
            one | {"released_at": self.at, "source_system": source, "tier": together.tier(judged, fitting)}
            for one, judged in zip(self.new, self.judged, strict=True)
        ]
        if rows:
            self.connection.execute(insert(observation), rows)
            alarms.raise_for(self.connection, rows, self.at)
            alarms.raise_together(self.connection, self.patient_id, fitting, self.at)
            self.filed.written += [one for one in rows if one["category"] == "laboratory"]
        self.filed.taken += len(rows)
        self.filed.replaced += len(self.superseded)

    def _together(self, person: Person) -> tuple[Match, ...]:
        """What the new results mean beside each other; asked before they stand in the record themselves."""
        judge = self.judge
        return together.matches(
            self.connection, self.patient_id, person, self.judged, judge.catalogue, judge.today
        )

    def _settle(self, key: str, result: IncomingResult, earlier: Row[Any] | None, person: Person) -> None:
        """What becomes of one result beside the one the record has under the same key."""
        if result.status in NO_LONGER:
            if _withdraw(self.connection, earlier, result, self.filed) and earlier is not None:
                self.withdrawn.append(earlier)
            return
        judged = self.judge.of(result, person)
        if earlier is not None:
            if _unchanged(earlier, result, judged):
                self.filed.unchanged += 1
                return
            if reason := _outdated(earlier, result):
                self.filed.skipped.append(Skipped(result.where, reason))
                return
            if _same_value(earlier, result, judged) and _same_meaning(earlier, judged):
                _confirm(self.connection, earlier, result, judged)
                self.filed.replaced += 1
                return
            self.superseded.append(earlier)
        self._add(key, result, judged)

    def _add(self, key: str, result: IncomingResult, judged: Judged) -> None:
        judgement = judged.judgement
        if judgement.interpretation is None:
            why = f"{judgement.rule}: {judgement.reason}"
            self.filed.not_judged.append(Skipped(result.where, why))
        made = {"id": new_id(), "patient_id": self.patient_id, "effect_key": key, "created_at": self.at}
        self.new.append({**judged.row, **made})
        self.judged.append(judged)


def _last_of_each(patient_id: str, results: Iterable[IncomingResult]) -> dict[str, IncomingResult]:
    """Results by effect key. The same key twice in one message with another value is two results,
    unless the later one corrects the earlier."""
    found: dict[str, IncomingResult] = {}
    for result in results:
        key = _effect_key(patient_id, result.source_key)
        again = 1
        while key in found and result.status == found[key].status and result.value != found[key].value:
            again += 1
            key = _effect_key(patient_id, f"{result.source_key}#{again}")
        found[key] = result
    return found


def _effect_key(patient_id: str, source_key: str) -> str:
    return f"{patient_id}:{hashlib.sha256(source_key.encode()).hexdigest()}"


def _known(connection: Connection, keys: Sequence[str]) -> dict[str, Row[Any]]:
    found: dict[str, Row[Any]] = {}
    for start in range(0, len(keys), CHUNK):
        some = keys[start : start + CHUNK]
        rows = connection.execute(select(observation).where(observation.c.effect_key.in_(some)))
        found |= {one.effect_key: one for one in rows}
    return found


def _withdraw(connection: Connection, earlier: Row[Any] | None, result: IncomingResult, filed: Filed) -> bool:
    """What the laboratory takes back is never used; a result not known yet is not taken in for it.

    Whether one that stood was taken back.
    """
    if earlier is None:
        filed.skipped.append(Skipped(result.where, f"the laboratory says {result.status}"))
    elif earlier.status == WITHDRAWN:
        filed.unchanged += 1
    else:
        connection.execute(update(observation).where(observation.c.id == earlier.id).values(status=WITHDRAWN))
        filed.replaced += 1
        return True
    return False


def _outdated(earlier: Row[Any], result: IncomingResult) -> str | None:
    """Why an old message that arrives late must not undo a newer one; None when it is the newer."""
    if earlier.status == WITHDRAWN:
        same = values.same(values.joined(earlier.comparator, earlier.value or ""), result.value)
        return "the laboratory withdrew this value" if same else None
    if STANDING.get(result.status, 0) < STANDING.get(earlier.status, 0):
        return f"a later version of it is known ({earlier.status})"
    return None


def _supersede(connection: Connection, wrong: Row[Any]) -> None:
    """Keep the value that was corrected, marked as wrong, and free its key for the right one."""
    connection.execute(
        update(observation)
        .where(observation.c.id == wrong.id)
        .values(status=WITHDRAWN, effect_key=f"{wrong.effect_key}~{wrong.id}"[:200])
    )


def _confirm(connection: Connection, earlier: Row[Any], result: IncomingResult, judged: Judged) -> None:
    """The same value, now final, or with another remark: no error was made, and no new result came."""
    values_now = {"status": result.status, "note": result.note, "rule": judged.judgement.rule}
    connection.execute(update(observation).where(observation.c.id == earlier.id).values(**values_now))


def _unchanged(earlier: Row[Any], result: IncomingResult, judged: Judged) -> bool:
    same = (earlier.status, earlier.note) == (result.status, result.note)
    return same and _same_value(earlier, result, judged)


def _same_value(earlier: Row[Any], result: IncomingResult, judged: Judged) -> bool:
    comparator, value = values.split(result.value)
    limits = judged.recognised.range
    return (
        (earlier.value, earlier.comparator, earlier.unit_text, earlier.effective_at)
        == (value, comparator, result.unit_text, result.effective)
        and earlier.low == (str(limits.low) if limits and limits.low is not None else None)
        and earlier.high == (str(limits.high) if limits and limits.high is not None else None)
    )


def _same_meaning(earlier: Row[Any], judged: Judged) -> bool:
    """A result that is judged otherwise now is news, whatever its number; a tier a pattern raised is not."""
    if earlier.interpretation != judged.judgement.interpretation or None in (earlier.tier, judged.tier):
        return bool((earlier.interpretation, earlier.tier) == (judged.judgement.interpretation, judged.tier))
    return bool(TIERS.index(earlier.tier) >= TIERS.index(judged.tier))
