"""The one door for machines' records: any format in, all of a message or nothing, and a report."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, select

from clinical.catalogue import Catalogue
from clinical.catalogue import load as load_catalogue
from record import audit, filing, hl7v2, owners, release_rules
from record import release as releasing
from record.csv_mapping import Mapping as ColumnMapping
from record.database import insert_new, reading
from record.formats import decide, read
from record.formats import sniff as sniff
from record.ids import new_id
from record.import_report import ImportReport as ImportReport
from record.import_report import Note as Note
from record.incoming import Format, Malformed, Parcel, check
from record.judging import Judge
from record.release import Begin
from record.release_rules import Policy
from record.tables import import_batch

AGENT = "kith import"
MANY = 50  # results: from here on they are judged before the writing begins


@dataclass(frozen=True)
class _Intake:
    """How the messages of one file are taken in."""

    engine: Engine
    kind: Format
    name: str
    at: str
    patient_id: str | None
    catalogue: Catalogue
    mapping: ColumnMapping | None
    agent: str

    def take(self, piece: str, begin: Begin) -> ImportReport:
        """One message, in one transaction; Malformed or LookupError leave nothing of it."""
        parcel = read(self.kind, piece, self.name, self.catalogue, self.mapping)
        check(parcel)
        judge = Judge(self.catalogue, date.fromisoformat(self.at[:10]))
        digest = self._digest(parcel.identity or f"{piece}{self.mapping or ''}")
        self._judge_ahead(parcel, judge, digest)
        with self.engine.begin() as connection:
            row = {"id": begin.key, "report": {}, "format": self.kind, "name": self.name}
            row |= {"created_at": self.at, "digest": digest}
            if not insert_new(connection, import_batch, [row], "digest"):
                return _again(connection, digest)
            return self._file(connection, parcel, judge, begin)

    def _judge_ahead(self, parcel: Parcel, judge: Judge, digest: str) -> None:
        """Judge a long record before the write lock is taken: patients' messages must not wait for it."""
        if len(parcel.results) < MANY:
            return
        with reading(self.engine) as connection:
            seen = select(import_batch.c.id).where(import_batch.c.digest == digest)
            if connection.scalar(seen) is not None:
                return
            persons = owners.foresee(connection, parcel, self.patient_id)
        for result in parcel.results:
            judge.of(result, persons[result.patient])

    def _file(self, connection: Connection, parcel: Parcel, judge: Judge, begin: Begin) -> ImportReport:
        filed = filing.file(connection, parcel, judge, at=self.at, patient_id=self.patient_id)
        releasing.start(connection, filed.written, begin, self.catalogue, self.at)
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
            import_batch.update().where(import_batch.c.id == begin.key).values(report=asdict(report))
        )
        for owner in filed.patient_ids:
            entity = f"Patient/{owner}"
            audit.append(connection, at=self.at, agent=self.agent, action="C:import", entity=entity)
        return report

    def _digest(self, identity: str) -> str:
        said = "\0".join((self.kind, self.patient_id or "", identity))
        return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def take_in(
    engine: Engine,
    content: str,
    format: str | None = None,
    *,
    name: str,
    at: str,
    patient_id: str | None = None,
    release: bool = True,
    news: bool = True,
    policy: Policy | None = None,
    catalogue: Catalogue | None = None,
    mapping: ColumnMapping | None = None,
    agent: str = AGENT,
) -> ImportReport:
    """Take in a FHIR, HL7 v2, C-CDA, CSV or portal text record, for one patient or for whom it names.

    Each message is one transaction, and the same content again changes nothing. Raises Malformed,
    with nothing written, when a message cannot be read or it cannot be said whose it is, and
    LookupError when `patient_id` is nobody's. Of a file of several HL7 messages those that can be
    read are taken, and the report names the others. The release `policy` (ours where none is given)
    begins for every new result; `release=False` keeps each of them from the patient until someone has
    looked. `news=False` is for an old chart, which the patient knows: nothing waits, nobody is texted.
    `mapping` says what the columns of a CSV file are; `agent` stands in the audit log.
    """
    kind = decide(content, format)
    rules = policy or release_rules.load()
    tests = catalogue or load_catalogue()
    intake = _Intake(engine, kind, name, at, patient_id, tests, mapping, agent)
    pieces = hl7v2.split(content) if kind == "hl7v2" else [content]
    reports: list[ImportReport] = []
    for number, piece in enumerate(pieces, 1):
        try:
            reports.append(intake.take(piece, Begin(rules, key=new_id(), hold_all=not release, news=news)))
        except Malformed as error:
            if len(pieces) == 1:
                raise
            reports.append(
                ImportReport(refused=(Note(f"message {number} {error.where}".strip(), error.what),))
            )
    return sum(reports[1:], reports[0])


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
