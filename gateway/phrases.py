"""The gateway's own sentences, read once from their table, with the clinic's name and number in them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("phrases.toml")


@dataclass(frozen=True)
class Phrases:
    """`patient` are said to people who write; `staff` stand in tasks."""

    patient: dict[str, str]
    staff: dict[str, str]

    def task(self, name: str, **values: object) -> str:
        return self.staff[name].format(**values)


def load(clinic: str, phone: str) -> Phrases:
    """The sentences for one clinic; without a phone number, sentences speak of the clinic alone."""
    table = tomllib.loads(TABLE.read_text())
    return Phrases(
        patient={name: _fill(text, clinic, phone) for name, text in table["patient"].items()},
        staff=table["staff"],
    )


def _fill(text: str, clinic: str, phone: str) -> str:
    if not phone:
        text = text.replace("call {clinic} at {phone}", "call {clinic}").replace(
            "Call {phone}", "Call the clinic"
        )
    return text.format(clinic=clinic, phone=phone)
