"""What was heard in a message: each thing with its exact words, whose it is, and when."""

from dataclasses import dataclass
from typing import Literal

Category = Literal[
    "stressor", "feeling", "loss", "strength", "goal", "worry", "barrier", "medicine", "symptom"
]  # fmt: skip
Subject = Literal["patient", "other"]
Temporality = Literal["now", "past", "feared"]
Polarity = Literal["affirmed", "negated"]
Origin = Literal["told", "told-by-caregiver", "inferred"]


@dataclass(frozen=True)
class Heard:
    """One thing a message says; `quote` is `text[start:end]`, whole enough for a nurse to recognise."""

    category: Category
    code: str
    quote: str
    start: int
    end: int
    subject: Subject
    temporality: Temporality
    polarity: Polarity
    origin: Origin
    rule: str
    who: str = ""  # whose it is, where not the patient's: "sister", "Ana (wife)"
    teller: str = ""  # whose telling it is, where not the patient's: "Rosa (daughter)", "caregiver"

    @property
    def counts(self) -> bool:
        """True of the person now: their own, present, not denied."""
        return self.subject == "patient" and self.temporality == "now" and self.polarity == "affirmed"


@dataclass(frozen=True)
class Hearing:
    """Everything heard in one message, in the order said; `feeling` is the one to name first."""

    items: tuple[Heard, ...] = ()
    feeling: str | None = None
