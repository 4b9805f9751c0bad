"""Debian's tesseract as a program of its own: a picture by its standard input, words out, no file written."""

import csv
import io
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache

from PIL import Image

from papers.types import Unreadable, Word

LANGUAGE = "eng"
ONE_BLOCK = (
    "6"  # page segmentation: a table's row stays one line; automatic segmentation reads column by column
)
PATIENCE = 20.0  # seconds for one picture; the process around it has a limit too


@cache
def program() -> str | None:
    """Where tesseract is, None where it is not installed."""
    return shutil.which("tesseract")


def installed() -> str | None:
    """The version, where the program and its English data are there; None otherwise."""
    found = program()
    if found is None:
        return None
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    languages = subprocess.run([found, "--list-langs"], capture_output=True, text=True, check=False)
    if LANGUAGE not in languages.stdout.split():
        return None
    return version.stdout.split("\n")[0].removeprefix("tesseract ").strip() or None


def words(picture: Image.Image) -> list[Word]:
    """The words of an upright grey picture. Unreadable("no-reader") where tesseract is not installed."""
    found = program()
    if found is None:
        raise Unreadable("no-reader")
    sent = io.BytesIO()
    picture.save(sent, "PNG", compress_level=1)
    command = [found, "stdin", "stdout", "-l", LANGUAGE, "--psm", ONE_BLOCK, "--dpi", "200", "tsv"]
    try:
        done = subprocess.run(
            command, input=sent.getvalue(), capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unreadable("too-slow") from None
    if done.returncode != 0:
        # Without its language data it ends with status 1, as it does for a picture it cannot take.
        raise Unreadable("no-reader" if b"traineddata" in done.stderr else "broken")
    return list(_words(done.stdout.decode("utf-8", "replace")))


def _words(table: str) -> Iterator[Word]:
    """Rows of level 5 are words; a confidence of -1 stands for a box without one."""
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row["text"] or "").strip()
        if row["level"] == "5" and text:
            yield Word(
                text,
                float(row["left"]),
                float(row["top"]),
                float(row["width"]),
                float(row["height"]),
                max(float(row["conf"]), 0.0),
                tuple(int(row[name]) for name in ("block_num", "par_num", "line_num")),
            )
