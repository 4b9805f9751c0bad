"""Recorded results as patterns over several of them look at them, with the eGFR a creatinine stands for."""

from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from clinical import interpret, kidney
from clinical.catalogue import Catalogue
from clinical.findings import Finding, finding
from clinical.types import Person, ReferenceRange, Result
from record.series import Earlier


def of_record(
    earlier: Earlier, person: Person, catalogue: Catalogue, today: date, *, now: bool = False
) -> Finding | None:
    """A recorded result judged as it would be now; None for an unknown test, or another person's.

    `now` where it is itself what is being explained.
    """
    if earlier.value is None or earlier.subject != "patient":
        return None  # a mother's ferritin says nothing of her daughter's iron
    day = day_of(earlier, today)
    low, high = _limit(earlier.low), _limit(earlier.high)
    own = (
        ReferenceRange(low, high, earlier.range_text, "laboratory")
        if low is not None or high is not None
        else None
    )
    result = Result(
        earlier.analyte, f"{earlier.comparator or ''}{earlier.value}", earlier.unit, own,
        earlier.interpretation, day, earlier.status,
    )  # fmt: skip
    judged = interpret.judge(result, person, day, catalogue)
    return finding(result, judged, day, catalogue.get(earlier.analyte), now=now)


def day_of(earlier: Earlier, today: date) -> date:
    """When a recorded result was measured, as far as known, else when it was told."""
    try:
        return date.fromisoformat((earlier.effective or earlier.at)[:10])
    except ValueError:
        return today


def _limit(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def filtration(creatinine: Finding, person: Person) -> Decimal | None:
    """The eGFR a creatinine stands for; None where age, sex or the unit is not known, or in pregnancy."""
    age = person.age_on(creatinine.day)
    if creatinine.exact is None or age is None or person.pregnant:
        return None
    return kidney.egfr(creatinine.exact, "mg/dL", age, person.sex)


def filtering(creatinine: Finding, person: Person, catalogue: Catalogue) -> Finding | None:
    """The worked-out eGFR as a finding beside its creatinine; None where it cannot be worked out."""
    rate = filtration(creatinine, person)
    if rate is None:
        return None
    analyte = catalogue["egfr"]
    result = Result("egfr", f"{rate}", analyte.unit, effective=creatinine.day)
    judged = interpret.judge(result, person, creatinine.day, catalogue)
    made = finding(result, judged, creatinine.day, analyte, now=creatinine.now)
    return None if made is None else replace(made, worked_out=True)


def with_filtration(found: list[Finding], person: Person, catalogue: Catalogue) -> list[Finding]:
    """These findings, with an eGFR for each day that has a creatinine and none of its own."""
    told = {each.day for each in found if each.analyte == "egfr"}
    made = (
        filtering(each, person, catalogue)
        for each in found
        if each.analyte == "creatinine" and each.day not in told
    )
    return [*found, *(each for each in made if each is not None)]
