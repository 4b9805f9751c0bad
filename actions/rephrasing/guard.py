"""Whether a rephrased answer may be sent: the first thing found wrong with it, or nothing."""

from collections.abc import Callable

from actions.rephrasing import claims, facts, form
from actions.rephrasing.draft import Draft

Check = Callable[[Draft, str], bool]

# The first that is true refuses the answer. Form comes first: what is no plain English has no facts to read.
CHECKS: tuple[tuple[str, Check], ...] = (
    ("empty", form.is_empty),
    ("too-long", form.is_too_long),
    ("link", form.has_link),
    ("markup", form.has_markup),
    ("leak", form.leaks),
    ("characters", form.has_foreign_characters),
    ("language", form.is_another_language),
    ("false-comfort", claims.comforts_falsely),
    ("diagnosis", claims.diagnoses),
    ("dose", claims.doses),
    ("new-number", facts.has_new_number),
    ("new-unit", facts.has_new_unit),
    ("lost-warning", facts.lost_kept),
    ("lost-number", facts.lost_number),
    ("changed-result", facts.changed_result),
    ("grade", form.is_hard_to_read),
    ("question", claims.asks),
    ("promise", claims.promises),
    ("new-claim", claims.claims_anew),
    ("turned-round", claims.turns_round),
    ("too-sure", claims.is_too_sure),
    ("lost-meaning", claims.lost_meaning),
)


def refusal(draft: Draft, said: str) -> str | None:
    """Why an answer is refused; None where it may be sent.

    Pure. It errs to refusing: the plain answer is always there, and is always true.
    """
    return next((reason for reason, wrong in CHECKS if wrong(draft, said)), None)
