"""Every article: complete, plain enough for a frightened reader, no false comfort, its facts in order."""

from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from clinical import catalogue
from clinical.reading_grade import grade
from knowledge.errors import ArticleError
from knowledge.passages import ARTICLES, SECTIONS, Article, read_article, read_articles, split_sentences

GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
FALSE_COMFORT = (
    "don't worry", "do not worry", "no need to worry", "nothing to worry", "everything is fine",
    "you'll be fine", "you will be fine", "it's nothing", "it is nothing", "perfectly normal", "rest assured",
    "no cause for concern", "calm down", "completely normal", "you are fine",
)  # fmt: skip
DOSES = (" mg", " mcg", " milligram", " pills a day", " tablets")
ALL = read_articles()
DOCS = Path(__file__).parents[2] / "docs"
CORE = (
    "potassium", "sodium", "creatinine", "glucose", "a1c", "hemoglobin", "white-cells", "platelets", "tsh",
    "ldl", "alt", "inr",
)  # fmt: skip


def ids(article: Article) -> str:
    return article.stem


def test_the_core_tests_and_most_others_have_an_article() -> None:
    stems = {each.stem for each in ALL}
    assert set(CORE) <= stems
    assert len(stems) >= 160


def test_every_article_the_catalogue_names_exists_and_says_the_same_codes() -> None:
    rows = catalogue.load().by_key
    by_stem = {each.stem: each for each in ALL}
    for analyte in rows.values():
        if analyte.article is None:
            continue
        article = by_stem[analyte.article]
        assert analyte.key in article.analytes, analyte.key
        assert set(analyte.loinc) <= set(article.loinc), analyte.key
    for article in ALL:
        for key in article.analytes:
            assert rows[key].article == article.stem, f"{article.stem} claims {key}"


@pytest.mark.parametrize("article", ALL, ids=ids)
def test_sources_and_review_are_named_and_dated(article: Article) -> None:
    for source in article.sources:
        parts = urlsplit(source.address)
        assert parts.scheme == "https", source
        assert parts.netloc, source
        assert source.name
        assert date.fromisoformat(source.checked)
    for against, checked in article.review:
        assert against
        assert date.fromisoformat(checked)


@pytest.mark.parametrize("article", ALL, ids=ids)
def test_the_review_has_two_readings_and_speaks_of_limits_only_where_there_are_some(article: Article) -> None:
    rows = [catalogue.load().by_key[key] for key in article.analytes]
    limits = any(row.ranges or row.critical for row in rows)
    said = [against for against, _ in article.review]
    assert {against.partition(":")[0] for against in said} >= {"first reading", "second reading"}
    for against in said:
        if "no limits to compare" in against:
            assert not limits, against
        elif "limits" in against:
            assert limits or "NIDDK" in against, against


def test_what_no_fact_table_has_is_named_as_that_in_both_places() -> None:
    differences = (DOCS / "catalogue-differences.md").read_text().lower()
    without = [each for each in ALL if any("no fact table has" in against for against, _ in each.review)]
    assert len(without) == 8
    for article in without:
        assert not any("fact tables" in against for against, _ in article.review), article.stem
        names = {article.title, *article.names}
        assert any(name.lower() in differences for name in names), article.stem


def test_the_docs_count_the_articles_read_beside_no_text_as_the_articles_do() -> None:
    said = (DOCS / "knowledge.md").read_text()
    no_text = "no stored text of this test was compared"
    second = [
        each
        for each in ALL
        if any(against.startswith(f"second reading: {no_text}") for against, _ in each.review)
    ]
    later = [
        each for each in second if any(against.startswith("third reading") for against, _ in each.review)
    ]
    assert f"and {len(second)} beside none" in said
    assert f"{len(second) - len(later)} are left without text" in " ".join(said.split())


@pytest.mark.parametrize("article", ALL, ids=ids)
def test_every_sentence_reads_at_grade_six_or_lower(article: Article) -> None:
    hard = [
        (round(grade(sentence), 1), sentence)
        for passage in article.passages
        for sentence in passage.sentences
        if grade(sentence) > 6
    ]
    assert not hard


@pytest.mark.parametrize("article", ALL, ids=ids)
def test_no_false_comfort_no_dose_and_fit_for_a_text_message(article: Article) -> None:
    for passage in article.passages:
        words = passage.text.lower()
        assert not [phrase for phrase in FALSE_COMFORT if phrase in words], passage.id
        assert not [dose for dose in DOSES if dose in words], passage.id
        assert set(passage.text) <= GSM7, passage.id
        assert all(len(sentence) <= 140 for sentence in passage.sentences[:2]), passage.id


@pytest.mark.parametrize("article", ALL, ids=ids)
def test_questions_are_questions_and_help_says_when_to_call(article: Article) -> None:
    sections = {passage.section: passage for passage in article.passages}
    assert tuple(sections) == SECTIONS
    assert all(sentence.endswith("?") for sentence in sections["Questions to ask"].sentences)
    assert any(
        word in sections["When to get help"].text.lower()
        for word in ("call", "go to the er", "take some sugar")
    )


def test_sentences_end_at_their_own_ends() -> None:
    assert split_sentences("Call 911 now.\nA level of 5.7 to 6.4 is high. Why?") == (
        "Call 911 now.",
        "A level of 5.7 to 6.4 is high.",
        "Why?",
    )


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("## Low", "## Lower"), "sections must be exactly"),
        (("title: Potassium\n", ""), "title is missing"),
        (("analytes: [potassium]", "analytes: []"), "analytes is missing"),
        (("    address: ", "    link: "), "a source needs name, address and checked"),
        (("---\ntitle", "title"), "no front matter"),
        (("analytes: [", "analytes: [["), "not YAML"),
    ],
)
def test_an_article_out_of_shape_is_named(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    text = (ARTICLES / "potassium.md").read_text()
    broken = tmp_path / "potassium.md"
    broken.write_text(text.replace(*change))
    assert broken.read_text() != text
    with pytest.raises(ArticleError, match=r"potassium\.md.*" + complaint):
        read_article(broken)


def test_an_empty_section_is_named(tmp_path: Path) -> None:
    text = (ARTICLES / "potassium.md").read_text()
    start, end = text.index("## Low\n") + len("## Low\n"), text.index("## What can sway it")
    broken = tmp_path / "potassium.md"
    broken.write_text(text[:start] + "\n" + text[end:])
    with pytest.raises(ArticleError, match="'Low' is empty"):
        read_article(broken)
