"""Write everything the record holds of one patient as FHIR R4, or their portrait: one page of it."""

import argparse
import json
import os
import sys
from pathlib import Path

from sqlalchemy import Connection

from kith.errors import CommandError
from kith.settings import Settings
from record import audit
from record.database import connect
from record.fhir.export import export_patient
from record.fhir.portrait_out import portrait_document
from record.ids import now
from record.portrait import assemble, plain
from record.portrait.shape import shape

FORMS = ("fhir", "json", "words")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("patient", help="the patient's id, as the care-team pages show it in their address")
    parser.add_argument(
        "--portrait",
        nargs="?",
        const="fhir",
        choices=FORMS,
        help="the one page instead: a FHIR document, JSON, or plain words for the patient",
    )
    parser.add_argument(
        "--files", action="store_true", help="with the bytes of the photos and PDFs they sent"
    )
    parser.add_argument("--output", "-o", type=Path, help="a file to write; standard output if left out")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """The read is audited, like every read of a patient."""
    engine = connect(settings.database_url)
    with engine.begin() as connection:
        try:
            text = written(connection, arguments.patient, arguments.portrait, arguments.files)
        except LookupError:
            raise CommandError(f"there is no patient {arguments.patient}") from None
        audit.append(
            connection,
            at=now(),
            agent="kith export",
            action="R",
            entity=f"Patient/{arguments.patient}",
            outcome="ok",
        )
    if arguments.output:
        with open(arguments.output, "w", opener=_for_us_alone) as file:
            file.write(text + "\n")
    else:
        sys.stdout.write(text + "\n")
    return 0


def _for_us_alone(path: str, flags: int) -> int:
    """A new file with a patient's record is nobody else's to read."""
    return os.open(path, flags, 0o600)


def written(connection: Connection, patient_id: str, portrait: str | None, files: bool) -> str:
    """The whole record, or the portrait in one of its forms; LookupError when there is no such patient."""
    if portrait == "words":
        return "\n".join(plain.lines(assemble(connection, patient_id, reader="patient")))
    if portrait == "json":
        found: object = shape(assemble(connection, patient_id))
    elif portrait == "fhir":
        found = portrait_document(connection, patient_id)
    else:
        found = export_patient(connection, patient_id, files=files)
    return json.dumps(found, indent=2, ensure_ascii=False)
