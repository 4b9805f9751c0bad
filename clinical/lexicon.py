"""Finds the names of lab tests in a text: exact, glued to numbers, or one slip of the finger away."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from clinical.analyte import Analyte
from clinical.catalogue import Catalogue
from clinical.folding import ATOM, atoms
from clinical.kinship import compounds_of, siblings_of, urine_names
from clinical.spelling import (
    FUZZY_LETTERS,
    LONGEST_WORD,
    TWO_SLIPS_LETTERS,
    distance,
    shorter,
    slip_index,
    sounds_alike,
)
from clinical.tables import table

BETWEEN = re.compile(r"[ \t]*[-./,'()_:&]?[ \t]*[(]?")
"""What may stand between the parts of one name: "PROTEIN, TOTAL", "ALT (SGPT)", "B-12"."""
BESIDE_DIGIT = re.compile(r",?[ \-./]?(?:& ?)?")
MEALS = ("fasting", "after-meal")


@dataclass(frozen=True)
class Name:
    """A test named in a text; `short` names ("k", "na") only count beside a number."""

    start: int
    end: int
    analyte: Analyte
    short: bool = False
    fuzzy: bool = False
    urine_only: bool = False  # "protein" is a test where a urine report is read, else a food


@dataclass
class _Node:
    children: dict[str, "_Node"] = field(default_factory=dict)
    analyte: Analyte | None = None
    short: bool = False
    urine_only: bool = False


@dataclass(frozen=True)
class Lexicon:
    """The compiled names of a catalogue."""

    root: _Node
    words: frozenset[str]
    slips: Mapping[str, tuple[str, ...]]
    siblings: Mapping[
        str, Mapping[str, tuple[str, ...]]
    ]  # analyte key -> modifier -> keys of the modified tests
    compounds: Mapping[tuple[str, ...], tuple[tuple[str, Analyte], ...]]
    by_key: Mapping[str, Analyte]

    def find(self, text: str) -> list[Name]:
        """Every test named in a folded text, longest name first where two overlap."""
        parts = [(match[0], match.start(), match.end()) for match in ATOM.finditer(text)]
        found, index = [], 0
        while index < len(parts):
            name, used = self._match(text, parts, index)
            if name:
                found.append(name)
            index += used
        pairs = _pairs(text, self.by_key)
        if not pairs:
            return found
        found = [name for name in found if not any(_meet(name, other) for other in pairs)]
        return sorted([*found, *pairs], key=lambda name: name.start)

    def _match(self, text: str, parts: list[tuple[str, int, int]], index: int) -> tuple[Name | None, int]:
        start = parts[index][1]
        best: Name | None = None
        used, node, fuzzy = 1, self.root, False
        for offset in range(index, min(index + 12, len(parts))):
            atom, _, atom_end = parts[offset]
            if offset > index and not _joined(text, parts[offset - 1], parts[offset]):
                break
            step = node.children.get(atom)
            if step is None:
                step = self._slip(node, atom)
                if step is None:
                    break
                fuzzy = True
            node = step
            if node.analyte and _ends_cleanly(text, atom, atom_end):
                best = Name(start, atom_end, node.analyte, node.short, fuzzy, node.urine_only)
                used = offset - index + 1
        return best, used

    def _slip(self, node: _Node, atom: str) -> _Node | None:
        """The child this word was meant to be: one slip from six letters on, two from ten."""
        if atom.endswith("s") and len(atom) > 3 and atom[:-1] in node.children:
            return node.children[atom[:-1]]
        if atom.endswith("ies") and f"{atom[:-3]}y" in node.children:
            return node.children[f"{atom[:-3]}y"]
        if not FUZZY_LETTERS <= len(atom) <= LONGEST_WORD or atom in self.words:
            return None
        meant = [word for word in self.meant(atom) if word in node.children]
        whole = [word for word in meant if node.children[word].analyte] or meant
        tests = {id(node.children[word].analyte) for word in whole}
        return node.children[whole[0]] if len(tests) == 1 else None

    @cached_property
    def timed(self) -> frozenset[str]:
        """The tests that fasting or a meal turns into another one."""
        keys = {key for key, kinds in self.siblings.items() if any(meal in kinds for meal in MEALS)}
        return frozenset(
            keys | {other for key in keys for meal in MEALS for other in self.siblings[key].get(meal, ())}
        )

    @cached_property
    def meant(self) -> Callable[[str], list[str]]:
        """The names' words a misspelt word may stand for; remembered, since people share their words."""
        return lru_cache(maxsize=8192)(self._meant)

    def _meant(self, atom: str) -> list[str]:
        if atom in _ordinary_words():
            return []
        near = {word for key in shorter(atom) for word in self.slips.get(key, ())}
        close = sorted(word for word in near if sounds_alike(word, atom) and distance(word, atom, 1) <= 1)
        if close or len(atom) < TWO_SLIPS_LETTERS - 2:
            return close
        return sorted(
            word
            for word in near
            if max(len(word), len(atom)) >= TWO_SLIPS_LETTERS
            and sounds_alike(word, atom)
            and distance(word, atom, 2) <= 2
        )


def _pairs(text: str, by_key: Mapping[str, Analyte]) -> list[Name]:
    """Two tests in one breath: "H&H 8.9/27.1" is hemoglobin and hematocrit."""
    return [
        Name(match.start(part), match.end(part), by_key[key])
        for row in table("words")["together"].values()
        for match in re.finditer(row["pattern"], text)
        for part, key in enumerate(row["tests"], 1)
        if key in by_key and match[part]
    ]


def _meet(one: Name, other: Name) -> bool:
    return one.start < other.end and other.start < one.end


def _joined(text: str, left: tuple[str, int, int], right: tuple[str, int, int]) -> bool:
    between = text[left[2] : right[1]]
    pattern = BESIDE_DIGIT if left[0].isdigit() or right[0].isdigit() else BETWEEN
    return pattern.fullmatch(between) is not None


def _ends_cleanly(text: str, atom: str, end: int) -> bool:
    """A name that ends in a digit may not run on into a number: "T4.5" is not T4."""
    if not atom.isdigit():
        return True
    return re.match(r"[.,/]\d|\d", text[end : end + 2]) is None


@lru_cache(maxsize=1)
def _ordinary_words() -> frozenset[str]:
    return frozenset(table("words")["ordinary"])


@lru_cache(maxsize=4)
def _compile(catalogue: "_ById") -> Lexicon:
    root, words = _Node(), set[str]()
    glue = frozenset(table("words")["gap"]["glue"])
    for analyte in catalogue.value.by_key.values():
        for short, names in ((False, (analyte.name, *analyte.names)), (True, analyte.short_names)):
            for name in map(atoms, names):
                if (
                    name[0] not in glue or len(name) > 1
                ):  # "test" is no short name for testosterone in a sentence
                    _insert(root, name, analyte, short)
                    words.update(name)
    for section, short in (("aliases", False), ("short_aliases", True)):
        for key, names in table("words")[section].items():
            aliased = catalogue.value.get(key)
            for name in map(atoms, names) if aliased else ():
                if aliased and name not in catalogue.value.by_name:
                    _insert(root, name, aliased, short)
    for written, row in table("words")["contextual"].items():
        meant, name = catalogue.value.get(row["test"]), atoms(written)
        if meant and name not in catalogue.value.by_name:
            _insert(root, name, meant, short=True)
    for name, analyte in urine_names(catalogue.value):
        _insert(root, name, analyte, False, urine_only=True)
    return Lexicon(
        root, frozenset(words), slip_index(words),
        siblings_of(catalogue.value), compounds_of(catalogue.value), catalogue.value.by_key,
    )  # fmt: skip


def _insert(
    root: _Node, name: tuple[str, ...], analyte: Analyte, short: bool, *, urine_only: bool = False
) -> None:
    node = root
    for atom in name:
        node = node.children.setdefault(atom, _Node())
    if node.analyte is None or node.short:
        node.analyte, node.short, node.urine_only = analyte, short, urine_only


@dataclass(frozen=True)
class _ById:
    """A catalogue as a cache key: catalogues are made once and kept, so identity is enough."""

    value: Catalogue

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.value is self.value


def compiled(catalogue: Catalogue) -> Lexicon:
    """The lexicon of a catalogue, compiled at its first use."""
    return _compile(_ById(catalogue))
