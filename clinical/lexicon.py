"""Finds the names of lab tests in a text: exact, glued to numbers, or one slip of the finger away."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from clinical.analyte import Analyte
from clinical.catalogue import Catalogue
from clinical.folding import ATOM, atoms
from clinical.tables import table

BETWEEN = re.compile(r"[ \t]*[-./,'()_:&]?[ \t]*[(]?")
"""What may stand between the parts of one name: "PROTEIN, TOTAL", "ALT (SGPT)", "B-12"."""
BESIDE_DIGIT = re.compile(r"[ \-./]?")
MEALS = ("fasting", "after-meal")
FUZZY_LETTERS = 6
TWO_SLIPS_LETTERS = 10
LONGEST_WORD = 24


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

    def find(self, text: str) -> list[Name]:
        """Every test named in a folded text, longest name first where two overlap."""
        parts = [(match[0], match.start(), match.end()) for match in ATOM.finditer(text)]
        found, index = [], 0
        while index < len(parts):
            name, used = self._match(text, parts, index)
            if name:
                found.append(name)
            index += used
        return found

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
        if not FUZZY_LETTERS <= len(atom) <= LONGEST_WORD or atom in self.words:
            return None
        meant = [word for word in self.meant(atom) if word in node.children]
        return node.children[meant[0]] if len(meant) == 1 else None

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
        near = {word for key in _shorter(atom) for word in self.slips.get(key, ())}
        close = sorted(word for word in near if word[0] == atom[0] and distance(word, atom, 1) <= 1)
        if close or len(atom) < TWO_SLIPS_LETTERS:
            return close
        return sorted(word for word in near if word[0] == atom[0] and distance(word, atom, 2) <= 2)


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


def _shorter(word: str) -> Iterator[str]:
    """The word and all it becomes by leaving out a letter (two, from ten letters on)."""
    once = {word[:index] + word[index + 1 :] for index in range(len(word))}
    yield word
    yield from once
    if len(word) >= TWO_SLIPS_LETTERS:
        yield from {less[:index] + less[index + 1 :] for less in once for index in range(len(less))}


def distance(left: str, right: str, limit: int) -> int:
    """Letters to add, drop, change or swap between two words; `limit + 1` when there are more than limit."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]


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
    for name, analyte in _urine_names(catalogue.value):
        _insert(root, name, analyte, False, urine_only=True)
    return Lexicon(
        root, frozenset(words), _slip_index(words), _siblings(catalogue.value), _compounds(catalogue.value)
    )


def _urine_names(catalogue: Catalogue) -> Iterator[tuple[tuple[str, ...], Analyte]]:
    """ "Protein" and "blood" as a urine report calls them: names that say "urine", without that word."""
    phrases = sorted(map(atoms, table("words")["modifiers"]["urine"]), key=len, reverse=True)
    for name, analyte in catalogue.by_name.items():
        base = _without(name, phrases) if analyte.specimen == "urine" else None
        if base and base not in catalogue.by_name and len("".join(base)) > 3:
            yield base, analyte


def _insert(
    root: _Node, name: tuple[str, ...], analyte: Analyte, short: bool, *, urine_only: bool = False
) -> None:
    node = root
    for atom in name:
        node = node.children.setdefault(atom, _Node())
    if node.analyte is None or node.short:
        node.analyte, node.short, node.urine_only = analyte, short, urine_only


def _slip_index(words: set[str]) -> Mapping[str, tuple[str, ...]]:
    index: dict[str, set[str]] = {}
    for word in words:
        if len(word) >= FUZZY_LETTERS:
            for key in _shorter(word):
                index.setdefault(key, set()).add(word)
    return {key: tuple(sorted(meant)) for key, meant in index.items()}


def _siblings(catalogue: Catalogue) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Tests that differ by a word alone: "fasting glucose" is glucose's fasting sibling."""
    siblings: dict[str, dict[str, tuple[str, ...]]] = {}
    modifiers = {
        modifier: sorted((atoms(phrase) for phrase in phrases), key=len, reverse=True)
        for modifier, phrases in table("words")["modifiers"].items()
    }
    for name, analyte in catalogue.by_name.items():
        for modifier, phrases in modifiers.items():
            base = catalogue.by_name.get(_without(name, phrases) or ())
            if base and base is not analyte:
                known = siblings.setdefault(base.key, {}).get(modifier, ())
                siblings[base.key][modifier] = tuple(dict.fromkeys((*known, analyte.key)))
    return siblings


def _without(name: tuple[str, ...], phrases: list[tuple[str, ...]]) -> tuple[str, ...] | None:
    for phrase in phrases:
        for index in range(len(name) - len(phrase) + 1):
            if name[index : index + len(phrase)] == phrase:
                return name[:index] + name[index + len(phrase) :]
    return None


def _compounds(catalogue: Catalogue) -> Mapping[tuple[str, ...], tuple[tuple[str, Analyte], ...]]:
    """What "IgM" is when the sentence spoke of parvovirus: endings of names, with what stands before them."""
    endings = [atoms(ending) for ending in table("words")["endings"]["names"]]
    compounds: dict[tuple[str, ...], list[tuple[str, Analyte]]] = {}
    for name, analyte in catalogue.by_name.items():
        for ending in endings:
            if len(name) > len(ending) and name[-len(ending) :] == ending:
                head = r"\W*".join(map(re.escape, name[: -len(ending)]))
                compounds.setdefault(ending, []).append((head, analyte))
    return {
        ending: tuple(sorted(heads, key=lambda pair: -len(pair[0]))) for ending, heads in compounds.items()
    }


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
