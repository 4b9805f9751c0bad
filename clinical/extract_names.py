"""Which of the names in a text are spoken of as tests: not food, not a unit's letter, not another fluid's."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from clinical import extract_marks
from clinical.analyte import Analyte
from clinical.extract_marks import Limit, Span
from clinical.folding import atoms
from clinical.lexicon import Name
from clinical.tables import table

RATIO = re.compile(r"\s?ratio\b")
UNIT_MARK = re.compile(r"\s?/\s?[a-z]")
CLAUSE_END = re.compile(r"[.!?;\n]\s?(?!\d)")
GRADED = re.compile(r"\s?(?:is|was|:|=|-)?\s?(?:[1-4]\s?\+|\+{1,4}|traces?\b)(?!\w)")
OVER = re.compile(r"(?P<word>[a-z]{4,})(?:/\s?|(?:(?<=alb)|(?<=min)|(?<=prot)|(?<=tein)|(?<=urea))\s/\s?)$")
"""What stands over the creatinine; a slash with spaces parts two results: "critical / creat 7.7"."""
WORD_BEFORE = re.compile(r"([a-z]{4,})[ -]$")


@dataclass(frozen=True)
class Surroundings:
    """A text and what its names stand among; each question about the whole of it is asked once."""

    text: str
    limits: Sequence[Limit]
    specimens: Sequence[Span]
    known: dict[str, bool] = field(default_factory=dict)

    def speak_of(self, words: str) -> bool:
        """Whether this pattern is found anywhere in the text."""
        if words not in self.known:
            self.known[words] = re.search(words, self.text) is not None
        return self.known[words]

    def is_taken(self, position: int) -> bool:
        """Whether something one takes stands right behind a name: "glucose tabs"."""
        return re.match(table("words")["no_test"]["behind"], self.text[position : position + 32]) is not None


def free(names: Sequence[Name], around: Surroundings, by_key: Mapping[str, Analyte]) -> tuple[Name, ...]:
    """Without the "K" of "K/uL", what stands inside the lab's own limits, and "protein" where it is food."""
    starts = {name.start for name in names}
    ends = {name.end for name in names}
    quoted = [(limit.start, limit.end) for limit in around.limits]
    others = [(span.start, span.end) for span in extract_marks.distractors(around.text)]
    return tuple(
        name
        for name in (_in_company(name, around, by_key) for name in names)
        if not (name.short and _is_in_a_unit_or_limit(name, around.text, starts, quoted))
        and not _is_everyday(name, around)
        and not RATIO.match(around.text, name.end)
        and not _is_of_another_germ(name, around.text)
        and not _is_of_another_fluid(name, around)
        and not _is_part_of_other(name, others)
        and not _is_food(name, around)
        and not _is_under_a_slash(name, around.text, ends)
        and not around.is_taken(name.end)
    )


def _in_company(name: Name, around: Surroundings, by_key: Mapping[str, Analyte]) -> Name:
    """ "CO2" among blood gases is the pressure, "mono" beside "strep" no monocytes."""
    unless = table("words")["unless"].get(name.analyte.key)
    if (
        unless
        and not name.short
        and re.search(unless["before"], around.text[max(0, name.start - 5) : name.start])
    ):
        return replace(name, analyte=by_key[unless["test"]])
    other = table("words")["ambiguous"].get(around.text[name.start : name.end])
    if other is None or other["test"] not in by_key or not around.speak_of(other["near"]):
        return name
    return replace(name, analyte=by_key[other["test"]], short=False)


def _is_in_a_unit_or_limit(name: Name, text: str, starts: set[int], quoted: list[tuple[int, int]]) -> bool:
    mark = UNIT_MARK.match(text, name.end)
    if mark and mark.end() - 1 not in starts:
        return True
    return extract_marks.overlaps(quoted, name.start, name.end)


def _is_everyday(name: Name, around: Surroundings) -> bool:
    """ "They lead 12 hikes" is no lead, and a finger's oxygen reading no laboratory result."""
    rows, behind = table("words"), around.text[name.end : name.end + 40]
    if name.short and name.analyte.key in rows["hours"]["keys"]:
        return not (around.speak_of(rows["hours"]["near"]) and re.match(rows["hours"]["value"], behind))
    row = rows["contextual"].get(" ".join(atoms(around.text[name.start : name.end])))
    if name.short and row:
        return not (around.speak_of(row.get("near", "")) and re.match(row.get("value", ""), behind))
    unless = rows["unless"].get(name.analyte.key)
    if unless and re.search(unless["before"], around.text[max(0, name.start - 5) : name.start]):
        return True
    words = rows["everyday"].get(name.analyte.key)
    if words and re.search(words, around.text[max(0, name.start - 12) : name.start]):
        return True
    vital = rows["vital_signs"]
    return name.analyte.key in vital["keys"] and not around.speak_of(vital["laboratory"])


def _is_of_another_germ(name: Name, text: str) -> bool:
    """ "Dengue IgM" is not all IgM there is, where the catalogue has no test of that name."""
    rule = table("words")["immunoglobulins"]
    if name.analyte.key not in rule["keys"]:
        return False
    word = WORD_BEFORE.search(text[max(0, name.start - 24) : name.start])
    if word is None or word[1] in table("result_words")["of_quantities"]:
        return False  # "CMV IgM positive IgG negative": the finding of the one before
    return word[1] not in rule["before"] and word[1] not in table("words")["gap"]["glue"]


def _is_of_another_fluid(name: Name, around: Surroundings) -> bool:
    """ "Stool routine: pus cells 6-8" are not those of the urine; the stool's own tests stand."""
    if name.analyte.key not in table("words")["specimens"]["elsewhere"]:
        return False
    index = bisect_right(around.specimens, name.start, key=lambda span: span.start) - 1
    if index < 0 or around.specimens[index].kind != "other":
        return False
    return CLAUSE_END.search(around.text, around.specimens[index].end, name.start) is None


def _is_part_of_other(name: Name, others: list[tuple[int, int]]) -> bool:
    """ "Calcium score" is no calcium, "coronary calcium" neither."""
    index = bisect_right(others, name.start, key=lambda span: span[0])
    return any(
        end >= name.end and (start, end) != (name.start, name.end)
        for start, end in others[max(0, index - 1) : index]
    )


def _is_food(name: Name, around: Surroundings) -> bool:
    """ "Protein" and "blood" are tests where a urine report is read, or where a strip's grade follows."""
    if not name.urine_only or GRADED.match(around.text, name.end):
        return False
    return extract_marks.specimen_at(around.specimens, name.start) != "urine"


def _is_under_a_slash(name: Name, text: str, ends: set[int]) -> bool:
    """ "Microalb/Cr 64" is a ratio, and no creatinine of 64; "BUN/Cr 14/0.9" are two tests."""
    over = OVER.search(text[max(0, name.start - 20) : name.start])
    if name.analyte.key != "creatinine" or over is None:
        return False
    return name.start - len(over[0]) + len(over["word"]) not in ends
