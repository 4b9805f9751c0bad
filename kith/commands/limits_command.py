"""The clinic's own limits: make a key, sign a file that was approved, check that it is still the same."""

import argparse
import secrets
from pathlib import Path

from clinical.overrides import Override, OverrideError
from kith.clinic_limits import checked, rows, sign, signature_path
from kith.errors import CommandError
from kith.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("key", "sign", "check"))
    parser.add_argument("file", nargs="?", type=Path, help="the limits; KITH_CLINIC_LIMITS if left out")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """`key` prints a new one for KITH_CLINIC_LIMITS_KEY; whoever approves the limits keeps it."""
    if arguments.what == "key":
        print(secrets.token_hex(32))
        return 0
    path = arguments.file or (Path(settings.clinic_limits) if settings.clinic_limits else None)
    if path is None:
        raise CommandError("name the file, or set KITH_CLINIC_LIMITS")
    key = settings.clinic_limits_key.value
    try:
        if arguments.what == "sign":
            return _sign(path, key)
        found = checked(path, key)
    except OverrideError as error:
        raise CommandError(f"{path}: {error}") from error
    _show(found)
    print(f"{path}: signed, {len(found)} rows in use")
    return 0


def _sign(path: Path, key: str) -> int:
    """Only what can be used is signed."""
    content = path.read_bytes()
    found = rows(content)
    signature_path(path).write_text(sign(content, key) + "\n", encoding="ascii")
    _show(found)
    print(f"{signature_path(path)}: written for {len(found)} rows")
    return 0


def _show(found: tuple[Override, ...]) -> None:
    """Every limit as it will be used, for whoever signs to read once more."""
    for each in found:
        for kind, limits in (
            ("usual", each.usual.limits if each.usual else None),
            ("critical", each.critical),
        ):
            if limits is not None:
                low = "" if limits.low is None else f"{limits.low:f}"
                high = "" if limits.high is None else f"{limits.high:f}"
                print(f"{each.analyte} {kind}: {low} to {high}; {limits.source}")
