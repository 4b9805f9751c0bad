"""Questions about what is on file, without a number in them: "how are my kidneys", "is my sugar ok"."""

from collections.abc import Callable

import pytest

from tests.actions.explain.conftest import Writer
from tests.actions.explain.test_pages import text
from tests.actions.explain.test_recap import measured

Meet = Callable[..., Writer]


@pytest.fixture
def known(meet: Meet) -> Writer:
    someone = meet()
    measured(someone, "egfr", "44", interpretation="L")
    measured(someone, "creatinine", "1.8")
    measured(someone, "glucose", "88", interpretation="N", tier="nothing")
    measured(someone, "cholesterol", "181", interpretation="N", tier="nothing")
    return someone


@pytest.mark.parametrize(
    ("asks", "says", "keeps_out"),
    [
        ("how are my kidneys", ("eGFR 44 is low", "Creatinine 1.8 is high"), "Glucose"),
        ("are my kidneys alright now?", ("eGFR 44 is low",), "Cholesterol"),
        ("is my sugar ok?", ("Glucose 88 is in range",), "eGFR"),
        ("hows my cholesterol", ("cholesterol 181 is in range",), "eGFR"),
        ("como estan mis rinones", ("eGFR 44 is low",), "Glucose"),
        ("is everything normal?", ("eGFR 44 is low", "Creatinine 1.8 is high"), "usual finding"),
    ],
)
def test_the_part_of_the_body_stands_for_its_results(
    known: Writer, asks: str, says: tuple[str, ...], keeps_out: str
) -> None:
    found = text(known.says(asks))
    for each in says:
        assert each.casefold() in found.casefold()
    assert keeps_out not in found


def test_a_result_that_is_not_on_file_is_said_to_be_so(known: Writer) -> None:
    found = text(known.says("is my thyroid ok?"))
    assert "I don't have that result" in found
    assert "in range" not in found


def test_an_explanation_begins_with_what_they_have(known: Writer) -> None:
    mine = text(known.says("can you explain my creatinine?", guess="ask_test"))
    assert mine.startswith("2026-11-18: Creatinine 1.8 is high.")
    anyones = text(known.says("what is creatinine?", guess="ask_test"))
    assert "1.8" not in anyones


def test_what_is_kept_back_is_not_told_by_its_part(meet: Meet) -> None:
    someone = meet()
    measured(someone, "tsh", "9.1", kept="after_review")
    found = text(someone.says("how is my thyroid"))
    assert "9.1" not in found
    assert "Your care team looks at that result first" in found
