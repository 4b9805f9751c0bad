"""The one door for machines' records: any format in, all of a message or nothing, and a report."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Engine, select

from clinical.catalogue import Catalogue
from clinical.catalogue import load as load_catalogue
from record import ccda, filing, hl7v2, portal
from record.database import insert_new
from record.fhir import reading
from record.ids import new_id
from record.incoming import Format, Malformed, Parcel
from record.tables import import_batch

LARGEST = 100_000_000


@dataclass(frozen=True)
class Note:
    """Something not taken, or taken and not judged: where it stands, and why. Never its value."""

    where: str
    why: str


@dataclass(frozen=True)
class ImportReport:
    """What became of a file."""

    taken: int = 0  # results new to the record
    replaced: int = 0  # results corrected or withdrawn by it
    unchanged: int = 0  # already known
    facts: int = 0  # conditions and medications
    kept_not_judged: tuple[Note, ...] = ()
    refused: tuple[Note, ...] = ()
    patient_ids: tuple[str, ...] = ()
    known_already: bool = False  # the same file or message was taken in before

    def summary(self) -> str:
        """One line for a person: "taken 11 results and 5 conditions and medicines; not taken 2 (...)"."""
        if self.known_already:
            return "taken in before, nothing changed"
        parts = [f"taken {self.taken} results and {self.facts} conditions and medicines"]
        parts += [f"{self.replaced} replaced or withdrawn"] if self.replaced else []
        parts += [f"{self.unchanged} known already"] if self.unchanged else []
        parts += [f"{len(self.kept_not_judged)} of them kept and not judged"] if self.kept_not_judged else []
        if self.refused:
            reasons = Counter(note.why for note in self.refused)
            said = ", ".join(f"{count} {why}" for why, count in reasons.most_common())
            parts.append(f"not taken {len(self.refused)} ({said})")
        return "; ".join(parts)

    def __add__(self, other: "ImportReport") -> "ImportReport":
        return ImportReport(
            self.taken + other.taken,
            self.replaced + other.replaced,
            self.unchanged + other.unchanged,
            self.facts + other.facts,
            self.kept_not_judged + other.kept_not_judged,
            self.refused + other.refused,
            tuple(dict.fromkeys(self.patient_ids + other.patient_ids)),
            self.known_already and other.known_already,
        )


def take_in(
    engine: Engine,
    content: str,
    format: str | None = None,
    *,
    name: str,
    at: str,
    patient_id: str | None = None,
    release: bool = True,
    catalogue: Catalogue | None = None,
) -> ImportReport:
    """Take in a FHIR, HL7 v2, C-CDA or portal text record, for one patient or for whom it names.

    Each message is one transaction, and the same content again changes nothing. Raises Malformed,
    with nothing written, when a message cannot be read or it cannot be said whose it is, and
    LookupError when `patient_id` is nobody's. Of a file of several HL7 messages those that can be
    read are taken, and the report names the others. `release=False` keeps the results from the
    patient until someone has looked at them.
    """
    kind = _format(content, format)
    tests = catalogue or load_catalogue()
    pieces = hl7v2.split(content) if kind == "hl7v2" else [content]
    reports: list[ImportReport] = []
    for number, piece in enumerate(pieces, 1):
        try:
            parcel = _read(kind, piece, name, tests)
            batch = {"format": kind, "name": name, "created_at": at}
            batch["digest"] = _digest(kind, patient_id, parcel.identity or piece)
            with engine.begin() as connection:
                reports.append(_file(connection, parcel, batch, tests, patient_id, release))
        except Malformed as error:
            if len(pieces) == 1:
                raise
            reports.append(
                ImportReport(refused=(Note(f"message {number} {error.where}".strip(), error.what),))
            )
    return sum(reports[1:], reports[0])


def sniff(content: str) -> Format:
    """Which format a content is in, by how it begins."""
    start = content.lstrip("\ufeff\x0b \r\n\t")
    if start.startswith(("{", "[")):
        return "fhir-r4"
    if re.match(r"(MSH|FHS|BHS)\W", start):
        return "hl7v2"
    return "ccda" if start.startswith("<") else "text"


def _format(content: str, format: str | None) -> Format:
    if len(content) > LARGEST:
        raise Malformed("", f"is larger than {LARGEST:,} characters")
    if not content.strip():
        raise Malformed("", "is empty")
    match format or sniff(content):
        case "fhir-r4" | "fhir":
            return "fhir-r4"
        case "hl7v2":
            return "hl7v2"
        case "ccda":
            return "ccda"
        case "text":
            return "text"
        case unknown:
            raise Malformed("", f"{unknown} is not a format Kith reads (fhir-r4, hl7v2, ccda, text)")


def _read(kind: Format, content: str, name: str, catalogue: Catalogue) -> Parcel:
    match kind:
        case "fhir-r4":
            return reading.read(content, name)
        case "hl7v2":
            return hl7v2.read(content)
        case "ccda":
            return ccda.read(content, name)
        case "text":
            return portal.read(content, name, catalogue)


def _digest(kind: Format, patient_id: str | None, identity: str) -> str:
    return hashlib.sha256(
        "\0".join((kind, patient_id or "", identity)).encode("utf-8", "replace")
    ).hexdigest()


def _file(
    connection: Connection,
    parcel: Parcel,
    batch: dict[str, Any],
    catalogue: Catalogue,
    patient_id: str | None,
    release: bool,
) -> ImportReport:
    row = {"id": new_id(), "report": {}, **batch}
    if not insert_new(connection, import_batch, [row], "digest"):
        return _again(connection, batch["digest"])
    at = batch["created_at"]
    filed = filing.file(connection, parcel, catalogue, at=at, patient_id=patient_id, release=release)
    report = ImportReport(
        taken=filed.taken,
        replaced=filed.replaced,
        unchanged=filed.unchanged,
        facts=filed.facts,
        kept_not_judged=tuple(Note(one.where, one.why) for one in filed.not_judged),
        refused=tuple(Note(one.where, one.why) for one in filed.skipped),
        patient_ids=tuple(filed.patient_ids),
    )
    connection.execute(
        import_batch.update().where(import_batch.c.id == row["id"]).values(report=asdict(report))
    )
    return report


def _again(connection: Connection, digest: str) -> ImportReport:
    """The report of the first time: everything it took is known now."""
    first: Mapping[str, Any] = connection.scalars(
        select(import_batch.c.report).where(import_batch.c.digest == digest)
    ).one()
    return ImportReport(
        unchanged=first["taken"] + first["unchanged"],
        refused=tuple(Note(**one) for one in first["refused"]),
        patient_ids=tuple(first["patient_ids"]),
        known_already=True,
    )
