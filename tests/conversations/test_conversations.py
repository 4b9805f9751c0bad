"""Every conversation in the folders beside this file, held with the running system."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from evaluation.case import Case
from evaluation.outcome import Outcome, of_type, read
from evaluation.runner import Runner
from tests.conversations import rubric
from tests.conversations.days import set_back

HERE = Path(__file__).parent
FILES = sorted(HERE.rglob("*.yml"))
LEVELS = ("none", "soon", "crisis", "emergency")
TURN_KEYS = {"says", "hears", "hears_one_of", "never", "after_days"}
# Groups in which someone tells of their life: the rubric of empathy is held against each whole conversation.
HELD_TO_THE_RUBRIC = {
    "telling", "journey", "feelings", "loss", "caregivers", "returning", "endings", "digressions",
}  # fmt: skip


class PlainLoader(yaml.SafeLoader):
    """YAML in which a date stays the text it was written as."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_conversation(path: Path, runner: Runner) -> None:
    talk = yaml.load(path.read_text(), Loader=PlainLoader)  # noqa: S506 - a SafeLoader
    made = runner.new_patient(
        Case(path.stem, patient=talk.get("patient") or {}, formalities=talk.get("formalities", False))
    )
    heard: list[str] = []
    turns: list[tuple[str, tuple[str, ...]]] = []
    for turn in talk["turns"]:
        assert set(turn) <= TURN_KEYS, f"unknown word in {turn}"
        if days := turn.get("after_days"):
            set_back(runner.settings.database_url, made["patient_id"], days)
        replies, _ = runner.exchange(turn["says"], made)
        words = " ".join(replies)
        for expected in turn.get("hears", []):
            assert expected.casefold() in words.casefold(), f"after {turn['says']!r} came {words!r}"
        if options := turn.get("hears_one_of"):
            assert any(each.casefold() in words.casefold() for each in options), (
                f"after {turn['says']!r} came {words!r}"
            )
        for unwanted in turn.get("never", []):
            assert unwanted.casefold() not in words.casefold(), f"after {turn['says']!r} came {words!r}"
        assert words not in heard[-1:], f"the same words twice in a row after {turn['says']!r}"
        heard.append(words)
        turns.append((turn["says"], replies))
    if path.parent.name in HELD_TO_THE_RUBRIC:
        assert rubric.broken(turns) == []
    check_record(talk.get("record") or {}, runner.bundle(made["patient_id"]))


def check_record(expected: dict[str, Any], bundle: Any) -> None:
    """What a nurse would look for afterwards."""
    found: Outcome = read(bundle)
    for result in expected.get("results", []):
        values = [
            (each.value, each.interpretation) for each in found.results if each.value == result["value"]
        ]
        assert values, f"{result} is not in {[each.value for each in found.results]}"
        if "is" in result:
            assert values[0][1] == result["is"]
    for value in expected.get("no_result", []):
        assert value not in [each.value for each in found.results]
    for quote in expected.get("quotes", []):
        assert any(quote.casefold() in each.casefold() for each in found.quotes), (
            f"{quote!r} is not in {found.quotes}"
        )
    for quote in expected.get("no_quote", []):
        assert not any(quote.casefold() in each.casefold() for each in found.quotes)
    if "stressors" in expected:
        assert found.stressors == set(expected["stressors"])
    if "urgency" in expected:
        assert max(found.levels | {"none"}, key=LEVELS.index) == expected["urgency"]
    if "author" in expected:  # of every message that came in
        came = [each for each in of_type(bundle, "Communication") if "recipient" not in each]
        assert {each["sender"].get("display") for each in came} == {expected["author"]}
    if "authors" in expected:  # of each message that came in, in order; null is the patient
        came = [each for each in of_type(bundle, "Communication") if "recipient" not in each]
        came.sort(key=lambda each: each["sent"])
        assert [each["sender"].get("display") for each in came] == expected["authors"]
    codes = [coding["code"] for task in of_type(bundle, "Task") for coding in task["code"]["coding"]]
    for task in expected.get("tasks", []):
        assert task in codes
    assert not set(expected.get("no_tasks", [])) & set(codes)
    if "answers" in expected:
        assert coded(bundle) | expected["answers"] == coded(bundle), f"answered was {coded(bundle)}"
        assert expected["answers"] or not coded(bundle)


def coded(bundle: Any) -> dict[str, str]:
    """Of every item of a published form: its answer codes, or why there is none."""
    found = {}
    for response in of_type(bundle, "QuestionnaireResponse"):
        for item in response["item"] if not response["questionnaire"].endswith(":story") else ():
            given = [answer["valueCoding"]["code"] for answer in item.get("answer", [])]
            found[item["linkId"]] = " ".join(given) or item["extension"][0]["valueCode"]
    return found
