"""The file of forms a clinic supplies: none, a whole one, and one that stops the start with a clear line."""

from pathlib import Path

import pytest

from kith.commands.doctor_command import check_forms
from kith.forms import forms_of
from kith.settings import ROOT, Settings, SettingsError

MADE_UP = ROOT / "tests/clinical/screeners/made_up_form.toml"


def settings(tmp_path: Path, file: str) -> Settings:
    return Settings.from_env({"KITH_VAR_DIR": str(tmp_path), "KITH_FORMS_FILE": file})


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert forms_of(settings(tmp_path, "")) == ()
    (finding,) = check_forms(settings(tmp_path, ""))
    assert (finding.state, finding.says) == ("ok", "those that come with Kith")


def test_a_whole_file_is_named_by_doctor(tmp_path: Path) -> None:
    assert [form["id"] for form in forms_of(settings(tmp_path, str(MADE_UP)))] == ["made-up"]
    (finding,) = check_forms(settings(tmp_path, str(MADE_UP)))
    assert (finding.state, finding.says) == ("ok", "beside ours: made-up")


def test_a_bad_file_is_named_with_what_is_wrong(tmp_path: Path) -> None:
    bad = tmp_path / "forms.toml"
    bad.write_text(MADE_UP.read_text().replace("copyright", "copied"))
    with pytest.raises(SettingsError, match=r"KITH_FORMS_FILE .*forms.toml: made-up: copyright is missing"):
        forms_of(settings(tmp_path, str(bad)))
    (finding,) = check_forms(settings(tmp_path, str(bad)))
    assert finding.state == "fail"
    assert "copyright is missing" in finding.says


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="KITH_FORMS_FILE"):
        forms_of(settings(tmp_path, str(tmp_path / "nowhere.toml")))
