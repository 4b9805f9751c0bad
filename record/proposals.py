"""What an action may propose to be written down, each kind with its shape; nothing else gets in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from record.words import storable

Interpretation = Literal["N", "L", "LL", "H", "HH", "A", "AA"]
Tier = Literal["act-now", "call-today", "this-week", "next-visit", "nothing"]
Words = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Id = Annotated[str, StringConstraints(max_length=36)]
Short = Annotated[str, StringConstraints(max_length=1_000)]


class Shape(BaseModel):
    """Strict about what it does not know: a misspelt field is an error, not a loss."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def every_word_storable(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            return raw
        return {name: storable(value) if isinstance(value, str) else value for name, value in raw.items()}


class ObservationProposal(Shape):
    """A lab result the person told, as it was judged when it was explained."""

    kind: Literal["observation"]
    analyte: Code | None = None
    loinc: Code | None = None
    text: Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
    value: Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
    subject: Code = "patient"  # or whose result it is, as told: "daughter"
    comparator: Literal["<", "<=", ">", ">="] | None = None
    unit: Code | None = None
    unit_text: Short | None = None
    unit_inferred: bool = False
    low: Short | None = None
    high: Short | None = None
    range_text: Short | None = None
    interpretation: Interpretation | None = None
    tier: Tier | None = None
    rule: Short | None = None
    effective: Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d\d(-\d\d(T.{1,21})?)?)?$")] | None = None
    quote: Words | None = None
    start: int | None = None
    end: int | None = None
    replaces: Short | None = None  # the value this one corrects
    paper: Literal["photo", "pdf"] | None = None  # read from one the person sent, and confirmed by them


class StatementProposal(Shape):
    """Something heard in the person's own words."""

    kind: Literal["statement"]
    category: Annotated[str, StringConstraints(min_length=1, max_length=24)]
    code: Code | None = None
    quote: Words
    start: int | None = None
    end: int | None = None
    subject: Code = "patient"
    temporality: Literal["now", "past", "feared"] = "now"
    polarity: Literal["affirmed", "negated"] = "affirmed"
    origin: Literal["told", "told-by-caregiver", "inferred"] = "told"
    item: Code | None = None  # the story question it answers
    rule: Short | None = None
    replaces: Id | None = None  # the line this one corrects
    withheld_from: Code | None = None  # kept from a clinician by name, from a role, or from everyone


class QuestionProposal(Shape):
    """A question for the visit that Kith proposed and the person said yes to: in Kith's words."""

    kind: Literal["question"]
    text: Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
    about: Code | None = None  # the test it is about
    rule: Short | None = None


class FlagProposal(Shape):
    """A danger someone must see."""

    kind: Literal["flag"]
    level: Literal["emergency", "crisis", "soon"]
    code: Code
    quote: Words | None = None
    rule: Short | None = None


class TaskProposal(Shape):
    """Something a person of the care team is to do."""

    kind: Literal["task"]
    code: Code
    priority: Literal["routine", "urgent", "asap", "stat"] = "routine"
    description: Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
    quote: Words | None = None


class StoryItemProposal(Shape):
    """What became of one question of the story."""

    kind: Literal["story_item"]
    item: Code
    status: Literal["asked", "answered", "declined", "not-now"]
    quote: Words | None = None


class ConsentProposal(Shape):
    """The person's answer to being recorded (`record`), shown to the care team (`share-story`), or both.

    `asked`: the question of sharing was put; `policy`: the clinic's team reads along, and they were told.
    """

    kind: Literal["consent"]
    scope: Literal["record", "share-story", "record-and-share"] = "record-and-share"
    status: Literal["asked", "active", "rejected", "policy"]


class CaregiverProposal(Shape):
    """Someone else writes this message for the patient."""

    kind: Literal["caregiver"]
    patient_is: Code  # to the writer: "mother"
    name: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None


class RestrictProposal(Shape):
    """A line told before is kept from someone; None lets the team see it again."""

    kind: Literal["restrict"]
    id: Id
    withheld_from: Code | None


class ScreeningProposal(Shape):
    """An answer to an item of a published form: codes, or why there is none."""

    kind: Literal["screening"]
    screener: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    round: Code  # the same for every answer of one asking
    item: Code
    codes: Annotated[str, StringConstraints(max_length=200)] = ""
    absent: Literal["asked-declined", "asked-unknown"] | None = None
    quote: Words | None = None

    @model_validator(mode="after")
    def either_codes_or_absent(self) -> "ScreeningProposal":
        if bool(self.codes) == bool(self.absent):
            raise ValueError("an answer has codes or a reason why it has none")
        return self


class ReferralProposal(Shape):
    """A number of the clinic's directory, given because the person wanted it."""

    kind: Literal["referral"]
    resource: Code
    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    phone: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    need: Code


class ReferralOutcomeProposal(Shape):
    """Whether the numbers given last were of use, as told."""

    kind: Literal["referral_outcome"]
    status: Literal["reached", "not-reached", "not-needed"]
    quote: Words


class RetractProposal(Shape):
    """The person takes something back: by its id, by words in it, or everything told."""

    kind: Literal["retract"]
    what: Literal["statement", "observation", "all"]
    id: Id | None = None
    match: Short | None = None


Proposal = Annotated[
    ObservationProposal
    | StatementProposal
    | QuestionProposal
    | FlagProposal
    | TaskProposal
    | StoryItemProposal
    | ConsentProposal
    | CaregiverProposal
    | RestrictProposal
    | ScreeningProposal
    | ReferralProposal
    | ReferralOutcomeProposal
    | RetractProposal,
    Field(discriminator="kind"),
]

_PROPOSAL: TypeAdapter[Proposal] = TypeAdapter(Proposal)


@dataclass(frozen=True)
class Refused:
    """A proposal that was not understood: which one, and why, without its content (it may be PHI)."""

    ordinal: int
    reason: str


def read(raw: Sequence[Any]) -> tuple[list[tuple[int, Proposal]], list[Refused]]:
    """Understand each proposal by itself: one that is wrong loses nothing but itself."""
    taken: list[tuple[int, Proposal]] = []
    refused: list[Refused] = []
    for ordinal, candidate in enumerate(raw):
        try:
            taken.append((ordinal, _PROPOSAL.validate_python(candidate)))
        except ValidationError as error:
            refused.append(Refused(ordinal, _reason(error)))
    return taken, refused


def _reason(error: ValidationError) -> str:
    """Where and what kind, never the value."""
    return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'proposal'}: {e['type']}" for e in error.errors())
