"""The portrait in plain words, for the patient: the structure their care team reads, nothing judged anew."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from record.portrait import rules
from record.portrait.parts import Disagreement, Portrait, Quote, ResultLine

# One of these turns a whole text into UCS-2, and there is no telling what a phone makes of the rest.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʼ′`´", "'"),
        **dict.fromkeys('“”„‟″«»"', "'"),  # inside our own quotation marks
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\n\r\t\u00a0\u202f", " "),
        "…": "...",
    }
)
ACCENTS = dict(zip("áíóúÁÍÓÚçâêôãõ", "aiouAIOUcaeoao", strict=True))
GSM = frozenset(
    "@£$¥èéùìòÇØøÅåÆæßÉ !\"#%&'()*+,-./0123456789:;<=>?¡¿ÄÖÑÜäöñüà"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)


def lines(portrait: Portrait, language: str | None = None) -> tuple[str, ...]:
    """Short lines in GSM-7, English or Spanish (`es`), grade 6 or lower but for the person's own words.

    For a portrait assembled with `reader="patient"`: it says whatever results that one holds. Strengths
    stand first; a disagreement is said with both sides, and what was never asked is said to be so.
    """
    table = rules.table("plain")
    spoken = "es" if (language or portrait.language or "en")[:2] == "es" else "en"
    words = table[spoken]
    said = list(dict.fromkeys(_every(portrait, words, table, table["names"][spoken])))
    return tuple(gsm(line) for line in said) if said else (words["empty"],)


def _every(
    portrait: Portrait, words: Mapping[str, str], table: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[str]:
    most = table["each"]
    goals = [each for each in portrait.matters if each.category == "goal"]
    worries = [each for each in portrait.matters if each.category == "worry"]
    groups = {
        "strengths": portrait.strengths, "goals": goals, "worries": worries, "needs": portrait.needs,
        "questions": portrait.questions,
    }  # fmt: skip
    cut = Counter({key: len(group) - most for key, group in groups.items()})
    for key in ("strengths", "goals", "worries", "needs"):
        yield from (_words(each, key, words) for each in groups[key][:most])
    yield from (_result(line, words) for line in portrait.results[: 2 * most] if line.newest.value)
    yield from (_disagreement(each, words) for each in portrait.disagreements if each.kind != "voices")
    yield from (_words(each, "questions", words) for each in groups["questions"][:most])
    silent = [names.get(gap.topic) for gap in portrait.gaps if gap.state == "not-asked"]
    named = [each for each in silent if each]
    if named and (portrait.words or portrait.results):
        yield words["silent"].format(topics=", ".join(named))
    if any(over > 0 for over in cut.values()) or len(portrait.results) > 2 * most or portrait.older:
        yield words["more"]


def _words(quote: Quote, key: str, words: Mapping[str, str]) -> str:
    if quote.origin == "told-by-caregiver":
        return words["by"].format(who=quote.by or "Someone", words=_short(quote.text))
    return words[key].format(words=_short(quote.text))


def _short(text: str) -> str:
    """Long words as far as a whole word reaches: a text message has little room."""
    longest = rules.table("plain")["longest"]
    told = gsm(text.translate(_PLAIN))
    return told if len(told) <= longest else told[:longest].rsplit(" ", 1)[0] + "..."


def _result(line: ResultLine, words: Mapping[str, str]) -> str:
    name, value = line.name, line.written
    if line.newest.origin != "measured":
        return words["told"].format(name=name, value=value)
    way = next((words[each] for each in ("rising", "falling") if each in line.state), "")
    return f"{words['result'].format(name=name, value=value)} {way}".rstrip()


def _disagreement(each: Disagreement, words: Mapping[str, str]) -> str:
    if each.kind == "result":
        told, other = _short(each.patient.text), each.chart.text
        return words["disagree_result"].format(name=each.about, words=told, value=other)
    return words[each.kind].format(name=each.about, words=_short(each.patient.text).rstrip(".") + ".")


def gsm(line: str) -> str:
    """Only what every phone's plain alphabet has; an accent or a picture there is none for goes."""
    plain = line.replace("“", '"').replace("”", '"')
    folded = "".join(ACCENTS.get(each, each) for each in plain)
    return " ".join("".join(each if each in GSM else "" for each in folded).split())
