"""How a patient is called on the pages when little is known of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Name:
    """A name as far as it is known."""

    given: str | None
    family: str | None

    def __str__(self) -> str:
        return " ".join(part for part in (self.given, self.family) if part) or "Name not known"

    @property
    def short(self) -> str:
        """What one would call them in a sentence."""
        return self.given or self.family or "this person"
