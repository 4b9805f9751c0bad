"""What imported results mean together and beside the record: a vetted pattern makes them more urgent."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from sqlalchemy import Connection

from clinical import patterns
from clinical.catalogue import Catalogue
from clinical.findings import Finding
from clinical.patterns import Match
from clinical.triage import TIERS
from clinical.types import Person, Tier
from record import series
from record.findings import of_record, with_filtration
from record.judging import Judged

EARLIER = 3  # of each test: patterns look at the newest, and seldom further


def matches(
    connection: Connection,
    patient_id: str,
    person: Person,
    new: Sequence[Judged],
    catalogue: Catalogue,
    today: date,
) -> tuple[Match, ...]:
    """The patterns these new results complete, by themselves or with what is recorded already."""
    found = with_filtration([each.finding for each in new if each.finding is not None], person, catalogue)
    wanted = patterns.wanted({each.analyte for each in found})
    if not wanted:
        return ()
    known = series.newest(connection, patient_id, series.standing, EARLIER)
    recorded = {
        key: [partial(of_record, earlier, person, catalogue, today) for earlier in known[key]]
        for key in wanted & known.keys()
    }
    return patterns.find(found, person, today, recorded=recorded)


def tier(judged: Judged, fitting: Sequence[Match]) -> Tier | None:
    """How soon, with what the patterns add. They never make anything wait longer, nor judge the unjudged."""
    if judged.tier is None or judged.finding is None:
        return judged.tier
    raising = [each.pattern.tier for each in fitting if _rests_on(each, judged.finding)]
    return max([judged.tier, *raising], key=TIERS.index)


def _rests_on(match: Match, finding: Finding) -> bool:
    """Whether this result is what is out of range in the pattern; where all are in range, one of all."""
    new = [each for each in match.findings if each.now]
    out = [each for each in new if each.interpretation != "N"] or new
    return any(
        each == finding or (each.worked_out and finding.analyte == "creatinine" and each.day == finding.day)
        for each in out
    )
