"""A case file that cannot be used is refused with file and line."""

from pathlib import Path

import pytest

from evaluation.case import CaseError, load


def write(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(lines))
    return path


def test_cases_are_read_in_order_and_blank_lines_passed(tmp_path: Path) -> None:
    path = write(tmp_path, '{"id": "a", "say": ["hi"], "expect": {"urgency": "none"}}', "", '{"id": "b"}')
    assert [case.id for case in load([tmp_path])] == ["a", "b"]
    assert load([path])[0].say == ("hi",)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", r"cases\.jsonl:1: not JSON"),
        ("[]", "an object with an id"),
        ('{"id": "a", "expect": {"urgencey": "none"}}', "nothing here scores urgencey"),
        ('{"id": "a", "expect": {"urgency": "high"}}', "urgency is one of"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(CaseError, match=said):
        load([write(tmp_path, line)])


def test_an_id_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"'a' is also at .*cases\.jsonl:1"):
        load([write(tmp_path, '{"id": "a"}', '{"id": "a"}')])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="does not exist"):
        load([tmp_path / "nothing"])
