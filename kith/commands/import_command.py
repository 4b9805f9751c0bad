"""Take in lab results from files: all of a file or nothing of it, and the same file twice changes nothing."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from tqdm import tqdm

from clinical.catalogue import Catalogue
from kith.clinic_limits import tests_of
from kith.errors import CommandError
from kith.settings import Settings
from record import csv_mapping, release_rules
from record.database import connect, migrate
from record.formats import text_of
from record.ids import now
from record.intake import ImportReport, take_in
from record.release_rules import Policy

FORMATS = ("fhir-r4", "hl7v2", "ccda", "text", "csv")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--format", choices=FORMATS, help="what the files are; found out if left out")
    parser.add_argument("--patient", help="the patient the results belong to, where a file does not say")
    parser.add_argument(
        "--mapping", type=Path, help="for CSV files: a TOML file that says what their columns are"
    )
    parser.add_argument("--details", action="store_true", help="name each element not taken, or not judged")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit status 1 if any file was refused; the others are in."""
    mapping = _mapping(arguments.mapping) if arguments.mapping else None
    engine = connect(settings.database_url)
    migrate(engine)
    policy = release_rules.load(settings.release_file)
    door = Door(engine, arguments.format, arguments.patient, mapping, policy, tests_of(settings))
    refused = 0
    for path in tqdm(arguments.files, unit="file", disable=None):
        try:
            report = door.take(path)
        except (OSError, ValueError, LookupError) as error:
            refused += 1
            print(f"{path}: refused: {' '.join(str(error).split())}", file=sys.stderr)
        else:
            print(f"{path}: {report.summary()}")
            if arguments.details:
                print_details(report)
    return 1 if refused else 0


@dataclass(frozen=True)
class Door:
    """What every file of one command line is taken in with."""

    engine: Engine
    format: str | None
    patient_id: str | None
    mapping: csv_mapping.Mapping | None
    policy: Policy
    tests: Catalogue

    def take(self, path: Path) -> ImportReport:
        """One file; a CSV file is known by its name, as its content looks like any text."""
        named = "csv" if path.suffix.lower() in (".csv", ".tsv") or self.mapping else None
        return take_in(
            self.engine,
            text_of(path.read_bytes()),
            format=self.format or named,
            name=path.name,
            at=now(),
            patient_id=self.patient_id,
            policy=self.policy,
            catalogue=self.tests,
            mapping=self.mapping,
        )


def print_details(report: ImportReport) -> None:
    """Element by element what was left out, and what was kept without a judgement."""
    for title, notes in (("not taken", report.refused), ("not judged", report.kept_not_judged)):
        for note in notes:
            print(f"  {title}: {f'{note.where}: ' if note.where else ''}{note.why}")


def _mapping(path: Path) -> csv_mapping.Mapping:
    try:
        return csv_mapping.load(path.read_text(encoding="utf-8-sig"))
    except (csv_mapping.MappingError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}") from None
