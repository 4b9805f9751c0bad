"""What is said beside a result besides its verdict, each with the reason and the source WHY gives."""

from decimal import Decimal

from clinical.patterns import Match
from clinical.tables import table
from clinical.wording import Sentence, plain_number


def of_pattern(match: Match) -> Sentence:
    """What several results can mean together."""
    found = match.pattern
    return Sentence(found.says, match.rule, found.source, found.because)


def pregnancy() -> Sentence:
    """That a pregnancy nobody spoke of would change what a result means."""
    row = table("remarks")["pregnancy"]
    return Sentence(row["says"], "unknown:pregnancy", row["source"], row["because"])


def egfr(rate: Decimal, limit: Decimal) -> Sentence:
    """ "By your age and sex, that makes an eGFR of about 48. Usual is 60 or more." """
    row = table("remarks")["egfr"]
    says = row["says"].format(rate=plain_number(rate), low=plain_number(limit))
    return Sentence(says, "egfr:ckd-epi-2021", row["source"], row["because"])
