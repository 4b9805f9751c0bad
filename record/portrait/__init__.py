"""One true page of a patient: their words and strengths first, then what was measured and what joins them."""

from record.portrait.assembling import assemble
from record.portrait.parts import (
    Attached,
    Because,
    Change,
    ChartFact,
    Disagreement,
    Discussion,
    Form,
    Gap,
    OpenFlag,
    OpenTask,
    Point,
    Portrait,
    Quote,
    ResultLine,
    Side,
)

__all__ = [
    "Attached",
    "Because",
    "Change",
    "ChartFact",
    "Disagreement",
    "Discussion",
    "Form",
    "Gap",
    "OpenFlag",
    "OpenTask",
    "Point",
    "Portrait",
    "Quote",
    "ResultLine",
    "Side",
    "assemble",
]
