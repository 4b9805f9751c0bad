"""Settings: every one documented, every wrong one named, secrets made once and never shown."""

from dataclasses import fields
from pathlib import Path

import pytest

from kith.settings import ROOT, Secret, Settings, SettingsError


def env(tmp_path: Path, **given: str) -> dict[str, str]:
    return {"KITH_VAR_DIR": str(tmp_path), **{f"KITH_{name.upper()}": value for name, value in given.items()}}


@pytest.mark.parametrize("name", [each.name for each in fields(Settings)])
def test_every_setting_is_in_the_table(name: str) -> None:
    assert f"`KITH_{name.upper()}`" in (ROOT / "docs/settings.md").read_text()


def test_nothing_in_the_table_is_unknown() -> None:
    known = {f"KITH_{each.name.upper()}" for each in fields(Settings)} | {"KITH_ACTIONS_URL"}
    rows = [
        line for line in (ROOT / "docs/settings.md").read_text().splitlines() if line.startswith("| `KITH_")
    ]
    assert {row.split("`")[1] for row in rows} == known


def test_defaults_follow_from_others(tmp_path: Path) -> None:
    settings = Settings.from_env(env(tmp_path, port="9000"))
    assert settings.public_url == "http://127.0.0.1:9000"
    assert settings.database_url == f"sqlite:///{tmp_path}/kith.db"
    assert settings.tracker_url == f"sqlite:///{tmp_path}/dialogue.db"


def test_postgresql_holds_the_tracker_too(tmp_path: Path) -> None:
    settings = Settings.from_env(env(tmp_path, database_url="postgresql://u:p@h/kith"))
    assert settings.tracker_url == "postgresql://u:p@h/kith"


def test_a_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first, second = Settings.from_env(env(tmp_path)), Settings.from_env(env(tmp_path))
    assert first.rasa_secret == second.rasa_secret
    assert (tmp_path / "secrets.env").stat().st_mode & 0o077 == 0
    assert first.rasa_secret.value not in repr(first)


def test_who_is_told_every_secret_needs_no_disk(tmp_path: Path) -> None:
    """As a container whose own disk is read-only."""
    var = tmp_path / "var"
    told = {"rasa_secret": "r", "admin_token": "a", "twilio_auth_token": "t"}
    assert Settings.from_env(env(var, **told)).admin_token.value == "a"
    assert not var.exists()
    Settings.from_env(env(var, **{**told, "admin_token": ""}))
    assert (var / "secrets.env").exists()


def test_secrets_that_can_not_be_kept_are_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"KITH_ADMIN_TOKEN.* none can be kept"):
        Settings.from_env(env(tmp_path / "file" / "var"))


def test_children_see_the_same_settings(tmp_path: Path) -> None:
    settings = Settings.from_env(
        env(tmp_path, demo="1", widget_origins="https://a.example, https://b.example")
    )
    assert Settings.from_env(settings.to_env()) == settings


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"port": "eighty"}, "KITH_PORT must be a whole number, but is 'eighty'"),
        ({"demo": "maybe"}, "KITH_DEMO must be 1 or 0, but is 'maybe'"),
        ({"prot": "8080"}, "KITH_PROT is not a setting of Kith"),
        ({"twilio_account_sid": "AC1"}, "KITH_TWILIO_AUTH_TOKEN is not set"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Settings.from_env(env(tmp_path, **given))


def test_a_secret_does_not_show_itself() -> None:
    assert "hush" not in f"{Secret('hush')} {Secret('hush')!r}"
