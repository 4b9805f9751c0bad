"""The release policy: what each rule catches and leaves, what a clinic may change, the hours of a text."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clinical import catalogue
from record import release_rules
from record.release_rules import PolicyError, load, zone_or

ROWS = list(release_rules.rows())
POLICY = load()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_each_rule_catches_its_case_and_leaves_the_other(row: Mapping[str, Any]) -> None:
    assert POLICY.rule_for(None, None, None, row["case"]).when == row["when"]
    assert POLICY.rule_for(None, None, None, row["refused"]).id != row["id"]
    assert row["source"].startswith("https://")
    assert row["reason"].endswith(".")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_each_key_and_area_is_one_of_the_catalogue(row: Mapping[str, Any]) -> None:
    tests = catalogue.load()
    areas = {analyte.area for analyte in tests.by_key.values()}
    assert set(row.get("analytes", ())) <= set(tests.by_key)
    assert set(row.get("areas", ())) <= areas


@pytest.mark.parametrize(
    ("analyte", "area", "name", "when"),
    [
        ("potassium", "metabolic", "Potassium", "at_once"),
        ("hiv", "infections", "HIV Ag/Ab", "after_review"),
        ("psa", "tumor_markers", "PSA", "after_review"),
        ("hepatitis_b_surface_antibody", "infections", "Hep B immunity", "at_once"),
        (None, None, "BRCA1 gene full sequence", "after_review"),
        (None, None, "General chemistry panel", "at_once"),
        (None, None, "Huntington disease gene", "never_by_bot"),  # the most cautious of two that fit
        (None, None, "Vitamin Z", "at_once"),
    ],
)
def test_which_rule_fits(analyte: str | None, area: str | None, name: str, when: str) -> None:
    assert POLICY.rule_for(analyte, area, None, name).when == when


NEW_YORK = [
    # an instant in UTC, when a text may go there (that day New York was four hours behind)
    ("2026-07-09T11:59:59.000000Z", "2026-07-09T12:00:00.000000Z"),
    ("2026-07-09T12:00:00.000000Z", "2026-07-09T12:00:00.000000Z"),
    ("2026-07-10T00:59:59.000000Z", "2026-07-10T00:59:59.000000Z"),
    ("2026-07-10T01:00:00.000000Z", "2026-07-10T12:00:00.000000Z"),
    ("2026-07-10T04:00:00.000000Z", "2026-07-10T12:00:00.000000Z"),
    ("2026-11-01T04:30:00.000000Z", "2026-11-01T13:00:00.000000Z"),  # the night the clocks go back
    ("2026-03-08T05:30:00.000000Z", "2026-03-08T12:00:00.000000Z"),  # the night they go forward
]


@pytest.mark.parametrize(("at", "opens"), NEW_YORK)
def test_no_text_before_eight_or_after_nine_at_night(at: str, opens: str) -> None:
    assert POLICY.may_text_from(at, "America/New_York") == opens


def test_the_hours_are_the_patients_own() -> None:
    at = "2026-07-09T12:30:00.000000Z"
    assert POLICY.may_text_from(at, "America/New_York") == at
    assert POLICY.may_text_from(at, "America/Los_Angeles") == "2026-07-09T15:00:00.000000Z"


@pytest.mark.parametrize(
    ("zone", "taken"),
    [("Europe/Lisbon", "Europe/Lisbon"), (None, "UTC"), ("Nowhere/Land", "UTC"), ("../x", "UTC")],
)
def test_a_zone_nobody_knows_is_the_clinics(zone: str | None, taken: str) -> None:
    assert zone_or(zone, "UTC") == taken


def clinic(tmp_path: Path, text: str) -> str:
    path = tmp_path / "release.toml"
    path.write_text(text)
    return str(path)


OWN = '[[rule]]\nid = "ours"\nwhen = "{when}"\nanalytes = ["psa"]\nreason = "R."\nsource = "our board"\n'


@pytest.mark.parametrize("when", ["at_once", "after_review", "never_by_bot"])
def test_a_clinics_own_rule_goes_before_ours(tmp_path: Path, when: str) -> None:
    policy = load(clinic(tmp_path, OWN.format(when=when)))
    assert policy.rule_for("psa", "tumor_markers", None, "PSA").when == when
    assert policy.rule_for("cea", "tumor_markers", None, "CEA").when == "after_review"


def test_a_clinics_rule_takes_the_place_of_the_one_of_its_name(tmp_path: Path) -> None:
    text = OWN.format(when="after_review").replace("ours", "hiv").replace("psa", "hiv")
    policy = load(clinic(tmp_path, text + "after_hours = 48\n"))
    assert policy.rule_for("hiv", None, None, "x").after == timedelta(hours=48)
    assert policy.rule_for("cd4", None, None, "CD4 count").when == "at_once"


def test_a_clinic_may_change_the_hours_and_the_default(tmp_path: Path) -> None:
    text = '[quiet]\nfrom = "09:30"\n[critical]\nhold_hours = 1\n[default]\nwhen = "after_review"\n'
    policy = load(clinic(tmp_path, text))
    assert (
        policy.may_text_from("2026-07-09T13:00:00.000000Z", "America/New_York")
        == "2026-07-09T13:30:00.000000Z"
    )
    assert policy.critical_hold == timedelta(hours=1)
    assert policy.rule_for("sodium", "metabolic", None, "Sodium").when == "after_review"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (OWN.format(when="maybe"), "when must be one of"),
        (OWN.format(when="at_once").replace('reason = "R."\n', ""), "reason is missing"),
        (OWN.format(when="at_once").replace('source = "our board"\n', ""), "source is missing"),
        (OWN.format(when="at_once") + "hours = 3\n", "hours is not a field"),
        ("[hours]\nx = 1\n", "hours is not part"),
        ("[quiet]\nfrom = 'late'\n", "Invalid isoformat"),
        ("not toml", "release.toml"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_reason(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(PolicyError, match=named):
        load(clinic(tmp_path, text))


def test_a_file_that_is_not_there_is_said_so() -> None:
    with pytest.raises(PolicyError, match="cannot be read"):
        load("/nowhere/release.toml")
