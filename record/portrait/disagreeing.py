"""Where two say things that cannot both hold: what the person tells and what the chart lists. Both stand."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, select

from clinical import units
from clinical.catalogue import Catalogue
from clinical.folding import fold
from clinical.values import amount
from record.portrait import rules
from record.portrait.audience import Seen
from record.portrait.parts import ChartFact, Disagreement, Quote, ResultLine, Side
from record.series import Earlier
from record.tables import conversation, message
from record.values import joined, same
from record.view import whole_date

LATELY = 200  # messages looked through for a denial; the words that were heard as one stand as statements
PART = re.compile(r"(?<=[.!?;\n])|\bbut\b|\bpero\b")


def read(
    connection: Connection,
    patient_id: str,
    seen: Seen,
    quotes: Sequence[Quote],
    results: Sequence[ResultLine],
    chart: Sequence[ChartFact],
    catalogue: Catalogue,
) -> tuple[Disagreement, ...]:
    """Medicines, conditions, results, and the patient's words beside a caregiver's."""
    said = _recent_messages(connection, patient_id, seen) if chart and seen.words else []
    found = [
        *_medicines(quotes, said, chart),
        *_conditions(said, chart),
        *(each for line in results for each in _results(line, catalogue)),
        *_voices(quotes),
    ]
    return tuple({(each.kind, each.about, each.patient.text): each for each in found}.values())


def _recent_messages(connection: Connection, patient_id: str, seen: Seen) -> Sequence[Any]:
    columns = message.c
    mine = select(conversation.c.id).where(conversation.c.patient_id == patient_id)
    chosen = (
        select(columns.id, columns.seq, columns.at, columns.author, columns.author_name, columns.text)
        .where(columns.conversation_id.in_(mine), columns.direction == "in")
        .order_by(columns.seq.desc())
        .limit(LATELY)
    )
    return [row for row in connection.execute(chosen) if row.id not in seen.hidden_messages]


def _medicines(
    quotes: Sequence[Quote], said: Sequence[Any], chart: Sequence[ChartFact]
) -> Iterator[Disagreement]:
    """ "I don't take metformin", and the chart lists it."""
    not_taken = [each for each in quotes if each.category == "medicine" and each.own]
    for fact in (each for each in chart if each.kind == "medication"):
        names = names_of(fact)
        heard = next((each for each in not_taken if each.counts and _says(each.text, names)), None)
        if heard is not None:
            yield Disagreement("medicine", fact.text, _of_quote(heard), _of_fact(fact))
        elif found := _denied(said, names, "medicine"):
            yield Disagreement("medicine", fact.text, found, _of_fact(fact))


def _conditions(said: Sequence[Any], chart: Sequence[ChartFact]) -> Iterator[Disagreement]:
    """ "I never had diabetes", and the chart lists it."""
    for fact in (each for each in chart if each.kind == "condition"):
        if found := _denied(said, condition_names(fact), "condition"):
            yield Disagreement("condition", fact.text, found, _of_fact(fact))


def names_of(fact: ChartFact) -> frozenset[str]:
    """What a medicine of the chart may be called: its own name, and what people call its kind."""
    own = {word for word in re.findall(r"[a-z]{4,}", fold(fact.text)) if word not in _ignored("medicine")}
    kinds = {word for word, names in rules.medicine_words().items() if names & own}
    return frozenset(own | kinds)


def condition_names(fact: ChartFact) -> frozenset[str]:
    """What a condition of the chart may be called in a message."""
    text = fold(fact.text)
    found = {
        fold(name)
        for row in rules.table("denials")["condition"]
        if any(fold(part) in text for part in row["chart"])
        for name in row["said"]
    }
    return frozenset(found or {re.sub(r"[,(].*", "", text).strip()})


def _ignored(kind: str) -> frozenset[str]:
    return frozenset(rules.table("denials")["ignored"][kind])


def _says(text: str, names: Iterable[str]) -> bool:
    words = fold(text)
    return any(re.search(rf"\b{re.escape(name)}\b", words) for name in names)


def _denied(said: Sequence[Any], names: frozenset[str], kind: str) -> Side | None:
    """The newest message that denies one of these of the patient; a question denies nothing."""
    named = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    patterns = [
        re.compile(pattern.replace("NAME", f"(?:{named})")) for pattern in rules.table("denials")[f"{kind}s"]
    ]
    for row in said:
        for part in PART.split(fold(row.text)):
            if not _says(part, names) or (row.author == "patient" and _of_another(part)):
                continue
            if any(pattern.search(part) for pattern in patterns):
                return _of_message(row)
    return None


def _of_another(part: str) -> bool:
    """ "my husband doesn't take metformin" says nothing of the patient; a question denies nothing."""
    others = rules.table("denials")["others"]
    return part.rstrip().endswith("?") or any(re.search(rf"\b{other}\b", part) for other in others)


def _results(line: ResultLine, catalogue: Catalogue) -> Iterator[Disagreement]:
    """A value told, and the laboratory's own of the same day, or of the weeks before it was told."""
    if line.newest.subject != "patient":
        return
    rows = (line.newest, *line.earlier)
    measured = [row for row in rows if row.origin == "measured"]
    for told in (row for row in rows if row.origin != "measured"):
        other = next((row for row in measured if _same_time(told, row)), None)
        if other is not None and not _agree(told, other, catalogue):
            yield Disagreement("result", line.name, _of_result(told, line), _of_result(other, line))


def _same_time(told: Earlier, measured: Earlier) -> bool:
    """The same day; of a value told without its day, a result of the weeks before it was told."""
    taken = _day(measured.effective or measured.at)
    if told.effective:
        return len(told.effective) >= 10 and _day(told.effective) == taken
    said = _day(told.at)
    days = timedelta(days=rules.table("denials")["result_days"])
    return taken is not None and said is not None and timedelta(0) <= said - taken <= days


def _day(when: str) -> date | None:
    return whole_date(when[:10])


def _agree(one: Earlier, other: Earlier, catalogue: Catalogue) -> bool:
    """The same number, in one unit where both are known: 108 mg/dL and 6 mmol/L of sugar agree."""
    if same(joined(one.comparator, one.value or ""), joined(other.comparator, other.value or "")):
        return one.unit == other.unit or None in (one.unit, other.unit)
    analyte = catalogue.get(one.analyte)
    numbers = [amount(joined(row.comparator, row.value or "")) for row in (one, other)]
    if analyte is None or one.unit is None or other.unit is None or None in numbers:
        return False
    first, second = (
        units.to_canonical(number.low, row.unit, analyte) if number and number.low and row.unit else None
        for number, row in zip(numbers, (one, other), strict=True)
    )
    return first is not None and second is not None and abs(first - second) * 50 <= abs(second)


def _voices(quotes: Sequence[Quote]) -> Iterator[Disagreement]:
    """The patient says one thing of themself, a caregiver the other; the newest of each."""
    mine = [each for each in quotes if each.subject == "patient" and each.temporality == "now"]
    for topic in sorted(
        {each.topic for each in mine if each.category in ("stressor", "medicine", "symptom")}
    ):
        about = sorted((each for each in mine if each.topic == topic), key=lambda each: each.said_at)
        own = next((each for each in reversed(about) if each.origin == "told"), None)
        carer = next((each for each in reversed(about) if each.origin == "told-by-caregiver"), None)
        if own and carer and own.polarity != carer.polarity:
            yield Disagreement("voices", own.code or own.category, _of_quote(own), _of_quote(carer))


def _of_quote(quote: Quote) -> Side:
    return Side(
        quote.text, quote.origin, quote.said_at, quote.by, "statement", quote.id, quote.message_id, quote.seq
    )


def _of_message(row: Any) -> Side:
    carer = row.author == "caregiver"
    origin = "told-by-caregiver" if carer else "told"
    return Side(
        row.text, origin, row.at, row.author_name if carer else None, "message", row.id, row.id, row.seq
    )


def _of_fact(fact: ChartFact) -> Side:
    return Side(fact.text, "chart", None, None, fact.kind, fact.id)


def _of_result(row: Earlier, line: ResultLine) -> Side:
    text = f"{joined(row.comparator, row.value or 'no value')}{f' {row.unit}' if row.unit else ''}"
    newest = row.id == line.newest.id
    return Side(
        text, row.origin, row.effective or row.at, None, "observation", row.id,
        line.message_id if newest else None, line.seq if newest else None,
    )  # fmt: skip
