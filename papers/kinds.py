"""What a file is, by its first bytes: a name and a content type are only what someone says of it."""

from typing import Final

from papers.types import Kind

# Source: the formats' own specifications, as the WHATWG lists them for browsers:
# https://mimesniff.spec.whatwg.org/#image-type-pattern-matching-algorithm
SIGNATURES: Final[tuple[tuple[bytes, Kind], ...]] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)
CONTENT_TYPES: Final[dict[str, str]] = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "pdf": "application/pdf",
}
EXTENSIONS: Final[dict[str, str]] = {"jpeg": "jpg", "png": "png", "gif": "gif", "webp": "webp", "pdf": "pdf"}
PDF_HEADER_WITHIN = 1024  # ISO 32000-1, Annex H: readers take a header among the first 1024 bytes


def kind_of(data: bytes) -> Kind | None:
    """The kind of a file we read, None for any other.

    >>> kind_of(b"%PDF-1.7 ...")
    'pdf'
    >>> kind_of(b"<html>")
    """
    for signature, kind in SIGNATURES:
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    start = data[:PDF_HEADER_WITHIN].lstrip(b"\xef\xbb\xbf\x00\t\n\f\r ")
    return "pdf" if start.startswith(b"%PDF-") else None
