"""Slips of the finger: words a letter or two apart."""

from collections.abc import Iterable, Iterator, Mapping

FUZZY_LETTERS = 6
TWO_SLIPS_LETTERS = 10
LONGEST_WORD = 24
SAME_SOUNDS = ({"c", "k"}, {"c", "s"}, {"f", "p"}, {"g", "j"}, {"i", "y"}, {"u", "y"})


def shorter(word: str) -> Iterator[str]:
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


def sounds_alike(word: str, written: str) -> bool:
    """Whether two words begin alike to the ear: people hardly ever miss a first letter, but "kreatinine"."""
    return word[0] == written[0] or {word[0], written[0]} in SAME_SOUNDS or word[1:] == written


def slip_index(words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    index: dict[str, set[str]] = {}
    for word in words:
        if len(word) >= FUZZY_LETTERS:
            for key in shorter(word):
                index.setdefault(key, set()).add(word)
    return {key: tuple(sorted(meant)) for key, meant in index.items()}
