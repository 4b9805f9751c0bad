"""The report: sets apart, totals only, and a clear word for what is not a set."""

import json
import sys

import pytest

from listening.stories import report


@pytest.fixture
def cases(tmp_path):
    def write(name, rows):
        path = tmp_path / name
        path.write_text(
            "".join(json.dumps({"say": say, "expect": {"stressors": needs}}) + "\n" for say, needs in rows)
        )
        return path

    return write


def test_a_set_is_scored_by_its_totals(cases):
    path = cases("a.jsonl", [(["I'm homeless"], ["homelessness"]), (["My lights got cut off"], []),
                             (["hello"], ["grief"])])  # fmt: skip
    score = report.measure(report.read([path]), None)
    assert (score.cases, score.precision, score.recall) == (3, 0.5, 0.5)
    assert score.f1 == {"grief": 0.0, "homelessness": 1.0}
    assert score.macro_f1 == 0.5


def test_who_writes_for_someone_goes_on_doing_so(cases):
    path = cases("a.jsonl", [(["I'm writing for my mother", "She is so lonely"], ["social-connection"])])
    assert report.measure(report.read([path]), None).recall == 1.0


def test_sets_are_printed_apart_and_no_sentence_with_them(cases, monkeypatch, capsys):
    one, two = (
        cases("one.jsonl", [(["I'm homeless"], ["homelessness"])]),
        cases("two.jsonl", [(["hello"], [])]),
    )
    monkeypatch.setattr(sys, "argv", ["report", f"tuned={one}", f"frozen={one},{two}", "--by-domain"])
    report.main()
    printed = capsys.readouterr().out
    assert "tuned" in printed
    assert "    2 cases" in printed
    assert "I'm homeless" not in printed


def test_a_file_without_a_name_is_refused(cases, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["report", str(cases("one.jsonl", []))])
    with pytest.raises(SystemExit):
        report.main()
    assert "name=file.jsonl" in capsys.readouterr().err
