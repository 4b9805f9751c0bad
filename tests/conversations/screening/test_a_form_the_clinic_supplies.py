"""A form the clinic holds the licence for, asked word for word by a running Kith, in place of ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evaluation.case import Case
from evaluation.runner import Runner
from kith.settings import ROOT
from kith.stack import throwaway_stack
from tests.conversations.test_conversations import coded

FORM = ROOT / "tests" / "clinical" / "screeners" / "made_up_form.toml"


@pytest.fixture(scope="module")
def clinic() -> Iterator[Runner]:
    with throwaway_stack({"KITH_FORMS_FILE": str(FORM)}) as running:
        yield Runner(running)


def test_it_is_asked_in_its_own_words_and_coded(clinic: Runner) -> None:
    made = clinic.new_patient(Case("made-up"))
    for says in ("can I tell you my story", "we painted the kitchen in May", "skip", "skip"):
        clinic.exchange(says, made)
    heard = [
        " ".join(clinic.exchange(says, made)[0])
        for says in ("my sister helps me", "yes", "most weeks", "no", "skip", "skip", "skip")
    ]
    assert "Next come some questions on daily life" in heard[0]
    assert "How often did your table stand empty in the past year?" in heard[1]
    assert "1) Often empty; 2) Never empty." in heard[1]
    assert "Think of the roof over your head. Does the rain come in?" in heard[2]
    assert "Next come a few questions on home, food and rides" not in " ".join(heard)
    assert coded(clinic.bundle(made["patient_id"])) == {"table": "LA28397-0", "roof": "LA32-8"}


def test_the_words_come_from_the_file_alone() -> None:
    ours = [
        path for path in Path(ROOT / "clinical").rglob("*.toml") if "table stand empty" in path.read_text()
    ]
    assert ours == []
