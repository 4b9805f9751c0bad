"""What a text can carry: two segments at a time, what matters first, the rest on MORE, sources on WHY."""

from collections.abc import Callable

import pytest

from actions.reply import Reply
from gateway import sms
from tests.actions.explain.conftest import Writer
from tests.actions.explain.test_recap import measured

Meet = Callable[..., Writer]
TWELVE = (
    "na 139, k 4.1, cl 101, co2 25, bun 14, creatinine 0.9, glucose 91, calcium 9.4, "
    "alt 22, ast 24, hemoglobin 13.8, tsh 2.1"
)
TWELVE_OFF = (
    "sodium 131 mmol/L, potassium 5.6 mmol/L, chloride 95 mmol/L, bun 40 mg/dL, creatinine 1.9 mg/dL, "
    "glucose 190 mg/dL, calcium 10.9 mg/dL, alt 90 U/L, ast 88 U/L, hemoglobin 9.9 g/dL, "
    "tsh 9.1 mIU/L, ferritin 7 ng/mL"
)
MIXED = f"{TWELVE.replace('k 4.1', 'k 5.9')}"


def text(reply: Reply) -> str:
    assert len(reply.said) == 1
    return reply.said[0].text


def pages(someone: Writer, says: str, most: int = 20) -> list[str]:
    """Every page of an explanation, until nothing is left."""
    found = [text(someone.says(says))]
    while someone.slots.get("more"):
        assert len(found) < most
        found.append(text(someone.says("more")))
    return found


@pytest.mark.parametrize(
    "says", [TWELVE, TWELVE_OFF, MIXED, "my potassium is 5.9", "my hemoglobin is 9.8", "what is ferritin?"]
)
def test_no_page_is_longer_than_two_segments_of_plain_letters(meet: Meet, says: str) -> None:
    for page in pages(meet(), says):
        assert sms.is_gsm(page), page
        assert sms.segments(page) <= 2, page


def test_what_matters_is_said_first_and_the_normal_ones_together(meet: Meet) -> None:
    found = " ".join(pages(meet(), MIXED))
    assert found.startswith("Potassium 5.9 is high")
    assert found.count("is in range") == 0
    assert found.index("call your care team") < found.index("These are in range")
    for name in ("Sodium 139", "Chloride 101", "TSH 2.1"):
        assert found.count(name) == 1


def test_what_to_do_stands_on_the_first_page_of_many(meet: Meet) -> None:
    someone = meet()
    first = text(someone.says(TWELVE_OFF))
    assert "555-0100" in first
    assert "Text MORE" in first


def test_nothing_of_many_is_lost(meet: Meet) -> None:
    found = " ".join(pages(meet(), TWELVE_OFF))
    for value in ("131", "5.6", "95", "40", "1.9", "190", "10.9", "90", "88", "9.9", "9.1", "7 is"):
        assert value in found


def test_all_in_range_is_one_line_and_no_offer(meet: Meet) -> None:
    found = " ".join(pages(meet(), TWELVE))
    assert "These are in range" in found
    assert "own words" not in found
    assert "YES or NO" not in found


def test_why_cites(meet: Meet) -> None:
    someone = meet()
    someone.says("my hemoglobin is 9.8")
    said = text(someone.says("why"))
    assert "Source: medlineplus.gov" in said or "Source:" in " ".join([said, text(someone.says("more"))])
    assert sms.segments(said) <= 2


def test_on_the_web_a_page_is_longer(meet: Meet) -> None:
    assert len(text(meet("web").says(TWELVE_OFF))) > 306


def test_how_it_moved_stays_on_the_first_page(meet: Meet) -> None:
    someone = meet(sex="male")
    measured(someone, "tsh", "6.1", unit="m[IU]/L", effective_at="2026-05-02")
    assert "It was 6.1 on May 2." in text(someone.says("my tsh is 8.2 mIU/L now"))
