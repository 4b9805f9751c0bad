"""Which format a content is in, how its bytes are read as text, and which reader understands it."""

import re

from clinical.catalogue import Catalogue
from record import ccda, hl7v2, portal
from record.csv_mapping import Mapping
from record.csv_table import read as read_csv
from record.fhir import reading as fhir
from record.incoming import Format, Malformed, Parcel

LARGEST = 100_000_000
# HL7 table 0211, https://terminology.hl7.org/CodeSystem-v2-0211.html
HL7_CHARSETS = {
    "": "utf-8", "ASCII": "utf-8", "UNICODE UTF-8": "utf-8", "UNICODE": "utf-8",
    **{f"8859/{part}": f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)},
}  # fmt: skip
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z][\w.-]{0,30})[\"']")


def sniff(content: str) -> Format:
    """Which format a content is in, by how it begins."""
    start = content.lstrip("\ufeff\x0b \r\n\t")
    if start.startswith(("{", "[")):
        return "fhir-r4"
    if re.match(r"(MSH|FHS|BHS)\W", start):
        return "hl7v2"
    return "ccda" if start.startswith("<") else "text"


def decide(content: str, format: str | None) -> Format:
    """The format to read a content in; Malformed where there is nothing to read, or far too much."""
    if len(content) > LARGEST:
        raise Malformed("", f"is larger than {LARGEST:,} characters")
    if not content.strip():
        raise Malformed("", "is empty")
    match format or sniff(content):
        case "fhir-r4" | "fhir":
            return "fhir-r4"
        case ("hl7v2" | "ccda" | "text" | "csv") as known:
            return known
        case unknown:
            raise Malformed("", f"{unknown} is not a format Kith reads (fhir-r4, hl7v2, ccda, text, csv)")


def read(
    kind: Format, content: str, name: str, catalogue: Catalogue, mapping: Mapping | None = None
) -> Parcel:
    """What a content says; Malformed names the element that cannot be read."""
    match kind:
        case "fhir-r4":
            return fhir.read(content, name, catalogue)
        case "hl7v2":
            return hl7v2.read(content)
        case "ccda":
            return ccda.read(content, name)
        case "text":
            return portal.read(content, name, catalogue)
        case "csv":
            if mapping is None:
                raise Malformed("", "a CSV file needs a mapping, which says what its columns are")
            return read_csv(content, name, mapping)


def text_of(raw: bytes) -> str:
    """Bytes as text, in the encoding they say they are in; Malformed names the byte that is not of it."""
    encoding = _encoding(raw)
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        said = encoding.removesuffix("-sig").upper()
        raise Malformed(
            f"byte {error.start}", f"is not {said}, and the file names no other encoding"
        ) from None


def _encoding(raw: bytes) -> str:
    """An HL7 message says it in MSH-18, XML in its first line, a byte order mark for itself; else UTF-8."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    start = raw.lstrip(b"\xef\xbb\xbf\x0b \r\n\t")
    if start.startswith(b"MSH"):
        return _hl7_encoding(start)
    found = _XML_ENCODING.match(start)
    if found is None:
        return "utf-8-sig"
    return _known(found[1].decode("ascii").lower())


def _hl7_encoding(start: bytes) -> str:
    header = start.splitlines()[0]
    fields = header.split(header[3:4]) if len(header) > 3 else []
    named = fields[17].split(b"~")[0].strip().decode("ascii", "replace") if len(fields) > 17 else ""
    if named.upper() not in HL7_CHARSETS:
        raise Malformed("MSH[1]-18", "names a character set Kith does not read")
    return HL7_CHARSETS[named.upper()].replace("utf-8", "utf-8-sig")


def _known(name: str) -> str:
    if name in ("utf-8", "us-ascii", "ascii"):
        return "utf-8-sig"
    if re.fullmatch(r"(iso-8859-\d{1,2}|windows-125\d|utf-16)", name):
        return name
    raise Malformed("line 1", "names an encoding Kith does not read")
