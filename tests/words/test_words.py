"""Every sentence Kith can say: plain enough for a frightened reader, no false comfort, fit for a text."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clinical.reading_grade import grade
from gateway.sms import is_gsm

ROOT = Path(__file__).parents[2]
TABLES = [
    *sorted((ROOT / "actions/words").glob("*.toml")),
    ROOT / "clinical/wording.toml",
    ROOT / "clinical/tables/patterns.toml",
    ROOT / "clinical/tables/remarks.toml",
    ROOT / "gateway/phrases.toml",
    ROOT / "record/portrait/plain.toml",
    ROOT / "gateway/paging/words.toml",
    ROOT / "listening/safety_replies.toml",
]
FILLED = {
    "name": "Potassium", "value": "5.9", "range": " (3.5 to 5.1)", "was": "5.1", "when": " on May 2",
    "percent": "6", "wobble": "14", "phone": "555-0100", "clinic": "the clinic", "test": "Potassium",
    "quote": "the bus stopped", "question": "How are you?", "unit": "mmol/L", "low": "3.5", "high": "5.1",
    "names": "sodium", "number": "911",
}  # fmt: skip
# A list of words is not said; neither is a name of a rule.
NOT_SAID = {
    "asks_advice",
    "follow_up_phrases",
    "lab_words",
    "direction",
    "known_by",
    "id",
    "category",
    "limits",
    "source",
    "sources",
    "kinds",
    "keywords",
    "unless",
    "case",
    "inside",
    "alone",
    "refused",
    "staff",
    "angry_at_kith",
    "unsure",
    "often",
    "pattern",
    "words",
    "topics",
    "topic",
}
FALSE_COMFORT = (
    "don't worry", "do not worry", "nothing to worry", "no need to worry", "everything is fine",
    "you'll be fine",
    "you will be fine", "it's nothing", "perfectly normal", "i know how you feel", "understand exactly",
    "rest assured", "no cause for concern", "calm down", "at least you",
)  # fmt: skip
SPANISH = ("es",)


def sentences(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text under a table, with where it stands; keys that are not said are passed over."""
    if isinstance(value, str) and " " in value:
        yield path, value
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from sentences(each, f"{path}[{number}]")
    elif isinstance(value, dict):
        for key, each in value.items():
            if key not in NOT_SAID:
                yield from sentences(each, f"{path}.{key}" if path else key)


def said() -> list[tuple[str, str]]:
    found = []
    for table in TABLES:
        for path, text in sentences(tomllib.loads(table.read_text())):
            found.append((f"{table.relative_to(ROOT)}:{path}", text))
    return found


class Filled(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return FILLED.get(key, "Monday")


LINES = [(where, text.format_map(Filled())) for where, text in said()]


def is_spanish(where: str) -> bool:
    return any(part in SPANISH for part in re.split(r"[.:_\[\]]", where))


@pytest.mark.parametrize(("where", "text"), LINES, ids=[where for where, _ in LINES])
def test_line(where: str, text: str) -> None:
    low = text.casefold()
    assert not [phrase for phrase in FALSE_COMFORT if phrase in low]
    assert is_gsm(text), f"one of {text!r} would turn the text into UCS-2"
    if not is_spanish(where):
        assert grade(text) <= 6, f"grade {grade(text):.1f}: {text}"
