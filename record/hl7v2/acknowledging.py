"""The answer to a message (ACK): taken, in error, or rejected, with the field and the reason."""

import re
from dataclasses import dataclass
from typing import Literal

from record.hl7v2.segments import Segment, segments
from record.incoming import Malformed

Code = Literal["AA", "AE", "AR"]
_FIELD = re.compile(r"([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?(?:-(\d+))?")
_ESCAPES = str.maketrans({"|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "\\": "\\E\\"})
NOT_OURS = {9: ("AR", "200"), 12: ("AR", "203")}  # MSH-9, MSH-12: a message of another kind altogether
# HL7 table 0357, https://terminology.hl7.org/CodeSystem-v2-0357.html
MEANING = {
    "100": "Segment sequence error", "101": "Required field missing", "102": "Data type error",
    "103": "Table value not found", "200": "Unsupported message type", "203": "Unsupported version id",
    "204": "Unknown key identifier", "207": "Application internal error",
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What is to be said of a message; without an error it was taken."""

    code: Code
    error: str = ""  # of table 0357
    where: str = ""  # "OBX[2]-14"
    what: str = ""  # never a value


TAKEN = Answer("AA")


def refusal(error: Malformed) -> Answer:
    """AR where the message is not of a kind we take at all, AE where something in it is wrong."""
    found = _FIELD.fullmatch(error.where)
    code: Code = "AE"
    number = "207" if found is None else "102"
    if found is not None and found[1] == "MSH":
        rejected = NOT_OURS.get(int(found[3] or 0))
        code, number = ("AR", rejected[1]) if rejected else ("AR" if found[3] is None else "AE", number)
    if "missing" in error.what or "has no" in error.what or "does not say" in error.what:
        number = "101"
    elif error.where.startswith("Patient"):
        number = "204"
    return Answer(code, number, error.where, error.what)


def acknowledgement(message: str, answer: Answer, *, control_id: str, at: str) -> str:
    """The ACK message. One that cannot be read is answered too, as far as it says who sent it."""
    header = _header(message)
    version = header.part(12, 1) if header else ""
    lines = [
        _line(
            "MSH", "^~\\&",
            *(_plain(header, index) for index in (5, 6, 3, 4)),
            re.sub(r"\D", "", at)[:14], "", "ACK^R01^ACK", control_id,
            (header.part(11, 1) if header else "") or "P", version or "2.5.1",
        ),
        _line("MSA", answer.code, _escaped(header.part(10, 1)) if header else "", _said(answer)),
    ]  # fmt: skip
    if answer.error:
        code = f"{answer.error}^{MEANING[answer.error]}^HL70357"
        lines.append(_line("ERR", "", _location(answer.where), code, "E", "", "", "", _said(answer)))
    return "\r".join(lines) + "\r"


def _header(message: str) -> Segment | None:
    try:
        return segments(message.partition("\r")[0])[0]
    except (Malformed, IndexError):
        return None


def _line(*fields: str) -> str:
    return "|".join(fields).rstrip("|")


def _plain(header: Segment | None, index: int) -> str:
    """A sending or receiving application, as it was written, in our separators."""
    if header is None:
        return ""
    return "^".join(_escaped(part) for part in header.components(header[index]))


def _escaped(text: str) -> str:
    return re.sub(r"[\x00-\x1f]", " ", text).translate(_ESCAPES)


def _said(answer: Answer) -> str:
    text = f"{answer.where} {answer.what}".strip()
    return _escaped(text)[:240]


def _location(where: str) -> str:
    """ERR-2: segment, which one, field."""
    found = _FIELD.fullmatch(where)
    return "^".join(filter(None, (found[1], found[2] or "1", found[3]))) if found else ""
