"""Made-up lab reports: what they say is known, so that what is read can be counted against it."""

import io
import random
from dataclasses import dataclass, field
from pathlib import Path

import reportlab
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.pdfgen import canvas

FONTS = Path(reportlab.__file__).parent / "fonts"
WIDTH, HEIGHT = 1240, 1754  # A4 at 150 dots an inch

# name as printed, catalogue key, unit, decimals, lowest and highest value drawn, the laboratory's range
TESTS = (
    ("Sodium", "sodium", "mmol/L", 0, 125, 150, "135-145"),
    ("Potassium", "potassium", "mmol/L", 1, 3.0, 6.4, "3.5-5.1"),
    ("Chloride", "chloride", "mmol/L", 0, 95, 112, "98-107"),
    ("Glucose", "glucose", "mg/dL", 0, 62, 280, "70-99"),
    ("Creatinine", "creatinine", "mg/dL", 2, 0.5, 2.9, "0.60-1.20"),
    ("Calcium", "calcium", "mg/dL", 1, 7.9, 11.2, "8.5-10.5"),
    ("Albumin", "albumin", "g/dL", 1, 2.8, 5.2, "3.5-5.0"),
    ("ALT", "alt", "U/L", 0, 11, 140, "7-56"),
    ("AST", "ast", "U/L", 0, 12, 130, "10-40"),
    ("Hemoglobin", "hemoglobin", "g/dL", 1, 8.1, 17.2, "12.0-16.0"),
    ("Hematocrit", "hematocrit", "%", 1, 27.5, 51.0, "36.0-46.0"),
    ("TSH", "tsh", "mIU/L", 2, 0.08, 9.4, "0.40-4.00"),
    ("Ferritin", "ferritin", "ng/mL", 0, 6, 380, "15-150"),
    ("LDL Cholesterol", "ldl", "mg/dL", 0, 61, 190, "0-99"),
    ("Triglycerides", "triglycerides", "mg/dL", 0, 55, 320, "0-149"),
)


@dataclass(frozen=True)
class Row:
    """One printed result."""

    name: str
    key: str
    value: str
    unit: str
    limits: str
    flag: str


@dataclass(frozen=True)
class Report:
    """A page of a laboratory; `patient` is printed as laboratories do."""

    rows: tuple[Row, ...]
    patient: str = "LOPEZ, ROSA"
    heading: str = "RIVERBEND LABORATORY"
    extra: tuple[str, ...] = field(default_factory=tuple)

    def lines(self) -> list[tuple[str, ...]]:
        top = [(self.heading,), (f"Patient: {self.patient}", "DOB: 04/12/1961", "Sex: F")]
        top += [("Collected: 03/12/2026 08:15", "Accession: 26-071-00482"), ()]
        table = [("TEST", "RESULT", "FLAG", "UNITS", "REFERENCE RANGE")]
        table += [(r.name, r.value, r.flag, r.unit, r.limits) for r in self.rows]
        return [*top, *table, (), *((each,) for each in self.extra)]


def made(seed: int, count: int = 8) -> Report:
    """A report of its own for each seed."""
    chance = random.Random(seed)
    rows = []
    for name, key, unit, decimals, low, high, limits in chance.sample(TESTS, count):
        number = chance.uniform(low, high)
        lowest, highest = map(float, limits.split("-"))
        flag = "H" if number > highest else "L" if number < lowest else ""
        rows.append(Row(name, key, f"{number:.{decimals}f}", unit, limits, flag))
    return Report(tuple(rows))


COLUMNS = (0.07, 0.40, 0.53, 0.62, 0.76)


def drawn(report: Report, *, font: str = "Vera.ttf", size: int = 26, width: int = WIDTH) -> Image.Image:
    """The report as a clean page."""
    height = round(width * HEIGHT / WIDTH)
    page = Image.new("L", (width, height), 255)
    pen, letters = ImageDraw.Draw(page), ImageFont.truetype(str(FONTS / font), round(size * width / WIDTH))
    y = height * 0.05
    for line in report.lines():
        for place, cell in zip(_places(line), line, strict=True):
            pen.text((width * place, y), cell, fill=0, font=letters)
        y += size * 1.7 * width / WIDTH
    return page


def _places(line: tuple[str, ...]) -> tuple[float, ...]:
    return COLUMNS[: len(line)] if len(line) == 5 else (0.07, 0.52, 0.80)[: len(line)]


def photographed(page: Image.Image, seed: int) -> Image.Image:
    """As a phone takes it: a little tilted, on a table, a shadow over it, not quite sharp, grainy."""
    chance = random.Random(seed)
    width, height = page.size
    table = Image.new("L", (round(width * 1.12), round(height * 1.1)), 90)
    table.paste(page, (round(width * 0.06), round(height * 0.05)))
    tilted = table.rotate(chance.uniform(-4, 4), Image.Resampling.BICUBIC, fillcolor=90)
    shade = Image.linear_gradient("L").resize(tilted.size).rotate(chance.choice((0, 90, 180, 270)))
    shade = shade.resize(tilted.size).point(lambda level: 110 + level * 145 // 255)
    lit = Image.composite(tilted, Image.new("L", tilted.size, 20), shade)
    blurred = lit.filter(ImageFilter.GaussianBlur(chance.uniform(0.4, 1.1)))
    return Image.blend(blurred, Image.effect_noise(blurred.size, 60), 0.12)


def jpeg(page: Image.Image, quality: int = 80, **more: object) -> bytes:
    written = io.BytesIO()
    page.convert("RGB").save(written, "JPEG", quality=quality, **more)
    return written.getvalue()


def png(page: Image.Image) -> bytes:
    written = io.BytesIO()
    page.save(written, "PNG")
    return written.getvalue()


def pdf(report: Report, pages: int = 1) -> bytes:
    """A PDF with its own text, as a portal gives it."""
    written = io.BytesIO()
    sheet = canvas.Canvas(written, pagesize=(595, 842))
    for number in range(pages):
        sheet.setFont("Helvetica", 11)
        y = 800
        for line in report.lines() if number == 0 else [(f"Page {number + 1}",)]:
            for place, cell in zip(_places(line), line, strict=True):
                sheet.drawString(595 * place, y, cell)
            y -= 18
        sheet.showPage()
    sheet.save()
    return written.getvalue()


def scanned(page: Image.Image) -> bytes:
    """A PDF that is only a picture, as an office copier makes it."""
    written = io.BytesIO()
    page.save(written, "PDF", resolution=150)
    return written.getvalue()
