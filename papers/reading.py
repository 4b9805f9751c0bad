"""One file read, in the process it is called in; `papers.child` does it in a process of its own."""

from dataclasses import replace

from papers import layout, pdf, photo
from papers.kinds import kind_of
from papers.limits import most
from papers.types import Kind, Outcome, Reading, Unreadable


def read(data: bytes) -> Outcome:
    """The words of a photo or a PDF, or the problem with it; nothing is raised for anything it may hold."""
    kind = kind_of(data)
    try:
        return _read(data, _allowed(data, kind))
    except Unreadable as error:
        return Outcome(Reading(kind, problem=error.problem))
    except (MemoryError, RecursionError):
        return Outcome(Reading(kind, problem="too-large"))


def _allowed(data: bytes, kind: Kind | None) -> Kind:
    if not data:
        raise Unreadable("empty")
    if kind is None:
        raise Unreadable("unknown-kind")
    if len(data) > most("bytes"):
        raise Unreadable("too-large")
    return kind


def _read(data: bytes, kind: Kind) -> Outcome:
    if kind == "pdf":
        try:
            return Outcome(_named(pdf.read(data)), data)
        except Unreadable as error:
            if error.problem == "broken":
                raise
            return Outcome(Reading(kind, problem=error.problem), data)  # the care team can open it
    picture = photo.opened(data, kind)
    content = photo.kept(picture)
    try:
        text, doubtful = layout.text_of(photo.read(picture))
    except Unreadable as error:
        return Outcome(Reading("jpeg", problem=error.problem), content)
    return Outcome(_named(Reading("jpeg", text, doubtful, 1, 1)), content)


def _named(reading: Reading) -> Reading:
    """Cut to what the dialogue is given; without any words that is a problem of its own."""
    longest = most("characters")
    text = reading.text[:longest]
    if not text.strip():
        return replace(reading, text="", doubtful=(), problem="nothing")
    return replace(reading, text=text, doubtful=tuple(s for s in reading.doubtful if s[1] <= len(text)))
