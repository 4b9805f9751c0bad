"""The tables themselves: each has its source, and codes no one misspelt."""

import re
import tomllib

import pytest

from listening.stories import patterns, rulebook

TABLES = sorted((rulebook.HERE / "rules").glob("*.toml"))
FILES = [*TABLES, *sorted(rulebook.HERE.glob("*.toml"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_table_has_its_source(path):
    assert tomllib.loads(path.read_text(encoding="utf-8"))["source"]


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_needs_file_is_named_after_its_code(path):
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    if table["category"] == "stressor":
        assert table["code"] == path.stem
    assert len({(row.get("code"), row["id"]) for row in table["rule"]}) == len(table["rule"])


def test_an_anchor_stands_in_every_match(cases):
    """Passing a rule over for want of its anchor must never lose a match."""
    book = rulebook.load()
    said = [" ".join(case["say"]) for case in cases("tuned")[:250]]
    from listening.stories.words import plain

    for text in said:
        words = plain(text, book.words).text
        candidates = {wording for _, wording in book.candidates(words)}
        for _, wording in book.wordings:
            assert wording in candidates or not wording.search(words), (text, wording.pattern)


def test_the_small_language():
    wording = re.compile(patterns.expand("skip ~2 (meal|meals)", {}))
    assert wording.search(" i skip a few meals ")
    assert not wording.search(" i skip all of my meals ")
    assert not wording.search(" i skipped . meals ")
