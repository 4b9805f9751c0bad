"""The on-call list and the mail server in the settings: refused by one clear line, looked at by doctor."""

from pathlib import Path

import pytest

from kith.commands.doctor_command import check_oncall
from kith.oncall import mail_of, rota_of
from kith.settings import Settings, SettingsError

ONE = '[[person]]\nkey = "ana"\nname = "Ana"\nsms = "+12025550181"\n'
MAIL = {"KITH_SMTP_HOST": "mail.clinic.example", "KITH_SMTP_FROM": "kith@clinic.example"}


def settings(tmp_path: Path, text: str | None = None, **more: str) -> Settings:
    given = {"KITH_VAR_DIR": str(tmp_path), **more}
    if text is not None:
        (tmp_path / "oncall.toml").write_text(text)
        given["KITH_ONCALL_FILE"] = str(tmp_path / "oncall.toml")
    return Settings.from_env(given)


def test_neither_is_needed(tmp_path: Path) -> None:
    assert rota_of(settings(tmp_path)) is None
    assert mail_of(settings(tmp_path)) is None


def test_a_broken_list_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"KITH_ONCALL_FILE .*oncall\.toml: person 1 \(ana\): .*no phone number"
    ):
        rota_of(settings(tmp_path, ONE.replace("+12025550181", "555")))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"KITH_SMTP_FROM": ""}, "KITH_SMTP_FROM is to be the address"),
        ({"KITH_SMTP_TLS": "ssl"}, "KITH_SMTP_TLS is one of starttls, tls, off"),
        ({"KITH_SMTP_TLS": "off"}, "on this machine alone"),
    ],
)
def test_what_is_wrong_with_the_server_is_named(tmp_path: Path, change: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        mail_of(settings(tmp_path, **{**MAIL, **change}))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_a_relay_on_this_machine_needs_no_tls(tmp_path: Path, host: str) -> None:
    found = mail_of(settings(tmp_path, **{**MAIL, "KITH_SMTP_HOST": host, "KITH_SMTP_TLS": "off"}))
    assert found is not None
    assert found.tls == "off"


@pytest.mark.parametrize(
    ("text", "state", "says"),
    [
        (None, "warn", "nobody is paged about a danger"),
        (ONE, "ok", "1 people, by sms; on duty now: 1"),
        ("[[person]\n", "fail", "oncall.toml"),
        (ONE.replace('sms = "+12025550181"', 'email = "ana@clinic.example"'), "fail", "there is no server"),
        ('[[open]]\nfrom = "08:00"\nto = "17:00"\n', "warn", "opening hours only"),
    ],
)
def test_doctor_looks_at_the_list(tmp_path: Path, text: str | None, state: str, says: str) -> None:
    [finding] = check_oncall(settings(tmp_path, text))
    assert finding.state == state
    assert says in finding.says
