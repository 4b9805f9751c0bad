"""Names and numbers told in two rows: "SGPT and SGOT came to 61 and 38", "AST/ALT 52/77"."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from clinical.extract_gaps import gap_cost
from clinical.extract_owners import Link, Owner
from clinical.extract_value import Value

JOIN = re.compile(r"\s*(?:,|and|&|/|,\s*and|y|e|or)?\s*(?:the |my )?\s*")
BESIDE = re.compile(r"\b(?:date|test|tests|result|results)\b|[\d/.-]{4,10}|[|,;:\s]")
VALUE_JOIN = re.compile(r"\s*(?:,|and|&|/|,\s*and|y|or)\s*")


def columns(text: str, found: list[Owner], values: list[Value]) -> tuple[list[Link], set[int]]:
    """ "WBC  HGB  PLT" in one line and "6.2  13.5  255" in the next: a table with its tests on top."""
    links: list[Link] = []
    used: set[int] = set()
    position = 0
    names = [owner for owner in found if owner.name is not None and not owner.again]
    while position < len(names):
        end = _line_end(text, names[position].start)
        after = bisect_left(names, end, key=lambda owner: owner.start)
        head = names[position:after]
        position += len(head)
        if len(head) < 2 or _rest(text, end, head):
            continue
        while row := _row(text, end, values, len(head)):
            links += [Link(owner.name, value) for owner, value in zip(head, row, strict=True) if owner.name]
            used |= {id(value) for value in row}
            end = _line_end(text, row[-1].start)
    return links, used


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return end if end >= 0 else len(text)


def _rest(text: str, end: int, spans: Sequence[Owner | Value]) -> str:
    """What a line says beside these names or numbers."""
    line = list(text[text.rfind("\n", 0, end) + 1 : end])
    start = end - len(line)
    for span in spans:
        line[span.start - start : span.end - start] = " " * (span.end - span.start)
    return BESIDE.sub("", "".join(line)).strip()


def _row(text: str, end: int, values: list[Value], count: int) -> list[Value] | None:
    """The numbers of the next line, if there are as many as names on top, and little else."""
    stop = _line_end(text, end + 1)
    first = bisect_left(values, end, key=lambda value: value.start)
    row = [value for value in values[first : first + count + 1] if value.start < stop]
    return row if len(row) == count and not _rest(text, stop, row) else None


def respectively(text: str, found: list[Owner], values: list[Value]) -> tuple[list[Link], set[int]]:
    """ "SGPT and SGOT are 44 and 99 respectively", "AST/ALT 44/99": as many names as numbers, in order."""
    links: list[Link] = []
    used: set[int] = set()
    index = 0
    while index < len(found):
        run = _run_of_names(text, found, index)
        if len(run) > 1:
            group = _run_of_values(text, values, run[-1], len(run))
            if group:
                links += [
                    Link(owner.name, value) for owner, value in zip(run, group, strict=True) if owner.name
                ]
                used |= {id(value) for value in group}
            elif ratio := _ratio(text, run, values):
                used.add(id(ratio))
        index += max(len(run), 1)
    return links, used


def _ratio(text: str, run: list[Owner], values: list[Value]) -> Value | None:
    """ "LDL/HDL 2.6": one number for two tests over each other is of neither."""
    index = bisect_left(values, run[-1].end, key=lambda value: value.start)
    if len(run) != 2 or text[run[0].end : run[1].start].strip() != "/" or index >= len(values):
        return None
    return values[index] if gap_cost(text, run[1].end, values[index].start) <= 0.5 else None


def _run_of_names(text: str, found: list[Owner], index: int) -> list[Owner]:
    run = [found[index]]
    for owner in found[index + 1 :]:
        gap = text[run[-1].end : owner.start]
        joined = JOIN.fullmatch(gap) and re.search(r"[,&/]|\band\b|\by\b", gap) and "\n" not in gap
        if not joined or owner.name is None or owner.again or run[-1].name is None:
            break
        run.append(owner)
    return run


def _run_of_values(text: str, values: list[Value], last: Owner, count: int) -> list[Value]:
    first = bisect_left(values, last.end, key=lambda value: value.start)
    following = values[first : first + count]
    if len(following) < count or gap_cost(text, last.end, following[0].start) > 1.5:
        return []
    for left, right in pairwise(following):
        if not VALUE_JOIN.fullmatch(text[left.end : right.start]):
            return []
    return following
