"""What is not known of a person and would change what a result means: said, never guessed."""

from dataclasses import replace
from datetime import date

from clinical import triage
from clinical.analyte import Analyte
from clinical.catalogue import Catalogue
from clinical.interpret import judge
from clinical.types import Judgement, Person, Result, Triage

CAN_BE_PREGNANT = (12, 55)  # whole years; outside it nobody is asked
PREGNANCY_SOURCE = "https://medlineplus.gov/lab-tests/how-to-understand-your-lab-results/"


def pregnancy_matters(
    judgement: Judgement, found: Triage, result: Result, person: Person, on: date, catalogue: Catalogue
) -> bool:
    """Whether a pregnancy nobody spoke of would change the verdict or how soon something should happen."""
    if person.pregnant is not None or person.sex == "male":
        return False
    age = person.age_on(result.effective or on)
    if age is not None and not CAN_BE_PREGNANT[0] <= age <= CAN_BE_PREGNANT[1]:
        return False
    analyte = catalogue.get(result.analyte)
    if analyte is None or not _speaks_of_pregnancy(analyte):
        return False
    pregnant = replace(person, sex="female", pregnant=True)
    other = judge(result, pregnant, on, catalogue)
    if other.interpretation != judgement.interpretation:
        return True
    return triage.triage(other, result, pregnant, catalogue=catalogue).tier != found.tier


def _speaks_of_pregnancy(analyte: Analyte) -> bool:
    """Whether a range or a rule is different in pregnancy."""
    by_range = any(row.pregnant is not None for row in analyte.ranges)
    return by_range or any(rule.pregnant and analyte.key in rule.analytes for rule in triage.rules())
