"""Save the whole record into one file, or fill an empty database from such a file, while Kith runs or not."""

import argparse
import os
import sys
from pathlib import Path

from kith.errors import CommandError
from kith.settings import Settings
from record.backup import BackupError, Summary, restore, save
from record.database import connect
from record.ids import now


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    saving = actions.add_parser("save", help="write everything as it stands now; Kith may go on meanwhile")
    saving.add_argument("file", help="a new file, or - for standard output (to pipe into an encryption)")
    filling = actions.add_parser(
        "restore", help="fill the empty database of KITH_DATABASE_URL: all or nothing"
    )
    filling.add_argument("file", help="a file made by save, or - for standard input")
    checking = actions.add_parser("check", help="read a backup to its end and say what it holds")
    checking.add_argument("file", help="a file made by save, or - for standard input")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """The file holds everything every patient ever told: it is readable by its owner only."""
    try:
        if arguments.action == "save":
            summary = _save(arguments.file, settings)
        elif arguments.action == "restore":
            summary = _read(arguments.file, settings.database_url)
        else:
            summary = _check(arguments.file)
    except BackupError as error:
        raise CommandError(str(error)) from None
    done = {"save": "saved", "restore": "restored", "check": "whole:"}[arguments.action]
    print(f"{done} {summary.total} rows, tables of revision {summary.revision}", file=sys.stderr)
    return 0


def _save(name: str, settings: Settings) -> Summary:
    engine = connect(settings.database_url)
    if name == "-":
        return save(engine, sys.stdout.buffer, at=now())
    part = Path(f"{name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            summary = save(engine, file, at=now())
            file.flush()
            os.fsync(file.fileno())
        part.rename(name)  # a file under its own name is a whole one
    finally:
        part.unlink(missing_ok=True)
    return summary


def _read(name: str, url: str) -> Summary:
    if name == "-":
        return restore(connect(url), sys.stdin.buffer)
    with Path(name).open("rb") as file:
        return restore(connect(url), file)


def _check(name: str) -> Summary:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="kith-check-") as folder:
        return _read(name, f"sqlite:///{folder}/check.db")
