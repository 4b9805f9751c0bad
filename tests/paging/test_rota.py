"""The on-call file: who is on duty when, and one clear line for whatever is wrong in it."""

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.paging import policy, rota
from gateway.paging.desk import RotaFile
from gateway.paging.rota import RotaError

WEEK = """
[[person]]
key = "ana"
name = "Ana Ruiz, RN"
sms = "+1 202 555 0181"
email = "ana@clinic.example"
hours = [{ days = ["mon", "tue"], from = "08:00", to = "17:00" }]
escalate_minutes = 2

[[person]]
username = "ben"
name = "Ben Ode"
role = "physician"
sms = "+12025550182"
hours = [{ days = ["fri"], from = "20:00", to = "06:00" }, { days = ["sun"] }]

[[open]]
days = ["mon", "tue", "wed", "thu", "fri"]
from = "08:30"
to = "17:00"
"""


def parsed(text: str, zone: str = "America/New_York") -> rota.Rota:
    return rota.parse(tomllib.loads(text), zone, policy.load())


@pytest.mark.parametrize(
    ("at", "on"),
    [
        ("2026-03-09T11:59:00Z", None),  # Monday 7:59 there
        ("2026-03-09T12:00:00Z", "ana"),
        ("2026-03-09T20:59:00Z", "ana"),
        ("2026-03-09T21:00:00Z", None),
        ("2026-03-14T00:00:00Z", "ben"),  # Friday 20:00
        ("2026-03-13T23:59:00Z", None),
        ("2026-03-14T09:59:00Z", "ben"),  # Saturday 5:59, the night from Friday
        ("2026-03-14T10:00:00Z", None),
        ("2026-03-15T05:00:00Z", "ben"),  # Sunday, the whole day; the clocks change that morning
        ("2026-03-16T03:59:00Z", "ben"),
        ("2026-03-16T04:00:00Z", None),
    ],
)
def test_who_is_on_duty(at: str, on: str | None) -> None:
    found = parsed(WEEK).next_on(at, ())
    assert (found.key if found else None) == on
    assert parsed(WEEK).on_duty(at) == (1 if on else 0)


def test_who_was_tried_is_passed_over() -> None:
    assert parsed(WEEK).next_on("2026-03-09T12:00:00Z", {"ana"}) is None


def test_numbers_and_ways() -> None:
    ana, ben = parsed(WEEK).people
    assert ana.ways == (("sms", "+12025550181"), ("email", "ana@clinic.example"))
    assert (ben.key, ben.username, ben.role) == ("ben", "ben", "physician")
    assert parsed(WEEK).by_phone("+12025550181") == ana
    assert parsed(WEEK).patience(ana) == timedelta(minutes=2)
    assert parsed(WEEK).patience(ben) == policy.load().escalate


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-03-09T13:00:00Z", "2026-03-09 09:00"),  # open now
        ("2026-03-09T12:29:00Z", "2026-03-09 08:30"),
        ("2026-03-09T21:00:00Z", "2026-03-10 08:30"),
        ("2026-03-13T22:00:00Z", "2026-03-16 08:30"),  # over the weekend and the change of clocks
    ],
)
def test_when_the_clinic_opens(at: str, opens: str) -> None:
    found = parsed(WEEK).opens(at)
    assert found is not None
    assert f"{found:%Y-%m-%d %H:%M}" == opens


def test_hours_not_said_are_not_made_up() -> None:
    assert (
        parsed('[[person]]\nkey = "a"\nname = "A"\nsms = "+12025550181"').opens("2026-03-09T13:00:00Z")
        is None
    )


ONE = '[[person]]\nkey = "a"\nname = "A"\nsms = "+12025550181"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "neither a \\[\\[person\\]\\] to page nor the hours"),
        ('[[person]]\nname = "A"\nsms = "+12025550181"', "person 1 needs a key"),
        ('[[person]]\nkey = "a"\nsms = "+12025550181"', "needs a name"),
        ('[[person]]\nkey = "a"\nname = "A"', "channels is a list"),
        (ONE + 'channels = ["email"]', "channel email has no address"),
        (ONE + 'channels = ["pigeon"]', "channels is a list of sms, email"),
        (ONE.replace("+12025550181", "555-0181"), "is no phone number; write it as"),
        ('[[person]]\nkey = "a"\nname = "A"\nemail = "ana at clinic"', "is no email address"),
        ('[[person]]\nkey = "a"\nname = "A"\nemail = "a@b.example>, x@y.example"', "is no email address"),
        (ONE + 'role = "chief"', "role is one of nurse"),
        (ONE + 'phone = "+12025550181"', "phone is not known here"),
        (ONE + "escalate_minutes = 0", "number of minutes above 0"),
        (ONE + "escalate_minutes = true", "number of minutes above 0"),
        (ONE + 'hours = [{ days = ["monday"] }]', "days is a list of mon, tue"),
        (ONE + 'hours = [{ from = "25:00" }]', "is no time of day"),
        (ONE + 'hours = [{ from = "08:00", to = "08:00" }]', "are the same"),
        (ONE + ONE, "key a is there twice"),
        (ONE + ONE.replace('"a"', '"b"'), r"sms \+12025550181 is there twice"),
        ('timezone = "Mars/Olympus"\n' + ONE, "is no time zone"),
        ("[timing]\nescalate = 5\n" + ONE, "escalate is not known here"),
        ("[takeover]\nremind_minutes = 30\n" + ONE, "must be more than remind_minutes"),
        ("tell_patient = 1\n" + ONE, "tell_patient is true or false"),
    ],
)
def test_what_is_wrong_is_named(text: str, says: str) -> None:
    with pytest.raises(RotaError, match=says):
        parsed(text)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "oncall.toml"
    path.write_text("[[person]\n")
    with pytest.raises(RotaError, match=r"oncall\.toml"):
        rota.load(path, "UTC", policy.load())
    with pytest.raises(RotaError, match=r"nowhere\.toml"):
        rota.load(tmp_path / "nowhere.toml", "UTC", policy.load())


def test_a_change_is_taken_over_and_a_broken_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "oncall.toml"
    path.write_text(ONE)
    listed = RotaFile(path, "UTC")
    path.write_text(ONE + ONE.replace('"a"', '"bob"').replace("0181", "0182"))
    assert [each.key for each in listed().people] == ["a", "bob"]
    path.write_text("[[person]\n")
    assert [each.key for each in listed().people] == ["a", "bob"]
    assert listed.broken
    path.unlink()
    assert len(listed().people) == 2
    path.write_text(ONE)
    assert len(listed().people) == 1
    assert not listed.broken
