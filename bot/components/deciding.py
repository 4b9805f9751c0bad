"""Which intent a message has, given what the classifier guessed and what was found in it. No Rasa in here."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from clinical.folding import fold

NUMBER = r"\d[\d.,]*"
TELL = "tell"
ASK_RESULT = "ask_result"
ASK_TEST = "ask_test"
CORRECT = "correct_result"
MINE = "ask_my_results"
QUESTION = re.compile(
    r"\?|^(?:so |and |but |ok )?(?:what|why|how|which|is|are|does|do|can|que|cual|como|por que)\b"
)


@dataclass(frozen=True)
class Rules:
    """The tables of intent_rules.toml, ready for use."""

    keywords: Mapping[str, str]  # folded whole message -> intent
    corrections: tuple[re.Pattern[str], ...]
    mine: tuple[re.Pattern[str], ...]  # asks after their own results
    longest: Mapping[str, int]
    least: float


def load() -> Rules:
    """The rules of this release."""
    table = tomllib.loads(files(__package__).joinpath("intent_rules.toml").read_text("utf-8"))
    return Rules(
        keywords={words(each): row["intent"] for row in table["keyword"] for each in row["words"]},
        corrections=tuple(
            re.compile(row["pattern"].replace("{number}", NUMBER)) for row in table["correction"]
        ),
        mine=tuple(re.compile(row["pattern"]) for row in table["mine"]),
        longest={name: most for name, most in table["longest"].items() if name != "source"},
        least=table["least"]["confidence"],
    )


def words(text: str) -> str:
    """A message as keywords are compared: "Skip, please!" -> "skip please"."""
    kept = re.sub(r"[^\w\s👍👎]", "", fold(text).replace("'", ""))
    return " ".join(kept.split())


def decide(
    rules: Rules, text: str, guess: str | None, confidence: float, entities: frozenset[str]
) -> tuple[str, float]:
    """The intent, and how sure it is: 1.0 where a rule says so."""
    plain = words(text)
    if plain in rules.keywords:
        return rules.keywords[plain], 1.0
    if any(pattern.search(fold(text)) for pattern in rules.corrections) and _short(rules, CORRECT, plain):
        return CORRECT, 1.0
    if "lab_result" in entities:
        corrects = guess == CORRECT and confidence >= rules.least and _short(rules, CORRECT, plain)
        return (CORRECT, confidence) if corrects else (ASK_RESULT, 1.0)
    if any(pattern.search(plain) for pattern in rules.mine):
        return MINE, 1.0
    letter = not _short(rules, ASK_TEST, plain)
    unsure = guess is None or guess == ASK_RESULT or confidence < rules.least
    if unsure or letter or not _short(rules, str(guess), plain):
        return _without_a_result(text, letter, entities), 1.0
    return str(guess), confidence


def _without_a_result(text: str, letter: bool, entities: frozenset[str]) -> str:
    """A question that names a test is about the test, a letter only if it asks outright; the rest is told."""
    asks = "?" in text if letter else QUESTION.search(fold(text).strip())
    return ASK_TEST if asks and "lab_test" in entities else TELL


def _short(rules: Rules, intent: str, plain: str) -> bool:
    most = rules.longest.get(intent)
    return most is None or len(plain.split()) <= most
