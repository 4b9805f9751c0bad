"""Catalogue and articles against the fact tables: every limit that differs is listed with its reason."""

import re
import tomllib
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from clinical import catalogue
from clinical.analyte import Limits
from knowledge.passages import Article, read_articles
from tests.knowledge.fact_tables import FACTS, compare, near, read_facts, unread

ROWS = catalogue.load().by_key
ARTICLES = read_articles()
NUMBER = re.compile(r"(?<![\w:.-])\d[\d,]*(?:\.\d+)?(?![\w:-])|(?<=1:)\d+")
EMERGENCY_LINES = {"911", "988"}


@cache
def listed() -> dict[str, Any]:
    return tomllib.loads((FACTS / "differences.toml").read_text())


def test_the_tables_are_read_and_each_is_named_with_where_it_comes_from() -> None:
    facts = [*read_facts("ranges"), *read_facts("critical")]
    assert len(facts) > 500
    assert {fact.table for fact in facts} == listed()["tables"].keys()
    assert all(catalogue.load().find_code(fact.loinc) for fact in facts)
    assert all(fact.low or fact.high for fact in facts)


@pytest.mark.parametrize("key", sorted(ROWS))
def test_what_differs_is_listed_and_what_is_listed_differs(key: str) -> None:
    said = Counter(line for lines in listed()["differences"].get(key, {}).values() for line in lines)
    found = {pair.line for pair in compare() if pair.analyte == key and not pair.same}
    assert said.keys() - found == set(), "listed, but no longer so"
    assert found - said.keys() == set(), "differs, but is not listed with its reason"
    assert max(said.values(), default=1) == 1, "listed twice"


def test_every_reason_is_a_sentence_or_the_name_of_one() -> None:
    named = listed()["reasons"]
    used = [reason for reasons in listed()["differences"].values() for reason in reasons]
    assert listed()["differences"].keys() <= ROWS.keys()
    assert named.keys() <= set(used), "a named reason nothing uses"
    others = [*listed()["unread"].values(), *_article_reasons()]
    for reason in [*named.values(), *(each for each in used if each not in named), *others]:
        assert len(reason.split()) >= 4, f"no reason: {reason!r}"


def test_a_limit_that_is_said_to_page_sooner_does() -> None:
    said = {
        (key, line)
        for key, reasons in listed()["differences"].items()
        for name in ("pages-sooner", "glucose-critical")
        for line in reasons.get(name, ())
    }
    pairs = [pair for pair in compare() if (pair.analyte, pair.line) in said]
    assert len(pairs) >= len(said) > 30
    assert [pair.line for pair in pairs if not pair.sooner] == []


def test_rows_in_another_unit_and_limits_without_a_row_are_listed() -> None:
    assert {f"{key} in {unit}" for key, unit in unread()} == listed()["unread"].keys()
    with_limits = {key for key, row in ROWS.items() if row.ranges or row.critical}
    assert with_limits - {pair.analyte for pair in compare()} == set(listed()["no_row"]["analytes"])


def test_the_docs_count_what_was_compared() -> None:
    said = " ".join((Path(__file__).parents[2] / "docs" / "catalogue-differences.md").read_text().split())
    critical = [pair for pair in compare() if "critical" in pair.line]
    ranges = [pair for pair in compare() if "critical" not in pair.line]
    differing, of_critical = (sum(not pair.same for pair in pairs) for pairs in (ranges, critical))
    assert f"{len(compare())} pairs of limits ({len(ranges)} of ranges, {len(critical)} of critical" in said
    assert f"{differing + of_critical} differ ({differing} and {of_critical})" in said
    assert f"{len(listed()['no_row']['analytes'])} have no row" in said


@pytest.mark.parametrize("article", ARTICLES, ids=lambda each: each.stem)
def test_a_number_in_an_article_is_a_limit_of_its_tests_or_listed(article: Article) -> None:
    limits = {limit for key in article.analytes for limit in _limits(key)}
    others = {
        number
        for number in _numbers(article)
        if not any(near(limit, Decimal(number.replace(",", ""))) for limit in limits)
    }
    assert others == listed()["articles"].get(article.stem, {}).keys()


def _article_reasons() -> list[str]:
    assert listed()["articles"].keys() <= {article.stem for article in ARTICLES}
    return [reason for numbers in listed()["articles"].values() for reason in numbers.values()]


def _numbers(article: Article) -> set[str]:
    said = {match[0].rstrip(",") for each in article.passages for match in NUMBER.finditer(each.text)}
    return said - EMERGENCY_LINES


def _limits(key: str) -> set[Decimal]:
    row = ROWS[key]
    every = [*(each.limits for each in row.ranges), row.critical or Limits()]
    return {limit for each in every for limit in (each.low, each.high) if limit is not None}
