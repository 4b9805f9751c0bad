"""Papers of every kind a phone, a portal or a stranger may send, read or refused, in time and in bounds."""

import asyncio
import io
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image

from papers import child, tesseract
from papers.kinds import kind_of
from papers.limits import most, table
from papers.reading import read
from papers.types import Outcome
from tests.papers import reports

REPORT = reports.made(5)
PAGE = reports.drawn(REPORT)
needs_tesseract = pytest.mark.skipif(tesseract.program() is None, reason="tesseract is not installed")


def values(outcome: Outcome) -> int:
    """How many of the report's results stand in the text, name and number in one line."""
    lines = outcome.reading.text.splitlines()
    return sum(any(r.name in line and r.value in line.split() for line in lines) for r in REPORT.rows)


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is as large as this."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@needs_tesseract
def test_a_clean_photo() -> None:
    outcome = read(reports.jpeg(PAGE))
    assert outcome.reading.problem is None
    assert values(outcome) == len(REPORT.rows)


@needs_tesseract
def test_a_photo_taken_by_hand() -> None:
    assert values(read(reports.jpeg(reports.photographed(PAGE, 3)))) >= len(REPORT.rows) - 1


@needs_tesseract
def test_a_photo_held_sideways() -> None:
    assert values(read(reports.jpeg(PAGE.rotate(90, expand=True)))) >= len(REPORT.rows) - 1


@needs_tesseract
def test_a_photo_turned_as_its_exif_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it rotated by 90 degrees clockwise
    assert values(read(reports.jpeg(PAGE.rotate(90, expand=True), exif=exif.tobytes()))) == len(REPORT.rows)


@needs_tesseract
def test_a_small_screenshot() -> None:
    assert values(read(reports.png(reports.drawn(REPORT, width=700)))) >= len(REPORT.rows) - 1


@needs_tesseract
def test_a_transparent_picture_is_read_on_white() -> None:
    ink = Image.new("RGBA", PAGE.size, (0, 0, 0, 0))
    ink.putalpha(PAGE.point(lambda level: 255 - level))
    assert values(read(reports.png(ink))) == len(REPORT.rows)


def test_a_pdf_from_a_portal() -> None:
    outcome = read(reports.pdf(REPORT))
    assert values(outcome) == len(REPORT.rows)
    assert outcome.reading.doubtful == ()


@needs_tesseract
def test_a_scanned_pdf() -> None:
    assert values(read(reports.scanned(PAGE))) == len(REPORT.rows)


def test_of_a_hundred_pages_the_first_are_read() -> None:
    outcome = read(reports.pdf(REPORT, pages=100))
    assert (outcome.reading.pages, outcome.reading.pages_read) == (100, most("pages"))
    assert values(outcome) == len(REPORT.rows)


def test_what_is_kept_of_a_picture_is_a_picture_of_bounded_size() -> None:
    content = read(reports.png(reports.drawn(reports.Report(()), width=3000))).content
    assert content is not None
    assert kind_of(content) == "jpeg"
    assert max(Image.open(io.BytesIO(content)).size) <= table("size")["kept"]


@needs_tesseract
def test_a_picture_without_words_says_so_and_is_kept() -> None:
    outcome = read(reports.jpeg(Image.new("L", (600, 400), 200)))
    assert outcome.reading.problem == "nothing"
    assert outcome.content is not None


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html>", "unknown-kind"),
        (b"hello", "unknown-kind"),
        (b"PK\x03\x04" + b"\0" * 100, "unknown-kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unknown-kind"),
        (b"%PDF-1.7\n<html>not a pdf</html>", "broken"),
        (b"\xff\xd8\xff\xe0 not a jpeg", "broken"),
        (b"\x89PNG\r\n\x1a\n", "broken"),
        (b"GIF89a", "broken"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "broken"),
        (reports.jpeg(PAGE)[:2000], "broken"),
        (reports.png(PAGE)[:2000], "broken"),
        (png_claiming(50_000, 50_000), "too-large"),
        (png_claiming(60_000, 1_001), "too-large"),
    ],
)
def test_what_is_no_paper_is_refused_and_not_kept(data: bytes, problem: str) -> None:
    outcome = read(data)
    assert (outcome.reading.problem, outcome.content) == (problem, None)


def test_a_file_too_large_is_not_opened() -> None:
    assert read(b"\xff\xd8\xff" + b"\0" * most("bytes")).reading.problem == "too-large"


def test_a_pdf_with_a_password_is_kept_for_those_who_know_it() -> None:
    from reportlab.lib import pdfencrypt
    from reportlab.pdfgen import canvas

    written = io.BytesIO()
    sheet = canvas.Canvas(written, encrypt=pdfencrypt.StandardEncryption("secret", ownerPassword="owner"))
    sheet.drawString(100, 700, "Potassium 5.9")
    sheet.save()
    outcome = read(written.getvalue())
    assert outcome.reading.problem == "locked"
    assert outcome.content == written.getvalue()


def in_child(data: bytes, **more: float) -> Outcome:
    return asyncio.run(child.read(data, **more))


def test_the_child_gives_what_reading_gives() -> None:
    data = reports.pdf(REPORT)
    assert in_child(data) == read(data)


def test_a_child_that_takes_too_long_is_ended_with_all_it_started() -> None:
    began = time.monotonic()
    outcome = in_child(reports.png(reports.drawn(REPORT, width=3000)), seconds=0.3)
    assert (outcome.reading.problem, outcome.content) == ("too-slow", None)
    assert time.monotonic() - began < 5


def test_the_child_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITH_ADMIN_TOKEN", "secret")
    assert not any(name.startswith("KITH_") for name in child.ENVIRONMENT)


def confined(code: str) -> subprocess.CompletedProcess[str]:
    """What a decoder gone wrong could do there."""
    script = f"from papers.__main__ import confine; confine(); {code}"
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=child.ROOT, check=False
    )


def test_the_child_can_write_no_file(tmp_path: Path) -> None:
    code = "import os, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    done = confined(f"{code}os.write(os.open('{tmp_path / 'x'}', os.O_CREAT | os.O_WRONLY), b'x')")
    assert "File too large" in done.stderr


def test_the_child_has_little_memory() -> None:
    assert "MemoryError" in confined(f"bytearray({most('memory_bytes')})").stderr


def test_without_tesseract_a_photo_says_so_and_a_portals_pdf_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "program", lambda: None)
    outcome = read(reports.jpeg(PAGE))
    assert outcome.reading.problem == "no-reader"
    assert outcome.content is not None, "the care team can look at it"
    assert read(reports.scanned(PAGE)).reading.problem == "no-reader"
    assert values(read(reports.pdf(REPORT))) == len(REPORT.rows)
    assert tesseract.installed() is None


def test_every_limit_has_its_source() -> None:
    assert set(table("most")) == set(table("source"))
    assert all(table(part)["source"] for part in ("sure", "upright", "size"))


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\xff\xd8\xff\xe1", "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"GIF87a", "gif"),
        (b"RIFF1234WEBP", "webp"),
        (b"%PDF-1.4", "pdf"),
        (b"\xef\xbb\xbf%PDF-1.4", "pdf"),
        (b"\r\n%PDF-1.4", "pdf"),
        (b"RIFF1234WAVE", None),
        (b"junk %PDF-1.4", None),
        (b"\xff\xd8", None),
        (b"\x00\x00\x00\x18ftypheic", None),
    ],
)
def test_kinds(start: bytes, kind: str | None) -> None:
    assert kind_of(start) == kind
