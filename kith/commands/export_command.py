"""Write everything the record holds of one patient as a FHIR R4 Bundle."""

import argparse
import json
import sys
from pathlib import Path

from kith.errors import CommandError
from kith.settings import Settings
from record import audit
from record.database import connect
from record.fhir.export import export_patient
from record.ids import now


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("patient", help="the patient's id, as the care-team pages show it in their address")
    parser.add_argument("--output", "-o", type=Path, help="a file to write; standard output if left out")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """The read is audited, like every read of a patient."""
    engine = connect(settings.database_url)
    with engine.begin() as connection:
        try:
            bundle = export_patient(connection, arguments.patient)
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
    text = json.dumps(bundle, indent=2, ensure_ascii=False)
    if arguments.output:
        arguments.output.write_text(text + "\n")
    else:
        sys.stdout.write(text + "\n")
    return 0
