"""The room's own tables: sources beside the rows, and names the catalogue knows."""

import pytest

from clinical.catalogue import Catalogue
from clinical.tables import table


@pytest.mark.parametrize("name", ["units", "result_words", "syllables"])
def test_a_table_names_its_source(name: str) -> None:
    assert "http" in table(name)["source"]


def test_judging_has_a_source_for_every_limit() -> None:
    rules = table("judging")
    assert rules["adult_age_source"].startswith("http")
    assert rules["adult_from_source"].startswith("http")
    assert all(row["source"].startswith("http") for row in rules["screening_chance"].values())
    assert rules["unit_guess"]["source"]


def test_tables_speak_of_tests_the_catalogue_has(tests_known: Catalogue) -> None:
    words, judging, units = table("words"), table("judging"), table("units")
    named = {
        *words["aliases"], *words["short_aliases"], *words["drugs"]["keys"], *words["pills"]["keys"],
        *words["vital_signs"]["keys"], *words["everyday"], *judging["adult_from"], *judging["both_usual"],
        *judging["screening_chance"], *units["rare"], *units["affine"],
    }  # fmt: skip
    assert named <= tests_known.by_key.keys()
