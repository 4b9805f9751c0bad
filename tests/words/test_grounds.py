"""Where every number and every name in a line comes from: a template brings none of its own."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clinical.tables import table

ROOT = Path(__file__).parents[2]
TABLES = [
    *sorted((ROOT / "actions/words").glob("*.toml")),
    ROOT / "clinical/wording.toml",
    ROOT / "clinical/tables/remarks.toml",
    ROOT / "clinical/tables/trend.toml",
    ROOT / "gateway/phrases.toml",
    ROOT / "record/portrait/plain.toml",
]
# What fills a template, and where that comes from.
ORIGINS = {
    **dict.fromkeys(("name", "test", "tests", "names"), "catalogue, or the name as written"),
    **dict.fromkeys(("value", "results", "last"), "the message or the record"),
    **dict.fromkeys(("was", "when", "first", "count"), "the record"),
    **dict.fromkeys(("range", "low", "high"), "the laboratory, the clinic or the catalogue"),
    **dict.fromkeys(("unit", "wobble"), "the catalogue, with its source"),
    "percent": "worked out from both values",
    "rate": "worked out from creatinine, age and sex",
    **dict.fromkeys(("phone", "clinic", "code"), "settings, or made for this person"),
    **dict.fromkeys(("quote", "answer", "word", "words", "who"), "the person's own words"),
    "topic": "the person's own words, or the kind of what they told",
    **dict.fromkeys(("question", "meaning"), "a cited passage, or the person's own words"),
    **dict.fromkeys(("topic", "hours"), "a table of needs, or the clinic's directory"),
    "step": "triage",
    "topics": "the record",
    "kinds": "the rules of danger that were met",
    "number": "an emergency number of the place",
    "days": "the gateway's policy, in its tables",
}
EMERGENCY = {"911", "988"}
EXAMPLE = re.compile(r'"[^"]*"')  # what a person may text, shown in quotes: "potassium 4.1"
NUMBER = re.compile(r"\d+(?:\.\d+)?")
READING = re.compile(r"\\b|\(\?|://")  # a pattern that reads what a person wrote, or an address
FORMULA = re.compile(r"CKD-EPI 2021")


def lines(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text with a space under a table, but for patterns that read what a person wrote."""
    if (
        isinstance(value, str)
        and " " in value
        and "\\b" not in value
        and "(?" not in value
        and "://" not in value
    ):
        yield path, value
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from lines(each, f"{path}[{number}]")
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from lines(each, f"{path}.{key}" if path else key)


LINES = [
    (f"{path.relative_to(ROOT)}:{where}", text)
    for path in TABLES
    for where, text in lines(tomllib.loads(path.read_text()))
]


@pytest.mark.parametrize(("where", "text"), LINES, ids=[where for where, _ in LINES])
def test_a_template_brings_no_number_of_its_own(where: str, text: str) -> None:
    own = set(NUMBER.findall(FORMULA.sub("", EXAMPLE.sub("", text))))
    assert own <= EMERGENCY, f"{own - EMERGENCY} in {text!r}"


@pytest.mark.parametrize(("where", "text"), LINES, ids=[where for where, _ in LINES])
def test_what_fills_a_template_comes_from_somewhere(where: str, text: str) -> None:
    assert set(re.findall(r"\{([a-z_]+)\}", text)) <= ORIGINS.keys(), text


@pytest.mark.parametrize("kind", ["patterns", "triage"])
def test_every_claim_of_a_rule_names_where_it_was_read(kind: str) -> None:
    for row in table(kind)["patterns" if kind == "patterns" else "rules"]:
        assert row["source"].startswith(("https://", "http://")), row["id"]
        assert row.get("because") or row.get("reason"), row["id"]
