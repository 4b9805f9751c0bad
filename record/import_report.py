"""What became of a file: what was taken, what was not, and why; never with a value in it."""

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """Something not taken, or taken and not judged: where it stands, and why. Never its value."""

    where: str
    why: str


@dataclass(frozen=True)
class ImportReport:
    """What became of a file."""

    taken: int = 0  # results new to the record
    replaced: int = 0  # results corrected or withdrawn by it
    unchanged: int = 0  # already known
    facts: int = 0  # conditions and medications
    kept_not_judged: tuple[Note, ...] = ()
    refused: tuple[Note, ...] = ()
    patient_ids: tuple[str, ...] = ()
    known_already: bool = False  # the same file or message was taken in before

    def summary(self) -> str:
        """One line for a person: "taken 11 results and 5 conditions and medicines; not taken 2 (...)"."""
        if self.known_already:
            return "taken in before, nothing changed"
        parts = [f"taken {self.taken} results and {self.facts} conditions and medicines"]
        parts += [f"{self.replaced} replaced or withdrawn"] if self.replaced else []
        parts += [f"{self.unchanged} known already"] if self.unchanged else []
        parts += [f"{len(self.kept_not_judged)} of them kept and not judged"] if self.kept_not_judged else []
        if self.refused:
            reasons = Counter(note.why for note in self.refused)
            said = ", ".join(f"{count} {why}" for why, count in reasons.most_common())
            parts.append(f"not taken {len(self.refused)} ({said})")
        return "; ".join(parts)

    def __add__(self, other: "ImportReport") -> "ImportReport":
        return ImportReport(
            self.taken + other.taken,
            self.replaced + other.replaced,
            self.unchanged + other.unchanged,
            self.facts + other.facts,
            self.kept_not_judged + other.kept_not_judged,
            self.refused + other.refused,
            tuple(dict.fromkeys(self.patient_ids + other.patient_ids)),
            self.known_already and other.known_already,
        )
