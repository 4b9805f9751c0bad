"""Hard news in the words of a report: heard as a loss, and its denials and questions are not."""

import pytest

from listening import stories


def losses(text: str) -> list[tuple[str, bool]]:
    return [(item.code, item.counts) for item in stories.hear(text).items if item.category == "loss"]


@pytest.mark.parametrize(
    "told",
    [
        "my biopsy came back malignant",
        "biopsy says adenocarcinoma",
        "CT showed a mass",
        "they found a mass on my liver",
        "mammogram birads 4",
        "my mammogram was BI-RADS 5",
        "biopsy was positive",
        "doctor says its melanoma",
    ],
)
def test_news_of_cancer_is_a_loss_of_their_own(told: str) -> None:
    assert losses(told) == [("diagnosis", True)]


@pytest.mark.parametrize(
    "told",
    [
        "my biopsy was not malignant",
        "biopsy negative for carcinoma",
        "they found a benign mass",
        "mammogram birads 2",
        "what does birads 4 mean",
        "is it malignant?",
        "my mom's biopsy was malignant",
        "scared the biopsy will be malignant",
        "my biopsy is friday",
    ],
)
def test_no_news_is_not_heard_as_news(told: str) -> None:
    assert losses(told) == []
