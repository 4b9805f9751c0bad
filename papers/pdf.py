"""A PDF: its own text where it has any, else its pages drawn and read as photos."""

import time
from collections.abc import Iterator

import pypdfium2 as pdfium
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_PATH

from papers import layout, photo
from papers.layout import Text
from papers.limits import most, table
from papers.types import Reading, Unreadable, Word

LEAST_TEXT = 20  # characters; a page with fewer is a picture with a stamp on it
DRAWN_LETTERS = 40  # shapes: more than the lines of a form
POINTS_AN_INCH = 72
DOTS_AN_INCH = 200
SCANNED_SECONDS = 15.0  # then no further page is begun: a person waits


def read(data: bytes) -> Reading:
    """The words of the first pages. Unreadable when it is broken or locked."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise Unreadable("locked" if "password" in str(error).lower() else "broken") from None
    try:
        pages = len(document)
        found = list(_pages(document, min(pages, most("pages"))))
    except pdfium.PdfiumError:
        raise Unreadable("broken") from None
    finally:
        document.close()
    text, doubtful = layout.joined(found)
    return Reading("pdf", text, doubtful, pages, len(found))


def _pages(document: pdfium.PdfDocument, count: int) -> Iterator[Text]:
    begun, drawn = time.monotonic(), 0
    for index in range(count):
        page = document[index]
        text = layout.text_of(list(_words(page)))
        if len(text[0].strip()) < LEAST_TEXT and _has_picture(page):
            if drawn >= most("scanned_pages") or time.monotonic() - begun > SCANNED_SECONDS:
                return
            drawn += 1
            text = layout.text_of(_drawn(page))
        page.close()
        yield text


def _words(page: pdfium.PdfPage) -> Iterator[Word]:
    """Each run of text with its place; PDF measures from the bottom of the page."""
    height = page.get_height()
    turned = page.get_rotation() % 180 == 90
    text = page.get_textpage()
    for index in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(index)
        words = " ".join(text.get_text_bounded(left, bottom, right, top).split())
        if not words:
            continue
        if turned:  # the text runs up the sheet and is read with the sheet on its side
            yield Word(words, bottom, left, top - bottom, right - left)
        else:
            yield Word(words, left, height - top, right - left, top - bottom)


def _has_picture(page: pdfium.PdfPage) -> bool:
    """Whether a scan or drawn letters stand there: an empty page, or one with a number on it, is done."""
    kinds = [each.type for each in page.get_objects(max_depth=2)]
    return FPDF_PAGEOBJ_IMAGE in kinds or kinds.count(FPDF_PAGEOBJ_PATH) > DRAWN_LETTERS


def _drawn(page: pdfium.PdfPage) -> list[Word]:
    longest = max(page.get_width(), page.get_height(), 1.0)
    scale = min(DOTS_AN_INCH / POINTS_AN_INCH, table("size")["longest"] / longest)
    return photo.read(page.render(scale=scale, grayscale=True).to_pil())
