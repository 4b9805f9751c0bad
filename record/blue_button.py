"""A Blue Button download: results, conditions and medicines as "Label: value", a line each."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from clinical import dates
from clinical.folding import fold
from record import marks
from record.incoming import Coding, IncomingFact, IncomingRange, IncomingResult, Parcel

# The labels of MyMedicare.gov's and the VA's (My HealtheVet) downloads, in lower case. The first of a
# record says what kind it is; a label that begins one again begins the next.
RESULT = {
    "name": ("test name", "test/lab type", "lab test", "test", "component"),
    "value": ("result", "results", "value"),
    "unit": ("units", "unit"),
    "range": ("reference range", "ref range", "reference", "normal range", "range"),
    "flag": ("flag", "abnormal flag"),
    "context": ("specimen", "sample", "site/specimen"),
    "time": ("date/time collected", "collected", "date collected", "collection date", "date taken"),
    "status": ("status", "result status"),
    "note": ("comments", "comment"),
}
CONDITION = {
    "name": ("condition name",),
    "onset": ("medical condition start date",),
    "end": ("medical condition end date",),
}
MEDICINE = {"name": ("drug name", "medication name"), "status": ("drug status",)}
Labels = Mapping[str, tuple[str, ...]]
KINDS: Mapping[str, Labels] = {"result": RESULT, "condition": CONDITION, "medicine": MEDICINE}
OF_A_PANEL = ("context", "time")  # said once, for the results that follow
STATUS = {"final": "final", "preliminary": "preliminary", "corrected": "corrected", "amended": "amended"}
_LINE = re.compile(r"[ \t]*([A-Za-z][A-Za-z/ ]{1,40}?)[ \t]*:[ \t]*(\S.*)?$")
_FLAGGED = re.compile(r"(.*?\S)\s+(\*?(?:critical )?(?:high|low|abnormal|[hl]{1,2})\*?)", re.IGNORECASE)


@dataclass
class Entry:
    """One record of the download: its labels and what stands behind them."""

    kind: str
    line: int
    said: dict[str, str] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)

    @property
    def where(self) -> str:
        return f"line {self.line}"


def entries(text: str) -> Iterator[Entry]:
    """The records of a text that are results, conditions or medicines; a ruled line ends each."""
    entry: Entry | None = None
    panel: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        found = _LINE.match(line)
        label, value = (found[1].casefold(), (found[2] or "").strip()) if found else ("", "")
        kind = next((kind for kind, labels in KINDS.items() if label in labels["name"]), None)
        if entry and (kind or line.startswith("---")):
            yield entry
            entry = None
        if line.startswith("---"):
            panel = {}
        if kind is not None:
            entry = Entry(kind, number, {"name": value, **(panel if kind == "result" else {})}, [number])
        elif found:
            panel |= {what: value for what in OF_A_PANEL if label in RESULT[what]}
            _add(entry, label, value, number)
    if entry:
        yield entry


def _add(entry: Entry | None, label: str, value: str, line: int) -> None:
    for what, labels in KINDS[entry.kind].items() if entry else ():
        if entry and label in labels and value:
            entry.lines.append(line)
            if what in OF_A_PANEL:
                entry.said[what] = value
            else:
                entry.said.setdefault(what, value)


def read(text: str, parcel: Parcel) -> str:
    """Add what the labelled records say, and return the text without their lines, its offsets unchanged."""
    read_already: set[int] = set()
    for entry in entries(text):
        if not entry.said.get("name"):
            continue
        if entry.kind != "result":
            _fact(parcel, entry)
        elif entry.said.get("value"):  # else the heading of a panel: its results follow
            _result(parcel, entry)
            read_already.update(entry.lines)
    lines = text.splitlines(keepends=True)
    return "".join(_blank(line) if n in read_already else line for n, line in enumerate(lines, 1))


def _blank(line: str) -> str:
    return re.sub(r"[^\r\n]", " ", line)


def _result(parcel: Parcel, entry: Entry) -> None:
    said = entry.said
    flagged = _FLAGGED.fullmatch(said["value"])
    value, flag = (
        (flagged[1], flagged[2]) if flagged and not said.get("flag") else (said["value"], said.get("flag"))
    )
    taken = day(said.get("time"))
    parcel.results.append(
        IncomingResult(
            where=entry.where,
            patient="",
            source_key=f"text|{said['name'].casefold()}|{taken or parcel.source}|{value}",
            codings=(),
            text=said["name"],
            value=value,
            status=STATUS.get(said.get("status", "").casefold(), "final"),
            context=said.get("context", ""),
            unit=said.get("unit"),
            unit_text=said.get("unit"),
            ranges=(IncomingRange(text=said["range"].strip("()")),) if said.get("range") else (),
            flag=marks.read([flag]),
            effective=taken,
            note=said.get("note"),
        )
    )


def _fact(parcel: Parcel, entry: Entry) -> None:
    said: Mapping[str, str] = entry.said
    condition = entry.kind == "condition"
    ended = "resolved" if said.get("end") else "active"
    parcel.facts.append(
        IncomingFact(
            where=entry.where,
            patient="",
            kind="condition" if condition else "medication",
            source_key=f"text|{entry.kind}|{said['name'].casefold()}",
            coding=Coding(None, None),
            text=said["name"],
            status=ended if condition else said.get("status", "unknown").casefold()[:32],
            onset=day(said.get("onset")) if condition else None,
        )
    )


def day(text: str | None) -> str | None:
    """A date as it stands behind a label ("08/09/2005", "01 Mar 2026 @ 0800"), ISO."""
    found = dates.find(fold(text)) if text else []
    return found[0].iso if found else None
