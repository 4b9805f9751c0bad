"""Take in lab results from files: all of a file or nothing of it, and the same file twice changes nothing."""

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from kith.settings import Settings
from record.database import connect, migrate
from record.ids import now
from record.intake import take_in

FORMATS = ("fhir-r4", "hl7v2", "ccda", "text")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--format", choices=FORMATS, help="what the files are; found out if left out")
    parser.add_argument("--patient", help="the patient the results belong to, where a file does not say")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit status 1 if any file was refused; the others are in."""
    engine = connect(settings.database_url)
    migrate(engine)
    refused = 0
    for path in tqdm(arguments.files, unit="file", disable=None):
        try:
            content = path.read_text(encoding="utf-8-sig")
            report = take_in(
                engine,
                content,
                format=arguments.format,
                name=path.name,
                at=now(),
                patient_id=arguments.patient,
            )
        except (OSError, UnicodeDecodeError, ValueError) as error:
            refused += 1
            print(f"{path}: refused: {' '.join(str(error).split())}", file=sys.stderr)
        else:
            print(f"{path}: {report.summary()}")
    return 1 if refused else 0
