"""What a portrait is made of: frozen, each line with the row of the record and the message it came from."""

from dataclasses import dataclass
from typing import Literal

from clinical.types import Person
from record.series import Earlier

State = Literal["denied", "unknown", "not-asked"]


@dataclass(frozen=True)
class Quote:
    """The person's own words, and how they are to be read."""

    id: str
    text: str
    category: str
    code: str | None
    at: str  # when it came into the record
    said_at: str  # when it was written
    origin: str  # told | told-by-caregiver | inferred | agreed
    by: str | None  # who wrote it, where it was not the patient and the name is known
    subject: str  # patient | other
    temporality: str  # now | past | feared
    polarity: str  # affirmed | negated
    message_id: str
    seq: int  # the message's number in the conversation

    @property
    def counts(self) -> bool:
        """True of the person now: their own, present, not denied."""
        return self.own and self.temporality == "now"

    @property
    def own(self) -> bool:
        """Their own and not denied, whenever it was."""
        return (self.subject, self.polarity) == ("patient", "affirmed")

    @property
    def topic(self) -> str:
        """ "stressor/food-insecurity", "goal/" where no code was heard."""
        return f"{self.category}/{self.code or ''}"


@dataclass(frozen=True)
class Point:
    """One value of a trend."""

    at: str
    value: float
    interpretation: str | None
    measured: bool  # False: told, not checked against a laboratory's report


@dataclass(frozen=True)
class ResultLine:
    """One test: the newest result, those before it, and the trend in the newest one's unit, oldest first."""

    series: str
    name: str  # as the catalogue calls it, else as written
    newest: Earlier
    earlier: tuple[Earlier, ...]
    trend: tuple[Point, ...]
    awaiting_release: bool  # the patient has not been told of the newest one
    note: str | None  # the laboratory's remark on the newest one
    quote: str | None  # the words a told one was read from
    message_id: str | None
    seq: int | None
    state: frozenset[str]  # out high low critical rising falling
    change: str | None  # "up 13% since 11 Feb 2026, more than it moves by itself"
    matters: tuple[str, ...] = ()  # why it stands first: critical out discuss moved unjudged note new kept

    @property
    def when(self) -> str:
        """When it was measured, as far as known."""
        return self.newest.effective or self.newest.at

    @property
    def words(self) -> str:
        """ "high and rising", "" where there is nothing to say."""
        return " and ".join(each for each in WORDS_OF_STATE if each in self.state).replace(
            "critical and ", "very "
        )

    @property
    def written(self) -> str:
        """ "5.9 mmol/L"."""
        value = self.newest.value or "no value"
        sign = "" if value.startswith(("<", ">")) else self.newest.comparator or ""
        return f"{sign}{value}{f' {self.newest.unit}' if self.newest.unit else ''}"


WORDS_OF_STATE = ("critical", "high", "low", "not usual", "rising", "falling")


@dataclass(frozen=True)
class ChartFact:
    """A condition or a medicine the chart lists and that still holds."""

    id: str
    kind: str  # condition | medication
    text: str
    status: str | None


@dataclass(frozen=True)
class Because:
    """One rule that joined two things, and the words it joined."""

    rule: str
    says: str  # "cannot easily reach care or the pharmacy"
    reason: str
    source: str
    quote: Quote | None


@dataclass(frozen=True)
class Discussion:
    """Something to talk about: a result or a medicine, and what of their life touches it."""

    headline: str  # "Potassium high and rising, and cannot easily reach care or the pharmacy"
    score: int
    because: tuple[Because, ...]  # the weightiest first
    result: ResultLine | None
    medicine: ChartFact | None


@dataclass(frozen=True)
class Side:
    """What one of two says, and where it stands."""

    text: str
    origin: str  # told | told-by-caregiver | inferred | measured | chart
    at: str | None
    by: str | None
    kind: str  # statement | message | observation | condition | medication
    id: str
    message_id: str | None = None
    seq: int | None = None


@dataclass(frozen=True)
class Disagreement:
    """Two things that cannot both hold as they are written. Both stand; a person finds out."""

    kind: str  # medicine | condition | result | voices
    about: str  # "Metformin 500 mg", "Potassium"
    patient: Side
    chart: Side  # of `voices`: the caregiver's


@dataclass(frozen=True)
class Gap:
    """A topic nothing is told of. Denied, unknown though asked, and never asked are three things."""

    topic: str
    state: State
    how: str | None  # of unknown: asked declined not-now answered chart; of denied: form, where one says so
    quote: Quote | None  # of denied: the words that deny it


@dataclass(frozen=True)
class Form:
    """One asking of a published form. A need it tells of is an answer to that form, not words of theirs."""

    id: str
    title: str
    at: str
    score: str | None  # "3 of 6", where the form has one and all of it was answered
    told: tuple[str, ...]  # domains
    denied: tuple[str, ...]
    declined: tuple[str, ...]  # asked, without an answer that says
    message_id: str


@dataclass(frozen=True)
class Change:
    """Something that came in after the viewer's last look."""

    kind: str  # result | words | question | flag | task | file
    says: str
    id: str
    at: str
    seq: int | None


@dataclass(frozen=True)
class Attached:
    """A photo or a PDF the person sent."""

    id: str
    kind: str  # photo | pdf
    state: str  # wanted kept read refused lost
    kilobytes: int | None
    problem: str | None  # why it could not be read
    at: str
    message_id: str
    seq: int


@dataclass(frozen=True)
class OpenFlag:
    """A danger someone must see."""

    id: str
    level: str
    code: str
    quote: str | None
    at: str
    message_id: str | None
    seq: int | None


@dataclass(frozen=True)
class OpenTask:
    """Something a person of the care team is to do."""

    id: str
    code: str
    priority: str
    description: str
    quote: str | None
    at: str
    message_id: str | None
    seq: int | None


@dataclass(frozen=True)
class Portrait:
    """Who this is, as far as anyone has said. What nobody has said stands in `gaps`, never as "none"."""

    patient_id: str
    conversation_id: str | None
    assembled_at: str
    since: str | None  # what is marked as changed came in after this
    given: str | None
    family: str | None
    birth_date: str | None
    language: str
    person: Person
    consent: str | None
    identity_verified: bool
    strengths: tuple[Quote, ...]
    matters: tuple[Quote, ...]  # goals and worries
    needs: tuple[Quote, ...]  # what is hard now, theirs and present; a loss stays one however long ago
    questions: tuple[Quote, ...]  # what they want answered
    other_words: tuple[Quote, ...]  # past, denied, feared, other people's, feelings, symptoms, medicines
    older: tuple[str, ...]  # topics of which older words are not on the page
    discuss: tuple[Discussion, ...]  # the weightiest first
    disagreements: tuple[Disagreement, ...]
    changes: tuple[Change, ...]  # since the viewer's last look, the newest first
    results: tuple[ResultLine, ...]  # the most recently measured first
    vitals: tuple[ResultLine, ...]
    chart: tuple[ChartFact, ...]  # conditions and medicines that hold
    flags: tuple[OpenFlag, ...]  # the most dangerous first
    tasks: tuple[OpenTask, ...]  # the most pressing first
    attachments: tuple[Attached, ...]  # the newest first
    forms: tuple[Form, ...]  # published forms answered, the newest first
    gaps: tuple[Gap, ...]
    declined: tuple[str, ...]  # questions the person did not want to answer
    unknown: tuple[str, ...]  # what nobody has asked or said

    @property
    def words(self) -> tuple[Quote, ...]:
        """Everything told that is on the page."""
        return (*self.strengths, *self.matters, *self.needs, *self.questions, *self.other_words)

    def is_new(self, at: str) -> bool:
        """Came in after the viewer last looked; nothing is new to who never looked."""
        return self.since is not None and at > self.since
