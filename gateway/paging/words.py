"""The sentences around a page, read once from their table, with the clinic's name and number in them."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("words.toml")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Words:
    """For one clinic. `language` of a patient: "es…" is Spanish, anything else English."""

    clinic: str
    phone: str
    link_base: str  # public address of the care-team pages

    def patient(self, what: str, language: str, risk: str = "waiting", /, **values: str) -> str:
        """Something said to a patient; it ends with whom to call, by the kind of danger."""
        spoken = _spoken(language)
        lines = _table()["lines"]
        line = lines.get(risk, lines["waiting"])[spoken]
        phone = self._part("phone", spoken, phone=self.phone) if self.phone else ""
        filled = {"opens": "", "phone": phone, "line": line, "clinic": self.clinic, **values}
        return str(_table()["patient"][what][spoken]).format_map(filled)

    def nobody(self, language: str, risk: str, opens: datetime | None, here: datetime) -> str:
        """That nobody is on call now, and where the clinic's hours are known, when it opens."""
        spoken = _spoken(language)
        shut = opens is not None and opens > here
        when = self._part("opens", spoken, when=day_and_hour(opens, here)) if shut and opens else ""
        return self.patient("nobody", language, risk, opens=when)

    def who(self, name: str, role: str | None, language: str) -> str:
        """ "Ana Ruiz, a nurse," as a patient reads of someone; titles behind a comma are left out."""
        known = _table()["roles"].get(role or "")
        called = called_of(name)
        if known is None:
            return called
        return (
            f"{called}, {known[_spoken(language)]},"
            if _spoken(language) == "en"
            else f"{called}, {known['es']},"
        )

    def staff(self, what: str, /, **values: object) -> str:
        return str(_table()["staff"][what]).format(**values)

    def risk(self, risk: str) -> str:
        return str(_table()["staff"]["risks"][risk])

    def link(self, page_id: str) -> str:
        """Where a page leads: it names no patient, and opens for nobody who is not signed in."""
        return f"{self.link_base}/oncall/{page_id}"

    def _part(self, name: str, spoken: str, **values: str) -> str:
        return str(_table()["patient-parts"][name][spoken]).format(**values)


def called_of(name: str) -> str:
    """A name as one says it: "Ana Ruiz, RN" is Ana Ruiz."""
    return name.partition(",")[0].strip()


def day_and_hour(opens: datetime, here: datetime) -> str:
    """ "today at 8 AM", "Monday at 8:30 AM"."""
    days = (opens.date() - here.date()).days
    day = "today" if days == 0 else "tomorrow" if days == 1 else f"on {DAYS[opens.weekday()]}"
    hour = opens.strftime("%I").lstrip("0")
    minute = f":{opens.minute:02}" if opens.minute else ""
    return f"{day} at {hour}{minute} {opens:%p}"


def _spoken(language: str) -> str:
    return "es" if language.lower().startswith("es") else "en"


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text("utf-8"))
