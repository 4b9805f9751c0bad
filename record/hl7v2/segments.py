"""An HL7 v2 message as segments, fields and components, its escapes undone."""

import re
from dataclasses import dataclass
from typing import NoReturn

from record import times
from record.incoming import Malformed
from record.words import storable

PART = "\ue000"  # stands for the component separator while escapes are undone
_ESCAPES = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\", ".br": "\n"}


@dataclass(frozen=True)
class Segment:
    """One line of a message, its fields numbered as HL7 numbers them."""

    name: str
    number: int  # the how manyth of its name
    fields: tuple[str, ...]
    separators: str  # component, repetition, escape, subcomponent

    def __getitem__(self, index: int) -> str:
        return self.fields[index] if index < len(self.fields) else ""

    def repeats(self, index: int) -> list[str]:
        return [part for part in self[index].split(self.separators[1]) if part]

    def components(self, text: str) -> list[str]:
        return [self.unescaped(part) for part in text.split(self.separators[0])]

    def part(self, index: int, component: int) -> str:
        """A component of a field's first repetition, both numbered from 1."""
        first = next(iter(self.repeats(index)), "")
        parts = self.components(first)
        return parts[component - 1].strip() if component <= len(parts) else ""

    def words(self, index: int) -> str:
        """A field of text, its repetitions as lines."""
        return "\n".join(self.unescaped(repeat).strip() for repeat in self.repeats(index))

    def unescaped(self, text: str) -> str:
        mark = self.separators[2] or "\\"
        if mark not in text:
            return text
        pattern = re.escape(mark) + r"([^\s" + re.escape(mark) + r"]{1,12})" + re.escape(mark)
        return re.sub(pattern, lambda found: _ESCAPES.get(found[1], ""), text)

    def at(self, index: int) -> str:
        return f"{self.name}[{self.number}]-{index}"

    def fail(self, index: int, what: str) -> NoReturn:
        raise Malformed(self.at(index), what)

    def time(self, index: int) -> str | None:
        try:
            return times.iso(self.part(index, 1))
        except ValueError:
            self.fail(index, "is not an HL7 time")


def split(content: str) -> list[str]:
    """The messages of a file: a batch, or frames as they come over MLLP, hold several."""
    lines = re.split(r"[\r\n]+", content.replace("\x0b", "\r").replace("\x1c", "\r"))
    messages: list[list[str]] = []
    for line in (line for line in lines if line.strip()):
        if line.startswith(("FHS", "BHS", "BTS", "FTS")):
            continue
        if line.startswith("MSH"):
            messages.append([])
        if not messages:
            raise Malformed("MSH", "a message begins with MSH, this one does not")
        messages[-1].append(storable(line))
    return ["\r".join(message) for message in messages]


def segments(message: str) -> list[Segment]:
    """The segments of one message, MSH first; Malformed names the line that is none."""
    lines = message.split("\r")
    if not re.match(r"MSH[^\w\s].{4}", lines[0]):
        raise Malformed("MSH", "does not say which separators it uses")
    mark = lines[0][3]
    separators = (lines[0].split(mark)[1] + "^~\\&"[len(lines[0].split(mark)[1]) :])[:4]
    seen: dict[str, int] = {}
    found: list[Segment] = []
    for line in lines:
        name, *rest = line.split(mark)
        if not re.fullmatch(r"[A-Z][A-Z0-9]{2}", name):
            raise Malformed(f"line {len(found) + 1}", "is not a segment")
        seen[name] = seen.get(name, 0) + 1
        fields = (name, *([mark, *rest] if name == "MSH" else rest))
        found.append(Segment(name, seen[name], fields, separators))
    return found
