"""What a machine's result means for this person, ahead of the writing, so that no lock waits for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinical import interpret
from clinical.catalogue import Catalogue
from clinical.findings import Finding, finding
from clinical.triage import triage
from clinical.types import Interpretation, Judgement, Person, Result, Tier
from record import values
from record.incoming import IncomingResult
from record.recognising import Recognised, recognise
from record.view import whole_date

VITAL_SIGN = Judgement(None, "vital-sign", "a vital sign is kept as it came")


@dataclass(frozen=True)
class Judged:
    """One result, recognised and judged for one person."""

    recognised: Recognised
    judgement: Judgement
    tier: Tier | None
    row: Mapping[str, Any]  # of the observation table, but for whose it is and where it came from
    finding: Finding | None = None  # as patterns over several results see it


class Judge:
    """Judges each result once for each person, and remembers: the same answer is there when it is written."""

    def __init__(self, catalogue: Catalogue, today: date) -> None:
        self.catalogue, self.today = catalogue, today
        self._known: dict[Person, dict[int, Judged]] = {}

    def of(self, result: IncomingResult, person: Person) -> Judged:
        """The judgement. `result` must live as long as this judge: it is known by its identity."""
        known = self._known.setdefault(person, {})
        found = known.get(id(result))
        if found is None:
            found = known[id(result)] = self._judge(result, person)
        return found

    def _judge(self, result: IncomingResult, person: Person) -> Judged:
        recognised = recognise(result, person, self.catalogue)
        if result.category != "laboratory":
            return _judged(result, recognised, VITAL_SIGN, None)
        taken = whole_date(result.effective[:10]) if result.effective else None
        measured = Result(
            analyte=recognised.analyte,
            value=result.value,
            unit=recognised.unit or result.unit_text,  # a unit nobody knows is still not *no unit*
            range=recognised.range,
            flag=_flag(result.flag),
            effective=taken,
            status=result.status,
        )
        judgement = interpret.judge(measured, person, taken or self.today, self.catalogue)
        analyte = self.catalogue.get(recognised.analyte)
        seen = finding(measured, judgement, taken or self.today, analyte, now=True)
        if judgement.interpretation is None:
            return _judged(result, recognised, judgement, None, seen)
        tier = triage(judgement, measured, person, catalogue=self.catalogue).tier
        return _judged(result, recognised, judgement, tier, seen)


def _judged(
    result: IncomingResult,
    recognised: Recognised,
    judgement: Judgement,
    tier: Tier | None,
    finding: Finding | None = None,
) -> Judged:
    comparator, value = values.split(result.value)
    limits = recognised.range
    inferred = judgement.unit_inferred and recognised.unit is None
    row = {
        "category": result.category,
        "origin": "measured",
        "status": result.status,
        "system": recognised.system,
        "code": recognised.code,
        "source_code": recognised.source_code,
        "analyte": recognised.analyte,
        "text": result.text,
        "value": value,
        "comparator": comparator,
        "value_num": values.number(value),
        "unit": judgement.unit if inferred else recognised.unit,
        "unit_text": result.unit_text,
        "unit_inferred": inferred,
        "low": None if limits is None or limits.low is None else str(limits.low),
        "high": None if limits is None or limits.high is None else str(limits.high),
        "range_text": limits.text if limits else None,
        "interpretation": judgement.interpretation,
        "tier": tier,
        "rule": judgement.rule,
        "effective_at": result.effective,
        "quote": result.quote,
        "note": result.note,
    }
    return Judged(recognised, judgement, tier, row, finding)


def _flag(mark: str | None) -> Interpretation | None:
    match mark:
        case "N" | "L" | "LL" | "H" | "HH" | "A" | "AA":
            return mark
    return None
